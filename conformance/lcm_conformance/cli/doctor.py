"""`lcm-conformance doctor`: looks at an environment before a run, rung by rung, and judges nothing."""

from __future__ import annotations

import argparse

from lcm_conformance.catalogue.probes import load_probes
from lcm_conformance.catalogue.scenarios import clause_of
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.drive.diagnosis import Step, climb, watched
from lcm_conformance.drive.inquiry import Inquiry
from lcm_conformance.drive.needs import left_out
from lcm_conformance.report.legible import one_line
from lcm_conformance.run.options import REPORTS, RUN_OPTIONS
from lcm_conformance.run.personal_data import learn_events, redactor_of
from lcm_conformance.run.settings import resolve
from lcm_conformance.transport.websocket import WebSocketTransport

_OPTIONS = ("url", "cm-version", "profile")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "doctor",
        allow_abbrev=False,
        help="look at an environment before a run: what works, and what to change",
        epilog="exit status: 0 all of it works, 2 wrong use, 3 something does not",
    )
    for option in RUN_OPTIONS:
        if option.name in _OPTIONS:
            parser.add_argument(f"--{option.name}", help=option.help, **option.settings)
    parser.set_defaults(run=run, out=REPORTS)


def run(parsed: argparse.Namespace) -> int:
    """Climb the ladder and print each rung; 0 where all held, else 3."""
    settings = resolve(parsed)
    if settings.embedded:
        raise UsageError("there is no environment to look at: add --profile FILE")
    profile = settings.profile
    redactor = redactor_of(profile)

    def tell(step: Step) -> None:
        learn_events(redactor, inquiry.recorder.events())
        redactor.learn_secrets(inquiry.pool.secrets)
        print(redactor.text(_line(step)), flush=True)

    transport = watched(WebSocketTransport(profile.endpoint, profile.timing), tell)
    inquiry = Inquiry(profile, transport)
    for notice in profile.notices:
        print(redactor.text(f"notice: {notice}"))
    try:
        held = climb(inquiry, tell)
    finally:
        inquiry.pool.close()
    if not held:
        print("environment: not ready for a run, see the last line above")
        return 3
    gaps = _not_judged(inquiry)
    for line in gaps:
        print(redactor.text(line))
    print("the suite can run" if gaps else "all of it works: the suite can run")
    return 0


def _not_judged(inquiry: Inquiry) -> list[str]:
    """What a run could not judge with this profile, by reason."""
    why: dict[str, list[str]] = {}
    for name, reason in left_out(
        list(load_probes().values()), inquiry.profile, inquiry.agents, inquiry.role, sends_bad_input=True
    ).items():
        why.setdefault(reason, []).append(clause_of(name) or name)
    if "other" not in inquiry.profile.agents:
        why.setdefault("the profile names no agents.other", []).append("RES-1")
    return [
        f"not judged with this profile: {', '.join(dict.fromkeys(names))}: {reason}" for reason, names in why.items()
    ]


def _line(step: Step) -> str:
    return f"{'ok' if step.held else 'FAILED':<8}{step.rung:<21}{step.seconds * 1000:>8.1f} ms   {one_line(step.says)}"
