"""`--bundle` and `--sign`: checked before anything is asked or judged, and written once all reports are.

Called by the settings of a run and of a judgement, and by whoever finishes either.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lcm_conformance.catalogue.system_error import Trouble, trouble
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.judge.heading import heading
from lcm_conformance.judge.terms import Terms
from lcm_conformance.profile.facts import Profile
from lcm_conformance.profile.public import public_facts
from lcm_conformance.report import FILES, FOLDERS, Redacts, reports_in
from lcm_conformance.report.bundle import write_bundle
from lcm_conformance.report.files import json_text

if TYPE_CHECKING:
    from lcm_conformance.report.signature import Author

_ZIP = b"PK"
_OF_THE_ENVIRONMENT = ("cm_version", "timing", "agents", "logs_in_by_headers", "waived")


@dataclass(frozen=True)
class Bundle:
    """A bundle to be written: where, and who signs it, if anybody does."""

    path: Path
    by: Author | None = field(default=None, repr=False)

    def begin(self) -> None:
        """Take away the bundle of an earlier run: if this one dies, nothing stands there for what it found."""
        try:
            _check_replaceable(self.path)
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._trouble(error) from None

    def write(self, out: Path, profile: Mapping[str, Any]) -> tuple[list[str], list[Trouble]]:
        """Write it from the reports in `out`; a line about it, or why it cannot be written."""
        try:
            write_bundle(self.path, out, reports_in(out), profile, self.by)
        except OSError as error:
            return [], [self._trouble(error)]
        except UsageError as error:
            return [], [error]
        signed = "not signed" if self.by is None else f"signed by the key {self.by.public_key.keyid[:16]}…"
        return [f"evidence: {self.path}  ({signed}; `lcm-conformance verify` checks it)"], []

    def _trouble(self, error: OSError) -> Trouble:
        return trouble(error, f"cannot write --bundle {self.path}", "name another file")


def bundle_of(values: Mapping[str, Any], out: Path) -> Bundle | None:
    """The bundle that was asked for, if one was; raises `UsageError` where it cannot be written or signed."""
    if not values["bundle"]:
        if values["sign"]:
            raise UsageError("--sign signs what is in a bundle: add --bundle FILE")
        return None
    path = Path(values["bundle"])
    _check_place(path, out)
    if not values["sign"]:
        return Bundle(path)
    from lcm_conformance.report.signature import author  # noqa: PLC0415  whoever signs nothing does not pay for it

    return Bundle(path, author(Path(values["sign"])))


def shown_profile(profile: Profile | None, terms: Terms, redactor: Redacts, *, url: bool = True) -> dict[str, Any]:
    """What may be handed out of the environment: what its profile says, if there is one, and what was judged by.

    Without `url` where the profile's is not that of the endpoint.
    """
    facts = {} if profile is None else public_facts(profile)
    if not url:
        facts.get("endpoint", {}).pop("url", None)
    judged_by = {name: value for name, value in heading(terms).items() if name in _OF_THE_ENVIRONMENT}
    shown: dict[str, Any] = json.loads(redactor.frame(json_text(facts | judged_by)))
    return shown


def _check_place(path: Path, out: Path) -> None:
    """Refuse a place where a report of the run goes, or that cannot be written."""
    try:
        here, reports = path.resolve(), out.resolve()
        own = [reports / name for name in FILES if "*" not in name]
        if here in own or any(here.is_relative_to(reports / folder) for folder in FOLDERS):
            raise UsageError(f"--bundle {path} is where a report goes: name another file")
        _check_replaceable(path)
        there = next(folder for folder in here.parents if folder.exists())
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"-")
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError):
            raise UsageError("--bundle is no path: name a file") from None
        raise trouble(error, f"cannot write --bundle {path}", "name another file") from None


def _check_replaceable(path: Path) -> None:
    """Refuse to write over what is neither empty nor a ZIP: somebody has named it by mistake."""
    if not path.exists():
        return
    if path.is_file():
        with path.open("rb") as file:
            if file.read(2) in {b"", _ZIP}:
                return
    raise UsageError(f"--bundle {path} is there, and is no bundle: name another file")
