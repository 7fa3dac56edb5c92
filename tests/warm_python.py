"""A Python that has imported the modules of its arguments and forks itself for each order on standard input.

Starting Python and importing takes most of the time of most commands. A forked process runs `python -m MODULE` from
there on: with a command line, a folder, an environment, output and an end of its own.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import runpy
import signal
import sys
import time
from io import TextIOWrapper
from typing import Any


def serve() -> dict[str, Any]:
    """Fork for each order, one a line; returns, in the forked process, the order to carry out."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for whoever waits for a process
    for line in iter(sys.stdin.readline, ""):
        if os.fork():
            continue
        order: dict[str, Any] = json.loads(line)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        process = os.fork()
        if process == 0:
            return order
        _, status = os.waitpid(process, 0)
        with open(order["status"], "w", encoding="ascii") as file:
            file.write(str(os.waitstatus_to_exitcode(status)))
        os._exit(0)
    sys.exit()


def settle(order: dict[str, Any]) -> None:
    """Take the place that a process of its own would have been started in."""
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["stdout"], os.O_WRONLY),
        (2, order["stderr"], os.O_WRONLY),
    ):
        opened = os.open(name, flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = sys.__stdin__ = _text(0, "r")
    sys.stdout = sys.__stdout__ = _text(1, "w")
    sys.stderr = sys.__stderr__ = _text(2, "w", "backslashreplace")
    sys.stderr.reconfigure(line_buffering=True)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    random.seed()
    sys.path[:2] = [os.getcwd(), *order["environment"]["PYTHONPATH"].split(os.pathsep)]
    sys.argv[1:] = order["arguments"]


def _text(number: int, mode: str, errors: str = "strict") -> TextIOWrapper:
    stream = open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115  as long as the process
    assert isinstance(stream, TextIOWrapper)
    return stream


if __name__ == "__main__":
    for module in sys.argv[1:]:
        importlib.import_module(module)
    gc.freeze()
    work = serve()
    settle(work)
    runpy.run_module(work["module"], run_name="__main__", alter_sys=True)
