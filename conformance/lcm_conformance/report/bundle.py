"""Writes an evidence bundle: the reports of a run, what it was judged by and with, and what is attested of them all.

Called once all reports are written. It takes files as they are, disguised already, and redacts nothing.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lcm_conformance import catalogue
from lcm_conformance.report.archive import Member, file_member, pack, text_member
from lcm_conformance.report.attestation import statement, written
from lcm_conformance.report.files import json_text, whole_file
from lcm_conformance.version import VERSION

if TYPE_CHECKING:
    from lcm_conformance.report.signature import Author

RESULT, TRANSCRIPT, CATALOGUE, PROFILE, VERSIONS = (
    "result.json",
    "transcript.ndjson",
    "clauses.toml",
    "profile.json",
    "versions.json",
)
NEEDED = (RESULT, TRANSCRIPT, CATALOGUE, PROFILE, VERSIONS)
"""What is in every bundle, beside the reports for people and programs."""
BARE, SIGNED = "statement.json", "statement.dsse.json"
"""The first member, one or the other."""


def write_bundle(path: Path, out: Path, reports: Iterable[Path], profile: Mapping[str, Any], by: Author | None) -> None:
    """Write the bundle of a run, whole or not at all; `reports` are the files that it wrote in `out`.

    Raises `UsageError` where it would be too long, and `OSError`.
    """
    made = {PROFILE: _json(profile), VERSIONS: _json(_versions()), CATALOGUE: _catalogue()}
    members = [
        *(file_member(file.relative_to(out).as_posix(), file) for file in reports),
        *(text_member(name, text) for name, text in made.items()),
    ]
    members.sort(key=lambda member: member.name)
    result = json.loads((out / RESULT).read_bytes())
    attested = statement(result, {member.name: member.digest() for member in members})
    with whole_file(path) as file:
        pack(file, [_attestation(attested, by), *members])


def _attestation(attested: Mapping[str, Any], by: Author | None) -> Member:
    if by is None:
        return text_member(BARE, written(attested))
    from lcm_conformance.report.signature import signed  # noqa: PLC0415  it brings the libraries along

    return text_member(SIGNED, written(signed(written(attested).encode("utf-8", "backslashreplace"), by)))


def _versions() -> dict[str, str]:
    return {"suite": VERSION, "python": platform.python_version(), "implementation": platform.python_implementation()}


def _catalogue() -> str:
    return files(catalogue).joinpath("clauses.toml").read_text(encoding="utf-8")


def _json(value: Mapping[str, Any]) -> str:
    return json_text(value, indent=1) + "\n"
