"""Builds `allure-report/index.html`, one file, where an Allure command line (2 or 3) is on the PATH.
Called by `write_all`. It never fails a run, and never leaves a page that would contact anything:
Allure's own load an analytics script.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from lcm_conformance.report.files import write_whole
from lcm_conformance.report.legible import one_line

LIMIT = 120.0  # seconds for all of it

# Inline scripts are measured first: an application in one file is a script of megabytes, the analytics call is short.
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"""<link\b[^>]*\bhref\s*=\s*["']?\s*(?:https?:)?//[^>]*>""", re.IGNORECASE)
_ELSEWHERE = re.compile(r"""\bsrc\s*=\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
_ANALYTICS = re.compile(r"\bgtag\s*\(|googletagmanager|google-analytics")
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_ANALYTICS_CALL = 5_000
# Whatever a future Allure may try: the browser itself refuses to load or send anything.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; style-src 'unsafe-inline' data: blob:; "
    "img-src data: blob:; font-src data:; media-src data: blob:; connect-src data: blob:; frame-src data: blob:; "
    "worker-src data: blob:; form-action 'none'"
)


def write_allure_html(out: Path, limit: float = LIMIT) -> str:
    """Build the page from `out/allure-results`; the answer is a line that says what came of it."""
    executable = shutil.which("allure")
    if executable is None:
        return "allure-report not written: no allure command on the PATH"
    try:
        # A folder of its own: Allure reads configuration from where it is started, and leaves things there.
        with tempfile.TemporaryDirectory(prefix="lcm-allure-", ignore_cleanup_errors=True) as folder:
            page = _generate(executable, (out / "allure-results").resolve(), Path(folder), limit)
            write_whole(out / "allure-report" / "index.html", without_contact(page))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return f"allure-report not written: {one_line(_reason(error), 300)}"
    return "allure-report written"


def without_contact(page: str) -> str:
    """The page without scripts and style sheets from elsewhere, and with a policy that allows no others."""
    page = _SCRIPT.sub(lambda match: "" if _contacts(match) else match.group(), page)
    page = _LINK.sub("", page)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    page, count = _HEAD.subn(lambda match: match.group() + policy, page, count=1)
    if not count:
        raise ValueError("what it built is not a page (no <head>)")
    return page


def _contacts(match: re.Match[str]) -> bool:
    attributes, body = match.groups()
    short = len(body) < _ANALYTICS_CALL
    return bool(_ELSEWHERE.search(attributes) or (short and _ANALYTICS.search(body)))


def _generate(executable: str, results: Path, folder: Path, limit: float) -> str:
    deadline = time.monotonic() + limit
    version = _run([executable, "--version"], folder, deadline).strip().splitlines()
    report = folder / "report"
    if version and re.match(r"\D*2\.", version[-1]):
        command = [executable, "generate", "--single-file", "--clean", "-o", str(report), str(results)]
    else:
        command = [executable, "awesome", "--single-file", "--output", str(report), str(results)]
    said = _run(command, folder, deadline)
    page = report / "index.html"
    if not page.is_file():
        raise ValueError(f"allure built no index.html: {said.strip()[-200:]}")
    return page.read_text(encoding="utf-8", errors="replace")


def _run(command: list[str], folder: Path, deadline: float) -> str:
    """What the command said; a group of its own, because what it starts (Java, Node) must end with it."""
    environment = os.environ | {"ALLURE_NO_ANALYTICS": "1"}
    with (folder / "said").open("w+b") as said:
        process = subprocess.Popen(  # noqa: S603  the user's own allure command
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _end(process)
            raise
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    if status:
        raise ValueError(f"allure ended with status {status}: {text.strip()[-200:]}")
    return text


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return "allure took too long"
    return str(error)
