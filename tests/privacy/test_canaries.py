"""No marked value in any byte that was written or printed, whatever becomes of the run; secrets not even revealed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from canaries import PEOPLE, PERSONAL, SECRETS, STRANGERS, found, written
from command import CHECKOUT, LONGEST, QUIET, environment, run_module
from marked_endpoint import FLAWS, Marked
from other_make import served

RUN = ("-m", "lcm_conformance", "run", "--profile", "../staging.toml", "--out", "out", "--no-allure-html")
PYTEST = (
    *("-m", "pytest", *QUIET, str(CHECKOUT / "features"), "--lcm-profile", "../staging.toml"),
    *("--lcm-out", "out", "-vv", "--showlocals", "--tb=long", "-rA", "-s", "--log-cli-level=DEBUG"),
    *("--junitxml=plain.xml", "--alluredir=allure", "-o", "log_file=pytest.log", "--full-trace", "--setup-show"),
)
PROFILE = """\
cm_version = "2302"

[endpoint]
url = "URL?key=${CANARY_QUERY}"
headers = { X-Token = "${CANARY_TOKEN}" }
cookie = "sid=${CANARY_COOKIE}"
subprotocols = ["lcm"]

[timing]
reply = 5
silence = 0.1

[login]
request = { op = "sign-on", who = "${user_id}", pin = "${password}" }
success = { op = "sign-on", ok = true }
failure = { ok = false }

[logout]
request = { op = "sign-off" }

[agents.reserved]
user_id = "kim-zq4411"
password = "${CANARY_WORD_ONE}"
headers = { X-Own = "${CANARY_OWN}" }
expect = { PhoneNumber = "5550147123", ContactID = 90817263544 }

[agents.other]
user_id = "robin-zq5522"
password = "${CANARY_WORD_TWO}"
"""
CRASH = """
class Crash(Exception):
    pass

def crash(*arguments, **named):
    values = "5550147123 7719|KIWI-Q7|0 kim-zq4411 tok-Mango-778899 Papaya-556677"
    raise Crash(values, arguments, named)

def pytest_configure():
    import lcm_conformance.{module} as module
    module.{name} = crash
"""
SITE = """
import os
if not os.environ.get("PYTEST_PLUGINS"):
    import crashing
    crashing.pytest_configure()
"""
"""Without pytest, Python itself has to bring the crash in."""


@dataclass(frozen=True)
class Scene:
    """One way in which a run goes. `status` is its exit status, `says` stands in its output then."""

    name: str
    status: int
    command: tuple[str, ...]
    says: str
    flaws: tuple[str, ...] = ()
    manners: str = "proper"
    changes: tuple[tuple[str, str], ...] = ()
    crash: str = ""


SOME = ("--clause", "MAP-1", "RES-1", "FLD", "FMT", "CON-1")
BY_COMMAND = (*RUN, *SOME)
BY_PYTEST = (*PYTEST, "--lcm-clause", *SOME[1:])
DOCTOR = ("-m", "lcm_conformance", "doctor", "--profile", "../staging.toml")
ALL_FLAWS = tuple(FLAWS)
LOGIN = PROFILE[PROFILE.index("[login]\n") : PROFILE.index("[logout]")]
PROGRAM = "import os, sys; print(os.environ['CANARY_TOKEN']); sys.exit(os.environ['CANARY_OWN'])"
SCENES = (
    Scene("full run", 3, (*RUN, "--bundle", "evidence.zip"), "evidence: evidence.zip"),
    *(Scene(name.replace("_", " "), 1, BY_COMMAND, "non-conformant", flaws=(name,)) for name in FLAWS),
    Scene("every flaw", 1, BY_COMMAND, "non-conformant", flaws=ALL_FLAWS),
    Scene("every flaw, pytest", 1, BY_PYTEST, "non-conformant", flaws=ALL_FLAWS),
    Scene("ill-formed", 1, (*RUN, "--clause", "MAP", "RSP", "RES"), "RSP-1", manners="garbles"),
    Scene("ill-formed, pytest", 3, BY_PYTEST, "inconclusive", manners="garbles"),
    Scene("strange forms", 3, RUN, "inconclusive", manners="mumbles"),
    Scene("strange forms, pytest", 3, BY_PYTEST, "inconclusive", manners="mumbles"),
    Scene("bad input", 3, (*RUN, "--clause", "ROB", "--allow-hostile"), "robustness"),
    Scene("another contact", 1, BY_COMMAND, "RES-1", changes=(("5550147123", "5550169345"),)),
    Scene("login refused", 3, BY_COMMAND, "environment: ", manners="refuses"),
    Scene("login refused, pytest", 3, BY_PYTEST, "environment: ", manners="refuses"),
    Scene("handshake refused", 3, BY_COMMAND, "HTTP status 401", manners="turns away"),
    Scene("closed instead of answered", 1, BY_COMMAND, "MAP-1", manners="closes"),
    Scene(
        "no proxy there",
        3,
        BY_COMMAND,
        "environment: ",
        changes=(("[timing]", 'proxy = "http://ann:${CANARY_TOKEN}@127.0.0.1:1"\n[timing]'),),
    ),
    Scene(
        "login program fails",
        3,
        BY_COMMAND,
        "environment: ",
        changes=((LOGIN, f"[login]\ncommand = {json.dumps([sys.executable, '-c', PROGRAM])}\n"),),
    ),
    Scene("crash in a check", 5, BY_COMMAND, "suite error: ", ALL_FLAWS, crash="judge.checks.check.finding"),
    Scene("crash in a check, pytest", 5, BY_PYTEST, "suite error: ", ALL_FLAWS, crash="judge.checks.check.finding"),
    Scene("crash while asking", 5, BY_COMMAND, "suite error: ", crash="drive.lane.request_frame"),
    Scene("crash while asking, pytest", 5, BY_PYTEST, "suite error: ", crash="drive.lane.request_frame"),
    Scene("crash in a report", 5, BY_COMMAND, "suite error: ", crash="run.runner.write_all"),
    Scene("crash in a report, pytest", 5, BY_PYTEST, "suite error: ", crash="run.runner.write_all"),
    Scene("plan", 0, (*RUN, "--plan"), "at most"),
    Scene("doctor", 0, DOCTOR, "a contact"),
    Scene("doctor, login refused", 3, DOCTOR, "FAILED", manners="refuses"),
    Scene("doctor, handshake refused", 3, DOCTOR, "FAILED", manners="turns away"),
    Scene("doctor, crash", 5, DOCTOR, "suite error: ", crash="drive.diagnosis.reply_to"),
    Scene("a secret for a version", 2, RUN, "cm_version", changes=(('"2302"', '"${CANARY_TOKEN}"'),)),
    Scene("a secret for a URL", 2, RUN, "endpoint.url", changes=(("URL?key=${CANARY_QUERY}", "${CANARY_TOKEN}"),)),
    Scene("a secret for a path", 2, RUN, "ca_file", changes=(("cookie", 'ca_file = "${CANARY_TOKEN}"\ncookie'),)),
    Scene(
        "a secret for a role",
        2,
        RUN,
        "reserved",
        changes=(("[agents.other]", 'reserved = "${CANARY_OWN}"\n[agents.other]'),),
    ),
)


ALL_SECRETS = (*SECRETS, *SECRETS.values())


def prepare(folder: Path, url: str, scene: Scene) -> dict[str, str]:
    """The profile of a scene, and an empty folder below the given one to run in; the environment variables."""
    text = PROFILE.replace("URL", url)
    for old, new in scene.changes:
        assert text.replace("URL", url).count(old.replace("URL", url)) == 1, old
        text = text.replace(old.replace("URL", url), new)
    (folder / "staging.toml").write_text(text, encoding="utf-8")
    (folder / "here").mkdir()
    variables = {**environment(), **SECRETS}
    if scene.crash:
        module, _, name = scene.crash.rpartition(".")
        (folder / "site").mkdir()
        (folder / "site" / "crashing.py").write_text(CRASH.format(module=module, name=name), encoding="utf-8")
        (folder / "site" / "sitecustomize.py").write_text(SITE, encoding="utf-8")
        variables["PYTHONPATH"] = os.pathsep.join((str(folder / "site"), variables["PYTHONPATH"]))
        if "pytest" in scene.command:
            variables["PYTEST_PLUGINS"] = "crashing"
    return variables


def start(folder: Path, url: str, scene: Scene) -> subprocess.Popen[str]:
    """The command of a scene, running."""
    variables = prepare(folder, url, scene)
    return subprocess.Popen(
        [sys.executable, *scene.command],
        cwd=folder / "here",
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def play(folder: Path, scene: Scene) -> tuple[int, str, dict[str, bytes]]:
    """Plays a scene to its end; the exit status, what was printed, and all of it with what was written."""
    with served(Marked(flaws=scene.flaws, manners=scene.manners)) as url:
        if scene.crash:  # what makes it crash is put in place while Python starts
            with start(folder, url, scene) as running:
                out, err = running.communicate(timeout=LONGEST)
            status = running.returncode
        else:
            variables, (_, module, *arguments) = prepare(folder, url, scene), scene.command
            done = run_module(module, arguments, folder / "here", variables)
            status, out, err = done.returncode, done.stdout, done.stderr
    return status, out + err, {"stdout": out.encode(), "stderr": err.encode(), **written(folder / "here")}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_nothing_that_is_marked_is_written_or_printed(tmp_path: Path, scene: Scene) -> None:
    status, printed, everything = play(tmp_path, scene)
    assert found((*PERSONAL, *STRANGERS, *ALL_SECRETS), everything) == []
    assert (status, scene.says in printed) == (scene.status, True), printed
    assert "Traceback (most recent call last)" not in printed
    assert not any(line.startswith("Exit: ") for line in printed.splitlines())


@pytest.mark.parametrize("command", [RUN, PYTEST], ids=["run", "pytest"])
def test_nothing_is_shown_of_an_interrupted_run(tmp_path: Path, command: tuple[str, ...]) -> None:
    make = Marked(after=4)
    with served(make) as url, start(tmp_path, url, Scene("interrupted", 130, command, "")) as running:
        assert make.reached.wait(LONGEST)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=LONGEST)
    assert running.returncode == 130
    everything = {"stdout": out.encode(), "stderr": err.encode(), **written(tmp_path / "here")}
    assert {"out/result.json", "out/transcript.ndjson"} <= everything.keys()
    assert found((*PERSONAL, *STRANGERS, *ALL_SECRETS), everything) == []


@pytest.mark.parametrize("command", [RUN, PYTEST], ids=["run", "pytest"])
def test_what_is_revealed_on_demand_holds_no_secret_and_says_so_in_red(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    flag = "--reveal" if command is RUN else "--lcm-reveal"
    _, _, everything = play(tmp_path, Scene("revealed", 1, (*command, flag), "", ALL_FLAWS))
    transcript = everything["out/transcript.ndjson"].decode()
    assert all(json.dumps(value)[1:-1] in transcript for value in PERSONAL)
    assert found(ALL_SECRETS, everything) == []
    assert "Personal data is shown as it was received" in everything["out/report.html"].decode()


def test_a_pseudonym_is_of_the_same_type_and_shape_and_the_same_throughout_a_run(tmp_path: Path) -> None:
    shown = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        scene = Scene(name, 3, (*RUN, "--clause", "MAP-1", "FLD"), "")
        _, _, everything = play(tmp_path / name, scene)
        lines = [json.loads(line) for line in everything["out/transcript.ndjson"].decode().splitlines()[1:]]
        replies = [json.loads(line["frame"]) for line in lines if _is_kims(line)]
        contacts = [r["message"]["response"] for r in replies if r["subtopic"] == "ContactOD"]
        shown.append({json.dumps({m: c[m] for m in PEOPLE["kim-zq4411"]}, sort_keys=True) for c in contacts})
        assert len(contacts) > len(shown[-1]) == 1

    first, second = (json.loads(next(iter(contacts))) for contacts in shown)
    for member, value in PEOPLE["kim-zq4411"].items():
        assert type(first[member]) is type(value)
        assert [classes(first[member]), classes(second[member])] == [classes(value)] * 2
        assert len({str(value), str(first[member]), str(second[member])}) == 3


def _is_kims(line: dict[str, Any]) -> bool:
    return line.get("agent") == "reserved" and '"ContactOD"' in line.get("frame", "")


def classes(value: object) -> str:
    """Which kind of character stands where: digit, capital, small letter, or itself."""
    return re.sub("[0-9]", "0", re.sub("[a-z]", "a", re.sub("[A-Z]", "A", str(value))))
