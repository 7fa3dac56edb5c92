"""The one place where personal data leaves a result: `write_all` sends the whole of it through
here first, so that no writer ever holds an original.

What counts as personal data, and the pseudonyms, are the caller's (`Redacts`). Secrets in the
endpoint's address are taken out here whatever the caller's choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from lcm_conformance.catalogue.verdict import Finding
from lcm_conformance.judge.comparison import Comparison, compare
from lcm_conformance.judge.past import as_past
from lcm_conformance.judge.result import ClauseResult, Member, Observation, Result, ScenarioRecord
from lcm_conformance.record.transcript import Event, Exchange, Recording
from lcm_conformance.redaction.address import public_url

_EXPIRY = "$.message.response.ExpiryTime"
PSEUDONYM = "(the value is a pseudonym)"
"""Stands beside a value in a finding that is not the one that came; `--reveal` shows that."""


class Redacts(Protocol):
    """Replaces personal data by pseudonyms, the same value by the same one throughout a run."""

    def frame(self, text: str) -> str:
        """A frame as on the wire."""

    def text(self, text: str, *, times: bool = True) -> str:
        """Free text: findings, reasons, notes. Without `times`, times are shown as they came."""


def redact_result(result: Result, redactor: Redacts) -> Result:
    """The same result without personal data."""
    text = redactor.text
    shown = replace(
        public(result),
        url=text(public_url(result.url)),
        clauses=tuple(_clause(c, redactor) for c in result.clauses),
        scenarios=tuple(redact_record(s, redactor) for s in result.scenarios),
        observations=tuple(_observation(o, redactor) for o in result.observations),
        trouble=result.trouble and replace(result.trouble, line=text(result.trouble.line)),
        label=_optional(result.label, redactor),
        statement={key: text(value) for key, value in result.statement.items()},
        wire={text(name): _member(member, redactor) for name, member in result.wire.items()},
        stale=tuple(map(text, result.stale)),
        suite_errors=tuple(map(text, result.suite_errors)),
        notices=tuple(map(text, result.notices)),
        options=redact_options(result.options, redactor),
    )
    return replace(shown, baseline=result.baseline and _compared_again(result.baseline, shown, redactor))


def _compared_again(comparison: Comparison, shown: Result, redactor: Redacts) -> Comparison:
    """The comparison made anew from what may be shown: the older result is from a file, which may."""
    before = replace(comparison.before, source=redactor.text(comparison.before.source))
    return compare(before, as_past(shown), shown.strict)


def redact_options(options: Mapping[str, str], redactor: Redacts) -> dict[str, str]:
    """The options of a run without personal data or secrets."""
    return {key: redactor.text(value) for key, value in _public_options(options).items()}


def redact_recording(recording: Recording, redactor: Redacts) -> Recording:
    """The same recording without personal data; a frame that occurs in several places is redacted once."""
    once = _Once(redactor)
    return replace(
        recording,
        events=tuple(_event(e, once) for e in recording.events),
        exchanges=tuple(_exchange(x, once) for x in recording.exchanges),
        left_out={probe: redactor.text(reason) for probe, reason in recording.left_out.items()},
        troubles={probe: redactor.text(reason) for probe, reason in recording.troubles.items()},
        trouble=_optional(recording.trouble, redactor),
        unmet={role: redactor.text(reason) for role, reason in recording.unmet.items()},
        notices=tuple(map(redactor.text, recording.notices)),
    )


def public(result: Result) -> Result:
    """The result as it may be written before there is a redactor: nothing but the address can hold a secret."""
    return replace(result, url=public_url(result.url), options=_public_options(result.options))


def _public_options(options: Mapping[str, str]) -> dict[str, str]:
    return {key: public_url(value) if key == "url" else value for key, value in options.items()}


class _Once:
    """A redactor that remembers frames: each stands in an event and again in its exchange."""

    def __init__(self, redactor: Redacts) -> None:
        self._redactor = redactor
        self._frames: dict[str, str] = {}

    def frame(self, text: str) -> str:
        if text not in self._frames:
            self._frames[text] = self._redactor.frame(text)
        return self._frames[text]

    def text(self, text: str, *, times: bool = True) -> str:
        return self._redactor.text(text, times=times)


def _optional(text: str | None, redactor: Redacts) -> str | None:
    return None if text is None else redactor.text(text)


def _finding(finding: Finding, redactor: Redacts) -> Finding:
    text = partial(redactor.text, times=not _is_of_expiry(finding))
    actual = text(finding.actual)
    noted = actual if actual == finding.actual else f"{actual} {PSEUDONYM}"
    return replace(finding, expected=text(finding.expected), actual=noted, where=text(finding.where))


def _is_of_expiry(finding: Finding) -> bool:
    """Whether it is about an ExpiryTime, which is shown as it came though a CallbackTime may have the same text."""
    return _EXPIRY in finding.where


def _reason(reason: str, findings: Sequence[Finding], redactor: Redacts) -> str:
    """A reason quotes what its findings are about."""
    shown = redactor.text(reason, times=not (findings and all(map(_is_of_expiry, findings))))
    return f"{shown} {PSEUDONYM}" if findings and shown != reason else shown


def _clause(clause: ClauseResult, redactor: Redacts) -> ClauseResult:
    return replace(
        clause,
        reason=_reason(clause.reason, clause.findings, redactor),
        findings=tuple(_finding(f, redactor) for f in clause.findings),
        known=_optional(clause.known, redactor),
        waived=_optional(clause.waived, redactor),
        excuse=_optional(clause.excuse, redactor),
    )


def _member(member: Member, redactor: Redacts) -> Member:
    return replace(member, words=None if member.words is None else tuple(map(redactor.text, member.words)))


def _observation(observation: Observation, redactor: Redacts) -> Observation:
    return replace(observation, seen=redactor.text(observation.seen), detail=redactor.text(observation.detail))


def redact_record(scenario: ScenarioRecord, redactor: Redacts) -> ScenarioRecord:
    """One scenario's record without personal data."""
    return replace(
        scenario,
        reason=_reason(scenario.reason, scenario.findings, redactor),
        findings=tuple(_finding(f, redactor) for f in scenario.findings),
        excuse=_optional(scenario.excuse, redactor),
        observation=_observation(scenario.observation, redactor) if scenario.observation else None,
        earlier=tuple(redact_record(record, redactor) for record in scenario.earlier),
    )


def _event(event: Event, redactor: Redacts) -> Event:
    # A note holds words of the endpoint too: the reason with which it closed a session.
    frame, note = (None if text is None else redactor.frame(text) for text in (event.frame, event.note))
    return replace(event, frame=frame, note=note)


def _exchange(exchange: Exchange, redactor: Redacts) -> Exchange:
    return replace(
        exchange,
        request=redactor.frame(exchange.request),
        received=tuple(_event(e, redactor) for e in exchange.received),
        trouble=_optional(exchange.trouble, redactor),
    )
