"""The first line of a transcript: what its recording is judged by. Written by whoever runs, read by whoever judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from lcm_conformance.judge.deviations import Deviation
from lcm_conformance.judge.terms import AgentTerms, Terms


def heading(terms: Terms) -> dict[str, Any]:
    """The members of the contract, and what else the judge takes."""
    return {
        "cm_version": terms.cm_version,
        "timing": {"reply": terms.reply, "silence": terms.silence},
        "readings": dict(terms.pins),
        "agents": {role: _agent(agent) for role, agent in terms.agents.items()},
        "logs_in_by_headers": terms.logs_in_by_headers,
        "waived": dict(terms.waived),
        "strict": terms.strict,
        "known": [_entry(deviation) for deviation in terms.known],
        "clauses": None if terms.selected is None else sorted(terms.selected),
        "allow_hostile": terms.allow_hostile,
        "observe_unsupported": terms.observe_unsupported,
        "baseline": None if terms.baseline is None else terms.baseline.source,
    }


def terms_from(line: Mapping[str, Any]) -> Terms:
    """The terms that a first line says; raises `KeyError`, `TypeError` or `ValueError` where it says none."""
    clauses = line["clauses"]
    return Terms(
        cm_version=str(line["cm_version"]),
        agents={
            role: AgentTerms(
                expect=tuple({str(name): str(text) for name, text in row.items()} for row in agent["expect"]),
                reserved=str(agent["reserved"]),
                by_default=bool(agent["by_default"]),
                user_id=str(agent["user_id"]),
            )
            for role, agent in line["agents"].items()
        },
        pins={str(name): str(side) for name, side in line["readings"].items()},
        reply=float(line["timing"]["reply"]),
        silence=float(line["timing"]["silence"]),
        logs_in_by_headers=bool(line["logs_in_by_headers"]),
        waived={str(name): str(why) for name, why in line["waived"].items()},
        known=tuple(_deviation(row) for row in line["known"]),
        strict=bool(line["strict"]),
        selected=None if clauses is None else frozenset(map(str, clauses)),
        allow_hostile=bool(line["allow_hostile"]),
        observe_unsupported=bool(line["observe_unsupported"]),
    )


def _agent(agent: AgentTerms) -> dict[str, Any]:
    expect = [dict(row) for row in agent.expect]
    return {
        "user_id": agent.user_id, "expect": expect, "reserved": agent.reserved, "by_default": agent.by_default,
    }  # fmt: skip


def _entry(deviation: Deviation) -> dict[str, Any]:
    row = {name: value for name, value in asdict(deviation).items() if value is not None}
    return row | ({"expires": deviation.expires.isoformat()} if deviation.expires else {})


def _deviation(row: Mapping[str, Any]) -> Deviation:
    expires = row.get("expires")
    return Deviation(**{**row, "expires": None if expires is None else date.fromisoformat(expires)})
