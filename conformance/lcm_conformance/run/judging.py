"""Judges recorded traffic, from its files to the reports: no endpoint is asked.

Called by `judge`. Scenarios, steps and checks are those of a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.scenarios import Scenario
from lcm_conformance.catalogue.system_error import Trouble, trouble
from lcm_conformance.catalogue.verdict import UsageError, Verdict
from lcm_conformance.judge.comparison import Comparison, compare
from lcm_conformance.judge.evidence import Evidence
from lcm_conformance.judge.fold import evidence_for, fold
from lcm_conformance.judge.past import as_past
from lcm_conformance.judge.result import LEFT_OUT, Result, ScenarioRecord
from lcm_conformance.judge.terms import Course
from lcm_conformance.redaction import Redactor
from lcm_conformance.report import Written, begin, redact_result, write_all
from lcm_conformance.report.past_file import read_past
from lcm_conformance.run import execution, vocabulary
from lcm_conformance.run.bundling import shown_profile
from lcm_conformance.run.judge_settings import JudgeSettings
from lcm_conformance.run.personal_data import learn_events, learn_folded, learn_terms
from lcm_conformance.run.recorded import Recorded
from lcm_conformance.run.runner import released_score, status

_BY_WHAT_CAME = ("PRE-", "MAP-", "RES-", "REQ-", "ROB-", "RSP-1")
"""The clauses that look at how much came, and when: what could not be read may have been the answer."""

_UNREAD = "what could not be read in the recording may have been an answer or a request"
_INCONCLUSIVE = 3


@dataclass(frozen=True)
class Judged:
    """What came of it: the result as it may be shown, the exit status, and lines about what was written."""

    result: Result
    status: int
    notes: tuple[str, ...]
    unwritten: tuple[Trouble, ...] = ()


def judge(settings: JudgeSettings, recorded: Recorded) -> Judged:
    """Judge a recording and write all reports into the folder, which whoever calls holds."""
    terms, redactor = settings.terms(recorded.terms), redactor_for(settings, recorded)
    result = result_of(settings, recorded)
    try:
        begin(settings.out, redact_result(replace(result, complete=False), redactor))
    except OSError as error:
        raise trouble(error, f"cannot write to --out {settings.out}", "name a folder that can be written") from None
    if settings.bundle is not None:
        settings.bundle.begin()
    result = replace(result, notices=(*result.notices, *_changes(settings.files, result)))
    allure_html = settings.allure_html and result.complete
    written = write_all(result, recorded.recording, terms, settings.out, redactor, allure_html, whole=recorded.whole)
    shown = replace(redact_result(result, redactor), complete=result.complete and not written.unwritten)
    if settings.bundle is not None and not written.unwritten:
        facts = shown_profile(settings.profile, terms, redactor, url=False)
        notes, unwritten = settings.bundle.write(settings.out, facts)
        written = Written([*written.notes, *notes], unwritten)
    return Judged(shown, _status(result, written), tuple(written.notes), tuple(written.unwritten))


def redactor_for(settings: JudgeSettings, recorded: Recorded) -> Redactor:
    """What keeps the personal data of a recording out of all that is said of it."""
    profile = settings.profile
    redactor = Redactor(secrets=() if profile is None else profile.secrets, reveal=settings.reveal)
    redactor.learn_headers(() if profile is None else profile.short_headers)
    learn_terms(redactor, settings.terms(recorded.terms))
    learn_events(redactor, recorded.recording.events)
    learn_folded(redactor, recorded.recording.folded)
    return redactor


def result_of(settings: JudgeSettings, recorded: Recorded) -> Result:
    """What the recording comes to; it holds personal data."""
    terms, written = settings.terms(recorded.terms), scenarios.read()
    evidence = evidence_for(recorded.recording, terms)
    records = _records(recorded, written, evidence, terms.selected)
    return fold(records, written, load_catalogue(), evidence, terms, _course(settings, recorded, written))


def _course(settings: JudgeSettings, recorded: Recorded, written: Sequence[Scenario]) -> Course:
    problems = [*scenarios.problems(written, load_catalogue()), *vocabulary.problems(written)]
    unfinished = () if recorded.complete else ("the run that is judged did not end: what it had not asked is open",)
    return Course(
        url=recorded.said("url"),
        started=recorded.started,
        seconds=round(recorded.seconds, 3),
        complete=recorded.complete,
        embedded=recorded.heading.get("embedded") is True,
        suite_errors=tuple(problems),
        notices=(*recorded.unread, *unfinished),
        options=settings.given,
        label=settings.label or recorded.said("label") or None,
        statement=settings.statement or recorded.statement,
        selftest=released_score(),
    )


def _records(
    recorded: Recorded, written: Sequence[Scenario], evidence: Evidence, selected: frozenset[str] | None
) -> list[ScenarioRecord]:
    """Every scenario's record; of those that the run had left out, that it had."""
    unexecuted = recorded.unexecuted
    records = [
        execution.left_out(scenario, unexecuted.get(scenario.key, LEFT_OUT))
        if scenario.key in unexecuted or (selected is not None and scenario.clause not in selected)
        else execution.judge(scenario, evidence)
        for scenario in written
    ]
    return records if recorded.whole else [_as_far_as_known(record) for record in records]


def _as_far_as_known(record: ScenarioRecord) -> ScenarioRecord:
    """The record where a part of the recording could not be read: what counts answers cannot be told."""
    told = record.verdict in {Verdict.PASS, Verdict.FAIL}
    if not told or not record.clause.startswith(_BY_WHAT_CAME):
        return record
    return replace(record, verdict=Verdict.INCONCLUSIVE, reason=_UNREAD, findings=(), findings_total=0)


def _status(result: Result, written: Written) -> int:
    """The exit status: a recording that has no end is never a green verdict."""
    own = status(result, written.unwritten)
    return _INCONCLUSIVE if own == 0 and not result.complete else own


def _changes(files: Sequence[str], result: Result) -> tuple[str, ...]:
    """Of the folder of an older run: which of its verdicts are others now."""
    lines: list[str] = []
    for name in files:
        if Path(name).is_dir():
            try:
                lines += _differences(name, compare(read_past(Path(name)), as_past(result)))
            except UsageError as error:
                lines.append(f"not compared with the verdicts of then: {error}")
    return tuple(lines)


def _differences(name: str, comparison: Comparison) -> list[str]:
    catalogue = "a newer catalogue" if comparison.other_catalogue else "the same catalogue"
    changes = (*comparison.worse, *comparison.better, *comparison.beside)
    new = [f"{clause} is new" for clause in comparison.new]
    told = [f"{c.what} {c.before} → {c.after}" + (f": {c.why}" if c.why else "") for c in changes]
    return [f"{name} judged again by {catalogue}: {line}" for line in [*told, *new] or ["no verdict changes"]]
