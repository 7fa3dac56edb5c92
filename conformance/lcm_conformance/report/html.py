"""Writes `report.html`: one page that needs nothing else and asks no network; its script only filters, finds and
copies, so that all of it can be read without. Called by `write_all` with a redacted result.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lcm_conformance.catalogue.verdict import Verdict
from lcm_conformance.judge.result import Result
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report.answer import answer
from lcm_conformance.report.clause_map import SHAPES, members, sections
from lcm_conformance.report.exchange_list import ExchangeList
from lcm_conformance.report.files import rfc3339, write_whole
from lcm_conformance.report.findings_shown import findings_shown
from lcm_conformance.report.frames import Frames
from lcm_conformance.report.headline import counts, warnings
from lcm_conformance.report.lanes_picture import lanes_picture
from lcm_conformance.report.latency_plot import latency_plot, points
from lcm_conformance.report.legible import legible, one_line
from lcm_conformance.report.meanings import of_notice, of_observation, of_reading
from lcm_conformance.report.names import condition, name_of, reading_in_words, verdict_in_short, verdict_in_words
from lcm_conformance.report.statement import statement
from lcm_conformance.report.tables import tables
from lcm_conformance.report.trust import trust

LIMIT = 2_000


def write_html(result: Result, recording: Recording, out: Path, digests: Mapping[str, str] | None = None) -> None:
    """Write `out/report.html`, whole or not at all; `digests` are the SHA-256 of the files beside it, by name."""
    write_whole(out / "report.html", html_page(result, recording, digests))


def html_page(result: Result, recording: Recording, digests: Mapping[str, str] | None = None) -> str:
    """The whole page. Every clause has one place, whose `id` is the clause's."""
    frames = Frames(recording)
    shown = ExchangeList(recording, result, frames)
    findings = findings_shown(result, recording)
    script = files(__package__).joinpath("report.js").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            result=result,
            answer=answer(result),
            warnings=warnings(result),
            elsewhere=_suite_errors(result),
            condition=condition(result.depends_on),
            sections=sections(result.clauses),
            members=members(result.clauses),
            shapes=SHAPES,
            counts=counts(result),
            trust=trust(result),
            started=rfc3339(result.started),
            findings=findings,
            tables=tables(result, [item.clause.id for item in findings]),
            exchanges=shown,
            lanes=lanes_picture(recording, shown.failing, shown.__contains__),
            latency=latency_plot(points(recording), result.latency),
            readings=[(name, side, of_reading(name, side)) for name, side in result.readings.items()],
            notices=[(line, means) for line in result.notices if (means := of_notice(line))],
            observations=[(seen, of_observation(seen.id, seen.seen)) for seen in result.observations],
            statement=statement(result, digests or {}),
            digests=digests or {},
            script=Markup(script),  # noqa: S704  our own
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def _suite_errors(result: Result) -> list[str]:
    """The errors of the suite that the first sentence does not say: of the run, and of single clauses."""
    of_clauses = [f"{c.reason} ({name_of(c.id)} {c.id})" for c in result.clauses if c.verdict is Verdict.ERROR]
    return [*(f"suite error: {error}" for error in result.suite_errors[1:]), *of_clauses]


def _sheet_foot(digest: str) -> str:
    """What stands at the foot of each printed sheet, so that a sheet belongs to its evidence; empty without it."""
    return f"result.json SHA-256 {digest}" if digest.isalnum() else ""


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lcm_conformance.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "line": lambda text: one_line(str(text), LIMIT),
        "block": legible,
        "name": name_of,
        "reading": reading_in_words,
        "verdict": verdict_in_words,
        "short": verdict_in_short,
        "sheet_foot": _sheet_foot,
    }
    environment.filters |= filters
    return environment
