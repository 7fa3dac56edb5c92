"""Takes the picture of the first screen that the README shows, of the made-up run in which every verdict occurs.

    python tests/browser/picture.py

Needs Chromium and Playwright, as `tox -e browser` has them. CHROMIUM names the browser's program.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from lcm_conformance.report.html import html_page
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from sample import recording, sample  # noqa: E402  its folder is no package


def main() -> None:
    """Write `docs/report.png`."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "report.html"
        page_file.write_text(html_page(sample(), recording()), encoding="utf-8")
        program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(page_file.as_uri())
        page.screenshot(path=ROOT / "docs" / "report.png")
        browser.close()


if __name__ == "__main__":
    main()
