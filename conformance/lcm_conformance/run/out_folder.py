"""Where a run's reports go: `--out` with its places filled in, and `latest` beside a folder that was named by them.

Called by the settings before a run, and by whoever finishes it.
"""

from __future__ import annotations

import os
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

from lcm_conformance.catalogue.verdict import UsageError

LATEST = "latest"
_PLACE = re.compile(r"\{([^{}]*)\}")
_UNSAFE = re.compile(r"[^\w.-]+")


def filled(out: str, version: str, label: str | None, now: datetime, option: str = "--out") -> tuple[Path, Path | None]:
    """The folder for `out`, and where `latest` stands: beside the folder, if it is named by places, else None."""
    values = {
        "version": version,
        "date": now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"),
        "label": _UNSAFE.sub("-", label or "").strip("-.") or "unlabelled",
    }
    for name in _PLACE.findall(out):
        if name not in values:
            places = ", ".join(f"{{{place}}}" for place in values)
            raise UsageError(f"{option} has {{{name}}}, which is no place to fill in: known are {places}")
    folder = Path(_PLACE.sub(lambda match: values[match.group(1)], out))
    return folder, folder.with_name(LATEST) if _PLACE.search(out) else None


def point(latest: Path | None, folder: Path) -> list[str]:
    """Let `latest` stand for the folder; the answer is a line where something else stands there, or links cannot be."""
    if latest is None:
        return []
    if os.path.lexists(latest) and not latest.is_symlink():
        return [f"{latest} is left as it is: it is no link of an earlier run"]
    draft = latest.with_name(f".{LATEST}.{secrets.token_hex(4)}")
    try:
        draft.symlink_to(folder.name, target_is_directory=True)
        draft.replace(latest)
    except OSError as error:
        return [f"{latest} is not written: {error.strerror}"]
    return []
