"""The README is true: commands parse, outputs are what the commands print, profiles load, paths exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lcm_conformance import cli, profile
from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.run.known_file import read_known
from lcm_conformance.run.options import PYTEST_PREFIX, RUN_OPTIONS
from signing import keys

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
STAGING = (ROOT / "docs" / "staging.md").read_text(encoding="utf-8")
PROFILE = "conformance/lcm_conformance/endpoint/profile.toml"
TEST_COMMAND = next(line for line in README.splitlines() if line.endswith("pytest -q"))
OUTPUTS = dict(re.findall(r"<!-- output: (.+?) -->\n```text\n(.*?)\n```", README, re.DOTALL))

# What differs from run to run; clauses and their counts do not.
_VARIES = re.compile(
    r"\d+\.\d s$|\d+ ms\b|\bx-\d+\b|\band \d+ more findings\b|\breply \d+\b|^members +\d+|\b[0-9a-f]{16}…"
)


def shell_lines(text: str) -> list[str]:
    """The commands of all `sh` blocks, `&&` taken apart and `.venv/bin/` left out."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [part.strip() for block in blocks for line in block.splitlines() for part in line.split("&&")]
    return [line.removeprefix(".venv/bin/") for line in lines]


def commands(text: str) -> list[str]:
    """Every `lcm-conformance …` of a page, in blocks and in sentences."""
    quoted = re.findall(r"`(lcm-conformance [^`\n]+)`", text)
    return sorted({line for line in shell_lines(text) + quoted if line.startswith("lcm-conformance ")})


def parse(command: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The status with which the command line takes a command that does nothing."""
    for module in cli._COMMANDS:
        monkeypatch.setattr(module, "run", lambda _: 0)
    return cli.main(shlex.split(command)[1:])


def run(folder: Path, *arguments: str) -> list[str]:
    """What a command prints when started in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "lcm_conformance", *arguments],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return (done.stdout + done.stderr).splitlines()


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Path]:
    """A folder with the README's profile, at the address of the mock that the README starts."""
    command = next(line for line in shell_lines(README) if line.startswith("lcm-conformance mock --fault"))
    arguments = [*shlex.split(command)[1:], "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-m", "lcm_conformance", *arguments], env=_environment(), stdout=subprocess.PIPE, text=True
    ) as mock:
        assert mock.stdout is not None
        url = mock.stdout.readline().split()[-1]
        copy = tmp_path / PROFILE
        copy.parent.mkdir(parents=True)
        text = (ROOT / PROFILE).read_text(encoding="utf-8")
        copy.write_text(re.sub(r'^url = ".*"', f'url = "{url}"', text, flags=re.MULTILINE), encoding="utf-8")
        try:
            yield tmp_path
        finally:
            mock.terminate()


@pytest.mark.parametrize("command", commands(README + STAGING))
def test_every_command_is_one_that_there_is(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse(command, monkeypatch) == 0


def test_every_pytest_option_is_one_that_there_is() -> None:
    known = {f"--{PYTEST_PREFIX}-{option.name}" for option in RUN_OPTIONS}
    named = set(re.findall(rf"(--{PYTEST_PREFIX}-[a-z-]+\w)", README))

    assert named
    assert named <= known


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's first run was made."""
    folder = tmp_path_factory.mktemp("ran")
    (folder / "printed").write_text("\n".join(run(folder, "run")), encoding="utf-8")
    return folder


def test_the_conformant_run_prints_what_is_quoted(ran: Path) -> None:
    quotes("lcm-conformance run", (ran / "printed").read_text(encoding="utf-8").splitlines())


def test_its_bundle_verifies_as_quoted(ran: Path) -> None:
    keys(ran)
    run(ran, "judge", "reports", "--no-allure-html", "--bundle", "evidence.zip", "--sign", "key.pem")
    of_command("lcm-conformance verify evidence.zip --key key.pub.pem", ran)


def test_the_failing_run_prints_what_is_quoted(faulty: Path) -> None:
    of_command(f"lcm-conformance run --profile {PROFILE}", faulty)


def test_a_clause_is_shown_as_quoted(tmp_path: Path) -> None:
    of_command("lcm-conformance clauses RES-2", tmp_path)


def test_no_quoted_output_is_left_unchecked() -> None:
    checked = {
        "lcm-conformance run",
        f"lcm-conformance run --profile {PROFILE}",
        "lcm-conformance verify evidence.zip --key key.pub.pem",
        "lcm-conformance clauses RES-2",
    }

    assert set(OUTPUTS) == checked


def of_command(command: str, folder: Path) -> None:
    """The command prints what is quoted, in a folder."""
    quotes(command, run(folder, *shlex.split(command)[1:]))


def quotes(command: str, lines: list[str]) -> None:
    """Every quoted line is printed, in the order of the quotation."""
    printed = [_VARIES.sub("#", line) for line in lines]
    rest = iter(printed)
    for line in OUTPUTS[command].splitlines():
        assert _VARIES.sub("#", line) in rest, f"{line!r} is not printed there, but:\n" + "\n".join(printed)


def test_the_profile_loads(tmp_path: Path) -> None:
    loaded = load(example("profile"), tmp_path)

    assert set(loaded.agents) == {"reserved", "other", "idle"}
    assert loaded.logout is not None


def test_the_profile_shows_the_default_timing(tmp_path: Path) -> None:
    assert load(example("profile"), tmp_path).timing == profile.Timing()


def test_the_login_of_sessions_that_are_logged_in_from_the_start(tmp_path: Path) -> None:
    line = re.search(r'`(login = \{ method = "preauthenticated" \})`', README)
    assert line is not None

    assert load(f"{line[1]}\n{without_login(example('profile'))}", tmp_path).login is None


def test_the_known_deviation_loads(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(example("known"), encoding="utf-8")

    assert [entry.clause for entry in read_known(path, load_catalogue())] == ["FLD-Queue-presence"]


def test_the_map_names_what_there_is() -> None:
    map_of_the_tree = README.split("## The tree")[1].split("\n## ")[0]
    named = set(re.findall(r"`([\w.]+/[\w./]*)`", map_of_the_tree))

    assert [path for path in named if not (ROOT / path).exists()] == []
    assert {"features/", "steps/", "tests/", "benchmarks/", "docs/", "examples/", "reports/"} <= named


def test_the_statuses_are_those_of_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"])
    said = " ".join(capsys.readouterr().out.partition("exit status:")[2].split())

    assert re.findall(r"^\| (\d+) \|", README, re.MULTILINE) == re.findall(r"\b(\d+) [a-z]", said)


def test_the_speed_adds_up() -> None:
    quoted = re.search(
        r"full run +([\d.]+) s.*\nempty pytest run +([\d.]+) s\nsilence window +2.00 s\nratio +(.+)", README
    )
    assert quoted is not None
    full, empty, ratio = (float(number) for number in quoted.groups())

    assert ratio == round(full / (empty + 2), 2)
    assert f"**{ratio:.2f} times**" in README


def test_every_reading_is_named() -> None:
    assert [name for name in load_catalogue().readings if f"`{name}`" not in README] == []


def test_ci_uses_the_test_command_as_it_stands_here() -> None:
    assert TEST_COMMAND in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_clauses_that_are_named_exist() -> None:
    ids = set(load_catalogue().ids)
    named = re.findall(r"\b(?:VER|PRE|MAP|RES|REQ|RSP|CON|ROB)-\d+\b|\bFLD-\w+-\w+\b", README + STAGING)

    assert set(named) <= ids


def example(name: str) -> str:
    """The TOML block under a marker."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```toml\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def without_login(text: str) -> str:
    """A profile without its login and logout."""
    tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    return "".join(table for table in tables if not table.startswith(("[login]", "[logout]")))


def load(text: str, folder: Path) -> profile.Profile:
    path = folder / "staging.toml"
    path.write_text(text, encoding="utf-8")
    variables = dict.fromkeys(re.findall(r"\$\{(LCM_\w+)\}", text), "set")
    return profile.load(path, environment=variables)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LCM_", "PYTEST_"))}
    return kept | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
