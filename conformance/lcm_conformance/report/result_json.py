"""Writes `result.json`, the contract's machine-readable verdict. Called by `write_all`, last, and
by `begin`, first: a file whose `complete` is false is no verdict. It decides nothing itself.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from lcm_conformance.judge.comparison import Comparison
from lcm_conformance.judge.result import ClauseResult, Result
from lcm_conformance.report.files import json_text, rfc3339, write_whole

SCHEMA = "lcm-conformance/result/1"


def write_result_json(result: Result, out: Path) -> None:
    """Write `out/result.json`, whole or not at all."""
    write_whole(out / "result.json", result_text(result))


def result_text(result: Result) -> str:
    """All of the file."""
    return json_text(result_json(result), indent=1) + "\n"


def mark_incomplete(out: Path) -> None:
    """Have the result of an earlier run, if there is one, say that it is no verdict; what cannot be read goes."""
    path = out / "result.json"
    try:
        earlier = json.loads(path.read_text(encoding="utf-8"))
        earlier["complete"] = False
    except FileNotFoundError:
        return
    except (ValueError, TypeError, RecursionError):
        path.unlink()
    else:
        write_whole(path, json_text(earlier, indent=1) + "\n")


def result_json(result: Result) -> dict[str, object]:
    """The result in the shape and with the names of the contract, additions at the end."""
    return {
        "schema": SCHEMA,
        "verdict": result.verdict,
        "robustness": result.robustness,
        "complete": result.complete,
        "sut": {
            "cm_version": result.cm_version,
            "url": result.url,
            "transport": result.options.get("transport", "websocket"),
            "asked_as": result.asked_as,
        },
        "suite": _suite(result),
        "started": rfc3339(result.started),
        "seconds": round(result.seconds, 3),
        "clauses": [_clause(clause) for clause in result.clauses],
        "ledger": asdict(result.ledger),
        "attribution": result.attribution,
        "readings": dict(result.readings),
        "depends_on": list(result.depends_on),
        "observations": [asdict(observation) for observation in result.observations],
        "latency": asdict(result.latency),
        "embedded": result.embedded,
        "decided_by": result.decided_by,
        "label": result.label,
        "statement": dict(result.statement),
        "trouble": result.trouble and asdict(result.trouble),
        "baseline": result.baseline and _baseline(result.baseline),
        "wire": {name: asdict(member) for name, member in result.wire.items()},
        "suite_errors": list(result.suite_errors),
        "notices": list(result.notices),
        "revealed": result.revealed,
    }


def _suite(result: Result) -> dict[str, object]:
    suite: dict[str, object] = {"version": result.suite_version, "catalogue": result.catalogue}
    return suite if result.selftest is None else suite | {"selftest": result.selftest}


def _baseline(comparison: Comparison) -> dict[str, object]:
    before = comparison.before
    changed = (*comparison.worse, *comparison.better)
    return {
        "result": before.source,
        "worse": [change.what for change in comparison.worse],
        "better": [change.what for change in comparison.better],
        "new": list(comparison.new),
        "before": {change.what: change.before for change in changed},
    }


def _clause(clause: ClauseResult) -> dict[str, object]:
    return {
        "id": clause.id,
        "class": clause.klass,
        "verdict": clause.verdict.value,
        "reason": clause.reason,
        "asked": clause.asked,
        "findings_total": clause.findings_total,
        "findings": [asdict(finding) for finding in clause.findings],
        "known": clause.known,
        "waived": clause.waived,
        "excuse": clause.excuse,
    }
