"""A comparison as tables. Called by `compare`, and by reports of a run with a baseline. It compares nothing itself."""

from __future__ import annotations

from collections.abc import Iterable

from lcm_conformance.judge.comparison import Change, Comparison
from lcm_conformance.judge.past import Past
from lcm_conformance.report.files import rfc3339
from lcm_conformance.report.sheet import Sheet, Table

_HEADER = ("clause", "before", "after", "why")


def comparison_sheet(comparison: Comparison) -> Sheet:
    """What got worse first, then better, then what decides nothing."""
    return Sheet(
        title=f"{' → '.join(_names(comparison))}: {headline(comparison)}",
        lines=(
            f"before  {_of(comparison.before)}",
            f"after   {_of(comparison.after)}",
            *_catalogues(comparison),
        ),
        tables=(
            Table("Worse", _HEADER, _rows(comparison.worse)),
            Table("Better", _HEADER, _rows(comparison.better)),
            Table("Changed, decides nothing", _HEADER, _rows(comparison.beside)),
            Table("Readings", ("reading", "before", "after"), _short(comparison.readings)),
            Table("Observations", ("observation", "before", "after"), _short(comparison.observations)),
            Table("On the wire", ("member", "before", "after"), _short(comparison.wire)),
            Table("Latency", ("", "before", "after"), _short(comparison.latency)),
        ),
    )


def _names(comparison: Comparison) -> tuple[str, str]:
    """The two by version and label; where these are alike, with the files."""
    before, after = comparison.before, comparison.after
    if before.name != after.name:
        return before.name, after.name
    return f"{before.name} ({before.source})", f"{after.name} ({after.source})"


def headline(comparison: Comparison) -> str:
    """In a few words."""
    worse, better = len(comparison.worse), len(comparison.better)
    words = [f"{worse} worse" if worse else "nothing worse", *([f"{better} better"] if better else [])]
    return ", ".join(words)


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """The same for programs."""
    lists = ("worse", "better", "beside", "readings", "observations", "wire", "latency")
    return {
        "schema": "lcm-conformance/comparison/1",
        "before": _facts(comparison.before),
        "after": _facts(comparison.after),
        **{name: [_entry(change) for change in getattr(comparison, name)] for name in lists},
        "new": list(comparison.new),
        "gone": list(comparison.gone),
    }


def _entry(change: Change) -> dict[str, str]:
    entry = {"id": change.what, "before": change.before, "after": change.after}
    return entry | {"why": change.why} if change.why else entry


def _facts(past: Past) -> dict[str, object]:
    names = ("source", "cm_version", "label", "verdict", "robustness", "catalogue")
    return {name: getattr(past, name) for name in names} | {"started": rfc3339(past.started)}


def _of(past: Past) -> str:
    return f"{past.verdict}, robustness {past.robustness}, {rfc3339(past.started)}, {past.source}"


def _catalogues(comparison: Comparison) -> Iterable[str]:
    if not comparison.other_catalogue:
        return
    yield "the two were judged by different catalogues: clauses are compared by their ids"
    for which, ids in (("only the newer has", comparison.new), ("only the older has", comparison.gone)):
        if ids:
            yield f"{which} {', '.join(ids)}"


def _rows(changes: Iterable[Change]) -> tuple[tuple[str, ...], ...]:
    return tuple((change.what, change.before, change.after, change.why) for change in changes)


def _short(changes: Iterable[Change]) -> tuple[tuple[str, ...], ...]:
    return tuple((change.what, change.before, change.after) for change in changes)
