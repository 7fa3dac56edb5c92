"""For the authors of the vendor's page, as Markdown: where it contradicts itself or is silent. Called by `clauses`.

What endpoints did is from results, and stands in code spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lcm_conformance.catalogue.clauses import Catalogue, Reading
from lcm_conformance.judge.past import Past
from lcm_conformance.report.markdown import code


def defects_page(rows: Catalogue, results: Sequence[Past]) -> str:
    """The whole page; each place says what it is, what was seen, and what wording would settle it."""
    parts = ["# Get Reserved Non-PEWC Contact: what the page leaves open", "", "## Where table and sample disagree"]
    for reading in rows.readings.values():
        seen = ((past, past.readings.get(reading.name)) for past in results)
        parts += _place(reading.name, _sides(reading), seen, reading.settle)
    parts += ["", "## Where the page is silent"]
    for silence in rows.observations.values():
        seen = ((past, past.observations.get(silence.id)) for past in results)
        parts += _place(silence.id, f"The page does not say: {_lower(silence.statement)}", seen, silence.settle)
    parts += ["", "## What else is wrong or missing"]
    for defect in rows.defects:
        parts += _place(defect.id, defect.says, (), defect.settle)
    return "\n".join(parts) + "\n"


def _place(name: str, says: str, seen: Iterable[tuple[Past, str | None]], settle: str) -> Iterator[str]:
    yield from ("", f"### {name}", "", says, "")
    words: dict[str, list[str]] = {}
    for past, word in seen:
        if word not in {None, "untested"}:
            words.setdefault(word or "", []).append(past.name)
    for word, names in words.items():
        yield f"- Seen: {code(word)} in {', '.join(map(code, dict.fromkeys(names)))}"
    yield f"- To settle it: {settle}"


def _sides(reading: Reading) -> str:
    concerns = ", ".join(reading.clauses)
    return (
        f"The table has `{reading.table}`, the sample `{reading.sample}`. It concerns {concerns}; either side conforms."
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
