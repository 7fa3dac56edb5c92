"""What may be imported from `lcm_conformance`: judges one reply, or recorded traffic, from a program or a test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import PathLike, fspath
from typing import Any

from lcm_conformance.catalogue import page, scenarios
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.catalogue.request import candidates, proper
from lcm_conformance.catalogue.verdict import Finding, UsageError, Verdict
from lcm_conformance.judge.fold import evidence_for
from lcm_conformance.judge.terms import AgentTerms, Terms
from lcm_conformance.record.assembly import assemble
from lcm_conformance.record.customs import Customs
from lcm_conformance.record.heard import Heard
from lcm_conformance.record.transcript import Kind
from lcm_conformance.run import execution
from lcm_conformance.run.judge_settings import settings_for
from lcm_conformance.run.judging import result_of
from lcm_conformance.run.recorded import read

_OF_A_REPLY = ("MAP-1", "RSP-", "FLD-", "FMT-")
_AGENT = "agent"
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_WAITED = timedelta(seconds=60)


@dataclass(frozen=True)
class Judged:
    """The verdict on one clause: `verdict` is pass, fail, inconclusive, untested, not-applicable or error.

    `decides` is False for an advisory clause. Findings hold the values as they were received.
    """

    clause: str
    verdict: str
    reason: str
    decides: bool
    findings: tuple[Finding, ...] = ()


def judge_reply(
    frame: str | bytes | Mapping[str, Any], *, reading: Mapping[str, str] | None = None
) -> tuple[Judged, ...]:
    """The clauses that the reply to a proper request does not pass; none where it conforms.

    `frame` is the text as on the wire, the bytes of it, or the object in it; `reading` holds it to sides of the page,
    such as `{"contact-id-name": "table"}`. Raises `UsageError` for a reading that there is not, and for bytes that are
    no text.
    """
    text = _text(frame)
    pins = load_catalogue().pins([f"{name}={side}" for name, side in (reading or {}).items()])
    asked = json.dumps(proper(candidates()[0], _AGENT))
    heard = [
        Heard(_BEGUN, "s-1", Kind.SENT, asked),
        Heard(_BEGUN, "s-1", Kind.RECEIVED, text),
        Heard(_BEGUN + _WAITED, "s-1", None),
    ]
    recording = assemble(heard, Customs(roles={_AGENT: "reserved"}, knows_agents=True, by_headers=True))
    terms = Terms(str(page.LAST_SUPPORTED_VERSION), agents={"reserved": AgentTerms()}, pins=pins)
    evidence = evidence_for(recording, terms)
    rows = load_catalogue().clauses
    records = [execution.judge(s, evidence) for s in scenarios.read() if s.clause.startswith(_OF_A_REPLY)]
    return tuple(
        Judged(r.clause, r.verdict.value, r.reason, rows[r.clause].klass == "normative", r.findings)
        for r in records
        if r.verdict not in {Verdict.PASS, Verdict.UNTESTED}
    )


def _text(frame: str | bytes | Mapping[str, Any]) -> str:
    if isinstance(frame, bytes):
        try:
            return frame.decode()
        except UnicodeDecodeError as error:
            line = f"the reply is no UTF-8 at byte {error.start + 1}: hand on the bytes of a text frame"
            raise UsageError(line) from None
    return frame if isinstance(frame, str) else json.dumps(frame)


def judge_recording(
    *files: str | PathLike[str],
    profile: str | PathLike[str] | None = None,
    cm_version: str | None = None,
    reading: Mapping[str, str] | None = None,
) -> tuple[Judged, ...]:
    """The verdict on every clause that recorded traffic comes to: what `judge` takes, without its reports.

    Raises `UsageError` where a file cannot be read, or holds nothing to judge.
    """
    if cm_version is not None:
        release(cm_version)
    names, facts = tuple(fspath(file) for file in files), None if profile is None else fspath(profile)
    settings = settings_for(names, facts, cm_version, reading or {})
    result = result_of(settings, read(settings.files, settings.capture))
    return tuple(
        Judged(c.id, c.verdict.value, c.reason, c.klass in {"scope", "normative"}, c.findings) for c in result.clauses
    )
