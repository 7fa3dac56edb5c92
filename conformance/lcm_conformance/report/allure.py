"""Writes `allure-results/`: one Allure test result for each scenario, its steps and its frames.

Called by `write_all` with a redacted result. It uses Allure's model and file writer, not the
pytest listener: that one knows no Gherkin steps, writes paths of this computer, and loses what
other threads attach.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from allure_commons.model2 import Attachment

from lcm_conformance.judge.result import Result, ScenarioRecord
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report.allure_model import run_test, scenario_test
from lcm_conformance.report.allure_run import AllureWriter, write_run
from lcm_conformance.report.frames import Frames
from lcm_conformance.report.headline import unshown
from lcm_conformance.report.titles import titled

FRAME_LIMIT = 20_000
ATTACHED = 25  # exchanges shown in one test result; the rest are in the transcript


def write_allure_results(result: Result, recording: Recording, out: Path) -> None:
    """Write `out/allure-results/` anew; what others wrote there is left alone."""
    folder = out / "allure-results"
    writer = write_run(result, folder)
    clauses = {clause.id: clause for clause in result.clauses}
    frames = Frames(recording)
    attached: dict[str, Attachment] = {}
    for title, scenario in titled(result.scenarios):
        for exchange in _shown_exchanges(scenario):
            if exchange not in attached:
                attached[exchange] = _attach(exchange, frames, writer)
        shown = [attached[exchange] for exchange in _shown_exchanges(scenario)]
        for attempt in (*scenario.earlier, scenario):  # Allure takes the first ones of one identity for retries
            told = replace(attempt, excuse=scenario.excuse)
            writer.write_result(scenario_test(title, told, clauses.get(scenario.clause), result, shown))
    sentence = unshown(result)
    if sentence is not None:
        writer.write_result(run_test(sentence, result))


def _shown_exchanges(scenario: ScenarioRecord) -> list[str]:
    """The exchanges of the findings first: those are what a reader came for."""
    evidence = [finding.exchange for finding in scenario.findings if finding.exchange]
    return list(dict.fromkeys([*evidence, *scenario.exchanges]))[:ATTACHED]


def _attach(exchange: str, frames: Frames, writer: AllureWriter) -> Attachment:
    """Write one exchange; scenarios that share it share the file."""
    source = writer.attach(frames.text(exchange, FRAME_LIMIT))
    return Attachment(name=f"{exchange}: frames", source=source, type="text/plain")
