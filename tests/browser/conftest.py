"""These tests need Debian's Chromium, Playwright and axe-core (`tox -e browser`): elsewhere they are not collected."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lcm_conformance.judge.result import Result
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report.html import html_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = "CHROMIUM"
"""The variable that names the browser's program."""

collect_ignore_glob = [] if CHROMIUM in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ[CHROMIUM], args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@dataclass
class Heard:
    """What a page said and asked for while it was open."""

    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


Opens = Callable[..., "tuple[Page, Heard]"]


@pytest.fixture
def opens(browser: Browser, tmp_path: Path) -> Iterator[Opens]:
    """Opens the page of a result from disk; keywords go to the browser's context."""
    contexts = []

    def open_(result: Result, recording: Recording, anchor: str = "", **options: object) -> tuple[Page, Heard]:
        path = tmp_path / "report.html"
        path.write_text(html_page(result, recording, {"result.json": "0" * 64}), encoding="utf-8")
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        page, heard = context.new_page(), Heard()
        page.on("console", lambda message: heard.console.append(message.text))
        page.on("pageerror", lambda error: heard.console.append(str(error)))
        page.on("request", lambda request: heard.requests.append(request.url))
        page.goto(f"{path.as_uri()}{anchor}")
        return page, heard

    yield open_
    for context in contexts:
        context.close()
