"""What a bundle attests: an in-toto Statement v1 with the test-result predicate v0.1, over the SHA-256 of its members.

Made by whoever writes a bundle, and made again by whoever checks one: it follows from the result and the digests. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lcm_conformance.report.files import json_text

PAYLOAD_TYPE = "application/vnd.in-toto+json"
CONFIGURATION = ("clauses.toml", "profile.json", "versions.json")
"""The members that say what was tested by, where, and with what."""

_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"


def statement(result: Mapping[str, Any], digests: Mapping[str, str]) -> dict[str, Any]:
    """The statement about a `result.json`; raises `KeyError` or `TypeError` where that is none."""
    return {
        "_type": _STATEMENT,
        "subject": [_descriptor(name, digests) for name in digests],
        "predicateType": _PREDICATE,
        "predicate": {
            "result": _result(result),
            "configuration": [_descriptor(name, digests) for name in CONFIGURATION],
            "passedTests": _named(row for row in result["clauses"] if row["verdict"] == "pass"),
            "warnedTests": _named(row for row in result["clauses"] if _did_not_pass(row) and not _decides(row)),
            "failedTests": _named(row for row in result["clauses"] if _did_not_pass(row) and _decides(row)),
        },
    }


def written(value: object) -> str:
    """The one way in which a statement, or the envelope around it, is written."""
    return json_text(value, indent=1) + "\n"


def _result(result: Mapping[str, Any]) -> str:
    """PASSED or FAILED: what is open is not passed. WARNED where a deviation was accepted, or a clause waived."""
    if result["verdict"] != "conformant" or result["complete"] is not True:
        return "FAILED"
    return "WARNED" if any(row["known"] or _is_waived(row) for row in result["clauses"]) else "PASSED"


def _did_not_pass(row: Mapping[str, Any]) -> bool:
    """Whether it was asked and not passed: what was not tested, or does not apply, is no test that was made."""
    return row["verdict"] in {"fail", "inconclusive", "error"}


def _decides(row: Mapping[str, Any]) -> bool:
    return row["excuse"] is None


def _is_waived(row: Mapping[str, Any]) -> bool:
    return row["waived"] is not None and row["verdict"] == "untested"


def _named(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(row["id"]) for row in rows]


def _descriptor(name: str, digests: Mapping[str, str]) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": digests[name]}}
