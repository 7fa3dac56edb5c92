"""Runs the program of `[prepare]`, which reserves a contact for an agent. Its output is never shown."""

from __future__ import annotations

import subprocess
import threading
from collections import Counter

from lcm_conformance.catalogue.verdict import EnvironmentTrouble
from lcm_conformance.profile import Agent, Profile, fill_text, template_values


class Preparation:
    """The calls of one run. `spent` are the roles whose reservation is used up: ahead of each request there is one."""

    def __init__(self, profile: Profile) -> None:
        self._command = profile.prepare
        self._seconds = profile.timing.connect
        self._lock = threading.Lock()
        self._done: Counter[str] = Counter()
        self.spent: set[str] = set()
        self.most_calls: int | None = None

    @property
    def is_there(self) -> bool:
        """Whether the profile names a program."""
        return bool(self._command)

    @property
    def calls(self) -> int:
        """How often it was run."""
        return sum(self._done.values())

    def before_request(self, agent: Agent) -> None:
        """Reserve a contact where one is needed: before the agent's first request, and ahead of each once spent."""
        if self.is_there and agent.role != "idle" and (agent.role in self.spent or not self._done[agent.role]):
            self.run(agent)

    def run(self, agent: Agent) -> None:
        """Run the program for an agent, without a shell; raises `EnvironmentTrouble`."""
        with self._lock:
            if self.most_calls is not None and self.calls >= self.most_calls:
                raise EnvironmentTrouble(
                    f"the {self.most_calls} calls of prepare.command that a run may make are used up"
                )
            self._done[agent.role] += 1
        program = f"prepare.command for agents.{agent.role}"
        values = template_values(agent)
        try:
            ended = subprocess.run(  # noqa: S603  the user's own program, named in the user's own profile
                [fill_text(argument, values) for argument in self._command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise EnvironmentTrouble(
                f"{program} did not end within {self._seconds:g} s: check it, or timing.connect"
            ) from None
        except (OSError, ValueError):
            raise EnvironmentTrouble(f"{program} cannot be started: check prepare.command") from None
        if ended.returncode != 0:
            raise EnvironmentTrouble(f"{program} ended with exit status {ended.returncode}: run it by hand to see why")
