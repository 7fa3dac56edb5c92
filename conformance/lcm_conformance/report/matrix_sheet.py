"""A matrix of results as tables. Called by `matrix`. With many columns a terminal shows one letter a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import count

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.matrix import ABSENT, KNOWN, Matrix, Row
from lcm_conformance.judge.past import Past
from lcm_conformance.report.files import rfc3339
from lcm_conformance.report.sheet import Sheet, Table

_LETTERS: Mapping[str, str] = {
    Verdict.PASS: "·",
    Verdict.FAIL: "F",
    KNOWN: "k",
    Verdict.INCONCLUSIVE: "?",
    Verdict.UNTESTED: "u",
    Verdict.NOT_APPLICABLE: "-",
    Verdict.ERROR: "E",
    ABSENT: " ",
}
SHOWN = 60
"""How many letters fit beside the clause: the last results."""

_LEGEND = "oldest first: · pass, F fail, k known deviation, ? inconclusive, u untested, - not applicable, E suite error"


def matrix_sheet(matrix: Matrix, whole: bool = False) -> Sheet:
    """A column a version and label. `whole` shows the clauses in which all agree too."""
    of_runs = (
        Row("verdict", tuple(past.verdict for past in matrix.columns)),
        Row("robustness", tuple(past.robustness for past in matrix.columns)),
        *_readings(matrix.columns),
    )
    results, are = ("result", "is") if matrix.older == 1 else ("results", "are")
    older = f"{matrix.older} older {results} of the same version and label {are} not shown (--each shows all)"
    return Sheet(
        title=_results(matrix),
        lines=(*([older] if matrix.older else []), *([] if whole else _alike(matrix))),
        tables=(
            Table(
                "",
                ("clause", *_unique([past.name for past in matrix.columns])),
                tuple((row.name, *row.cells) for row in (*of_runs, *_shown(matrix, whole))),
            ),
        ),
    )


def nights_sheet(matrix: Matrix, whole: bool = False, letters: bool = True) -> Sheet:
    """Every result: how often a clause failed of late, and since when. `letters` or a column each."""
    days = _unique([f"{past.name} {rfc3339(past.started)[:10]}" for past in matrix.columns])
    rows = []
    for row in (Row("verdict", tuple(_of_verdict(past) for past in matrix.columns)), *_shown(matrix, whole)):
        failed, of = row.failed()
        since = matrix.failing_since(row)
        cells = ("".join(_LETTERS.get(cell, "?") for cell in row.cells[-SHOWN:]),) if letters else row.cells
        rows.append((row.name, f"{failed} of {of}", rfc3339(since)[:10] if since else ABSENT, *cells))
    header = ("clause", "failed of the last", "since", *(("each",) if letters else days))
    lines = [f"{days[0]} to {days[-1]}", *([_LEGEND] if letters else []), *([] if whole else _alike(matrix))]
    return Sheet(_results(matrix), tuple(lines), (Table("", header, tuple(rows)),))


def _results(matrix: Matrix) -> str:
    return "1 result" if len(matrix.columns) == 1 else f"{len(matrix.columns)} results"


def _shown(matrix: Matrix, whole: bool) -> Iterable[Row]:
    return [row for row in matrix.rows if whole or row.differs]


def _alike(matrix: Matrix) -> list[str]:
    """What the rows that are folded away hold; named where it is not a pass."""
    alike = [row for row in matrix.rows if not row.differs]
    alike_in = {row.name: (row.applying or row.cells)[0] for row in alike}
    numbers = Counter(alike_in.values())
    if not alike:
        return []
    told = ", ".join(f"{number} {word}" for word, number in numbers.items())
    names = [f"{name} {cell}" for name, cell in alike_in.items() if cell in {Verdict.FAIL, KNOWN, Verdict.ERROR}]
    later = any(row.applying and len(row.applying) < len(row.cells) for row in alike)
    to_all = "all to which they apply" if later else "all"
    return [f"alike in {to_all}: {told} (--all shows them)", *names]


def _readings(columns: Iterable[Past]) -> Iterable[Row]:
    columns = tuple(columns)
    names = dict.fromkeys(name for past in columns for name in past.readings)
    rows = (Row(f"reading {name}", tuple(_side(past, name) for past in columns)) for name in names)
    return (row for row in rows if row.differs)


def _side(past: Past, reading: str) -> str:
    return past.readings.get(reading, Verdict.NOT_APPLICABLE.value if past.verdict == "not-applicable" else ABSENT)


def _of_verdict(past: Past) -> str:
    words = {"conformant": Verdict.PASS, "non-conformant": Verdict.FAIL, "not-applicable": Verdict.NOT_APPLICABLE}
    return words.get(past.verdict, Verdict.INCONCLUSIVE).value


def _unique(names: list[str]) -> list[str]:
    """Two columns of one name: the second is `… (2)`."""
    numbers = {name: count(1) for name in names}
    return [name if (number := next(numbers[name])) == 1 else f"{name} ({number})" for name in names]
