"""Writes reports over those of an earlier run, and is killed at each moment in turn, by SIGKILL, before one call of
the system more. Prints what stood in the folder then and must not, and how many moments there were.

Usage: killed_run.py PICKLE FOLDER, the pickle being (earlier result and recording, newer result and recording).
"""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import signal
import sys
import xml.etree.ElementTree as ET
from itertools import chain, count
from pathlib import Path
from typing import Any

from lcm_conformance.judge.terms import Terms
from lcm_conformance.report import begin, write_all

_CALLS = {"open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir"}


class Plain:
    """A redactor of what is not personal."""

    def frame(self, text: str) -> str:
        return text

    def text(self, text: str, *, times: bool = True) -> str:
        return text


def die_before(moment: int) -> None:
    """Have this process killed before so many calls of the system more."""
    seen = count(1)

    def step() -> None:
        if next(seen) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(lambda event, _: step() if event in _CALLS else None)
    sys.setprofile(lambda _, kind, what: step() if kind == "c_call" and _is_of_a_file(what) else None)


def _is_of_a_file(what: Any) -> bool:
    return what is os.fsync or isinstance(getattr(what, "__self__", None), io.BufferedWriter)


def write(result: Any, recording: Any, out: Path) -> None:
    begin(out, result)
    assert write_all(result, recording, Terms(result.cm_version), out, Plain(), allure_html=False).unwritten == []


def wrong(out: Path, earlier: dict[Path, bytes], started: str) -> list[str]:
    """What must not be there. `started` is the earlier run's."""
    files = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    alike = {out / "README.md", out / "allure-results" / "categories.json"}
    olden = {path for path, data in files.items() if earlier.get(path) == data} - alike
    result = json.loads(files[out / "result.json"]) if out / "result.json" in files else None
    of_earlier = result is not None and result["started"] == started
    found = [f"{path.relative_to(out)} is not whole" for path, data in files.items() if not is_whole(path, data)]
    others = olden - {out / "result.json"}
    if others and not of_earlier:
        found.append(f"{sorted(path.name for path in others)[0]} stands without its own result")
    if of_earlier and result["complete"] and set(earlier) - set(files):
        found.append("a complete result without its reports")
    if result is not None and not of_earlier and result["complete"] and not (out / "report.html").is_file():
        found.append("a complete result before its reports")
    if out / "README.md" not in files:
        found.append("a file of somebody else's has gone")
    return found


def is_whole(path: Path, data: bytes) -> bool:
    name = path.name.removeprefix(".lcm-conformance-")
    try:
        if ".json" in name:
            json.loads(data)
        elif ".ndjson" in name:
            assert data.endswith(b"\n")
        elif ".xml" in name:
            ET.fromstring(data)
        elif ".html" in name:
            assert data.rstrip().endswith(b"</html>")
        return bool(data)
    except (ValueError, ET.ParseError, AssertionError):
        return False


def main(pickled: str, folder: str) -> None:
    earlier, newer = pickle.loads(Path(pickled).read_bytes())
    pristine, out = Path(folder, "pristine"), Path(folder, "out")
    write(*earlier, pristine)
    (pristine / "README.md").write_text("somebody else's")
    started = json.loads((pristine / "result.json").read_bytes())["started"]
    found: list[str] = []
    for moment in chain(range(1, 60), count(60, 5)):  # the first are those in which the earlier reports go
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(pristine, out)
        before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
        if (child := os.fork()) == 0:
            die_before(moment)
            write(*newer, out)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        found += [f"moment {moment}: {what}" for what in wrong(out, before, started)]
        if not os.WIFSIGNALED(status):
            print(json.dumps({"moments": moment, "ended": status, "wrong": found}))
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
