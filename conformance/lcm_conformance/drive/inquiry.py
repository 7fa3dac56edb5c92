"""What the lanes of one run share: the profile, the sessions, the pace, the way of asking, and what is left out."""

from __future__ import annotations

import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping

from lcm_conformance.catalogue import page
from lcm_conformance.catalogue.probes import Part
from lcm_conformance.catalogue.request import Way, candidates
from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.drive.hearing import Hearing
from lcm_conformance.drive.pace import Pace
from lcm_conformance.drive.pool import Pool
from lcm_conformance.drive.preparation import Preparation
from lcm_conformance.drive.recorder import Recorder
from lcm_conformance.profile import Agent, Profile
from lcm_conformance.record.tally import PROPER, contacts
from lcm_conformance.record.transcript import Recording
from lcm_conformance.transport import Transport

Progress = Callable[[str], None]


def ways(pins: Mapping[str, str]) -> tuple[Way, ...]:
    """The documented ways of asking in the order of trying; those that keep to pinned readings come first."""

    def against_pins(way: Way) -> int:
        topic = next(side for side, spelling in page.TOPICS.items() if spelling == way.topic)
        sides = {"topic": topic, "source": "table" if way.source else "sample"}
        return sum(pins.get(name, side) != side for name, side in sides.items())

    return tuple(sorted(candidates(), key=against_pins))


class Inquiry:
    """One run's asking, for all its lanes. `ways` are those that are answered, the run's own first.

    `copies` is how many contacts a proper request brings, None until that is known; `restless`, that contacts were seen
    to come late or unasked; `asked_over`, the roles and probes where a contact came and nothing was due;
    `without_control`, the requests before login whose agent cannot log in.
    """

    def __init__(
        self,
        profile: Profile,
        transport: Transport,
        pins: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.profile = profile
        self.order = ways(pins or {})
        self.progress = progress or (lambda _: None)
        self.agents = dict(profile.agents)
        self.agents.setdefault("unknown", Agent("unknown", f"no-such-agent-{secrets.token_hex(4)}"))
        self.recorder = Recorder()
        self.pace = Pace(profile.timing)
        self.hearing = Hearing(self.pace)
        self.pool = Pool(profile, self.agents, transport, self.recorder)
        self.preparation = Preparation(profile)
        self.ways: list[Way] = []
        self.finding_out = threading.Lock()
        self.way_known = threading.Event()
        self.early_asked = threading.Event()
        self.copies: int | None = None
        self.restless = False
        self.answers_once = False
        self.asked_over: set[tuple[str, str]] = set()
        self.has_room_for_two = False
        self.without_control: tuple[str, ...] = ()
        self.left_out: dict[str, str] = {}
        self.troubles: dict[str, str] = {}
        self.trouble: str | None = None
        self.unmet: dict[str, str] = {}
        self.most_requests: int | None = None
        self._lock = threading.Lock()
        self._requests = 0
        self._next_at = 0.0
        self._limits = 0

    @property
    def way(self) -> Way:
        """The run's way of asking; the first documented one until it is known."""
        return self.ways[0] if self.ways else self.order[0]

    def role(self, name: str) -> str:
        """The role of the profile that plays a probe's agent."""
        if name == "stranger" and self.profile.login is None and not self.profile.login_command:
            return "logged_out"  # everybody else is logged in by the handshake
        stand_ins = {"stranger": ("stranger", "logged_out", "reserved"), "leaver": ("leaver", "other", "reserved")}
        return next((role for role in stand_ins.get(name, ()) if role in self.agents), name)

    def count(self) -> None:
        """One more request: waits for its turn; raises `EnvironmentTrouble` where no more may be sent."""
        with self._lock:
            self._requests += 1
            if self.most_requests is not None and self._requests > self.most_requests:
                raise EnvironmentTrouble(f"the {self.most_requests} requests that a run may send are used up")
            rate = self.profile.endpoint.requests_per_second
            if not rate:
                return
            at = max(self._next_at, time.monotonic())
            self._next_at = at + 1 / rate
        self.pool.stop.wait(max(0.0, at - time.monotonic()))

    def require_going_on(self) -> None:
        """Raises `EnvironmentTrouble` once the run is interrupted."""
        if self.pool.stop.is_set():
            raise EnvironmentTrouble("the run was interrupted")

    def hit_limit(self, said: str) -> None:
        """A gateway's limit was hit; raises `EnvironmentTrouble` the second time."""
        line = f"{said}: a gateway's limit: set endpoint.requests_per_second, or raise that limit"
        with self._lock:
            self._limits += 1
            again = self._limits > 1
        self.recorder.notice(f"environment: {line}")
        if again:
            raise EnvironmentTrouble(line)

    def contacts_of(self, role: str) -> int:
        """How many contacts an agent has been handed on proper requests."""
        found: dict[str, int] = defaultdict(int)
        for exchange in self.recorder.exchanges():
            if exchange.part in PROPER and exchange.asks_for is not None:
                found[exchange.asks_for] += contacts(exchange)
        return found[role]

    def are_all_answered(self) -> bool:
        """Whether every proper request on a clean session brought a contact, and there was one."""
        due = [exchange for exchange in self.recorder.exchanges() if exchange.part is Part.DUE]
        return bool(due) and all(contacts(exchange) for exchange in due)

    def recording(self) -> Recording:
        """What is known so far; also after an interruption."""
        return self.recorder.recording(self.left_out, self.troubles, self.trouble, self.unmet)
