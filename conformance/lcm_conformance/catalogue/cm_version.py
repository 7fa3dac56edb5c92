"""How versions of the Campaign Manager are written (clause VER-1)."""

from __future__ import annotations

import re

from lcm_conformance.catalogue.verdict import UsageError

_VERSION = re.compile(r"[0-9]{4}(?:\.[0-9]+)*")


def release(version: str) -> int:
    """The leading number of a Campaign Manager version such as `2308` or `2308.1`."""
    if not is_version(version):
        raise UsageError(f"unknown Campaign Manager version {version!r}: write it like 2308 or 2308.1")
    return int(version[:4])


def is_version(text: str) -> bool:
    """Whether this is how Campaign Manager versions are written."""
    return _VERSION.fullmatch(text) is not None
