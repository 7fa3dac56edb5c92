"""A real run under plain pytest, and what it left behind in JUnit, Allure and result.json."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from command import plain_pytest, quick_profile
from lcm_conformance.catalogue.scenarios import read
from lcm_conformance.endpoint import Behaviour, Host


@dataclass(frozen=True)
class Run:
    """What one run left behind."""

    status: int
    printed: str
    result: dict
    cases: list[ET.Element]
    junit: dict[str, int]
    allure: dict[str, dict]

    def messages(self, tag: str) -> list[str]:
        return [item.get("message", "") for case in self.cases for item in case.iter(tag)]

    def in_allure(self) -> Counter[str]:
        return Counter(test["status"] for test in self.allure.values())

    def of_pytest(self) -> dict[str, int]:
        """The numbers of pytest's own last line."""
        last = self.printed.strip().splitlines()[-1]
        return {word: int(number) for number, word in re.findall(r"(\d+) (failed|passed|skipped|error)", last)}


def told(ended: subprocess.CompletedProcess[str], out: Path) -> Run:
    root = ET.parse(out / "junit.xml").getroot()
    tests = [json.loads(path.read_text(encoding="utf-8")) for path in (out / "allure-results").glob("*-result.json")]
    return Run(
        ended.returncode,
        ended.stdout,
        json.loads((out / "result.json").read_text(encoding="utf-8")),
        list(root.iter("testcase")),
        {name: int(root.get(name) or 0) for name in ("tests", "failures", "errors", "skipped")},
        {test["name"]: test for test in tests},
    )


def assert_alike(ended: Run, failures: int, errors: int) -> None:
    """The three reports hold the same numbers, and no scenario is missing in any."""
    assert (ended.junit["failures"], ended.junit["errors"]) == (failures, errors), ended.printed
    assert (ended.in_allure()["failed"], ended.in_allure()["broken"]) == (failures, errors)
    assert ended.in_allure()["skipped"] == ended.junit["skipped"]
    of_the_run = sum(case.get("classname") == "run" for case in ended.cases)
    assert ended.junit["tests"] == len(ended.allure) == len(read()) + of_the_run
    assert ended.of_pytest().get("failed", 0) == failures + errors - of_the_run


class Driven:
    """Runs the features against an endpoint of its own, in a folder of the test's."""

    def __init__(self, host: Host, folder: Path) -> None:
        self._host, self._folder = host, folder

    def __call__(
        self,
        *options: str | Path,
        known: str | None = None,
        profile: tuple[tuple[str, str], ...] = (),
        out: str = "out",
        **behaviour: object,
    ) -> Run:
        folder = self._folder
        url = self._host.start(Behaviour(**behaviour))
        given = ["--lcm-profile", quick_profile(folder, *profile), "--lcm-url", url, "--lcm-allow-hostile"]
        if known is not None:
            (folder / "known.toml").write_text(known, encoding="utf-8")
            given += ["--lcm-known", folder / "known.toml"]
        ended = plain_pytest("features", *given, "--lcm-out", folder / out, "--lcm-no-allure-html", *options)
        return told(ended, folder / out)
