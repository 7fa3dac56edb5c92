"""How long to listen after a request, and what ends it early. All times come from the profile.

A silence window is `timing.silence` long, plus the slowest answer seen so far: an endpoint that
takes its time over a proper request may take as long over any other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.profile import Timing
from lcm_conformance.record.reply import Message, Shape, reply_to
from lcm_conformance.record.transcript import Exchange


@dataclass(frozen=True)
class Until:
    """When to stop listening: after `seconds`, or once `enough` says "now"; on "soon", after `settle` seconds more."""

    seconds: float
    settle: float
    enough: Callable[[Sequence[Message]], str]


class Waits:
    """The waits of one run; learns how slow the endpoint is."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._slowest = 0.0
        self._lock = threading.Lock()

    def took(self, exchange: Exchange) -> None:
        """Learn from an exchange that was answered."""
        reply = reply_to(exchange)
        if reply is not None:
            with self._lock:
                self._slowest = max(self._slowest, reply.event.clock - exchange.sent)

    def of(self, part: Part) -> Until:
        """The wait after a request of this part."""
        if part is Part.TEST:
            return Until(self._window(), 0, _handed_out)
        if part is Part.REVIVAL:
            return Until(self._timing.reply, self._window(), _contact)
        return Until(self._window(), 0, _answered) if part is Part.OPEN else self.due()

    def due(self) -> Until:
        """Until the reply is there."""
        return Until(self._timing.reply, self._window(), _answered)

    def silence(self) -> Until:
        """One silence window, whatever comes."""
        return Until(self._window(), 0, lambda _: "on")

    def refusal(self) -> Until:
        """A silence window, ended by an open refusal too."""
        return Until(self._window(), 0, _refused)

    def burst(self, size: int) -> Until:
        """Until as many answers are there as requests were sent."""
        return Until(self._timing.reply, 0, lambda read: "now" if _answers(read) >= size else "on")

    def _window(self) -> float:
        with self._lock:
            return self._timing.silence + self._slowest


def _handed_out(read: Sequence[Message]) -> str:
    return "now" if read[-1].hands_out else "on"


def _refused(read: Sequence[Message]) -> str:
    return "now" if read[-1].hands_out or read[-1].shape in {Shape.EMPTY, Shape.ERROR} else "on"


def _answered(read: Sequence[Message]) -> str:
    last = read[-1]
    if last.shape is Shape.CONTACT:
        return "now"
    if last.shape is Shape.NOT_JSON:
        # Ill-formed, but plainly the reply: nothing better will come.
        if last.hands_out or page.REPLY in (last.event.frame or ""):
            return "now"
        return "on" if last.is_unread else "soon"
    return "soon" if last.shape in {Shape.EMPTY, Shape.ELSEWHERE} else "on"


def _contact(read: Sequence[Message]) -> str:
    # A refusal may still be the answer to the bad input before.
    return "now" if read[-1].hands_out else "on"


def _answers(read: Sequence[Message]) -> int:
    return sum(message.hands_out or message.shape in {Shape.EMPTY, Shape.ERROR} for message in read)
