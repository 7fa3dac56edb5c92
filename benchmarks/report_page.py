"""How large `report.html` is and how soon it paints: of a made-up run of so many exchanges, in Debian's chromium.

    .venv/bin/python benchmarks/report_page.py [EXCHANGES]

Needs Playwright (see `tox -e browser`). Aim, of 10,000 exchanges (the default): first paint in 2 s, 10 MB at most.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from lcm_conformance.report.html import html_page
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from sample import recording, sample

PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def first_paint(path: Path) -> float:
    """Milliseconds from the start of loading to the first content on the screen."""
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        milliseconds: float = page.wait_for_function(PAINTED).json_value()
        browser.close()
        return milliseconds


def main(exchanges: int) -> None:
    """Print the figures."""
    result, heard = sample(), recording(exchanges)
    begun = time.perf_counter()
    text = html_page(result, heard)
    seconds = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        path.write_text(text, encoding="utf-8")
        print(
            f"{exchanges} exchanges: written in {seconds:.2f} s, {path.stat().st_size / 1e6:.2f} MB, "
            f"first paint after {first_paint(path):.0f} ms"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
