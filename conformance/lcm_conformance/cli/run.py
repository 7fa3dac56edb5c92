"""`lcm-conformance run`: runs the suite's scenarios under pytest, shut off from the caller's pytest setup."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files

import pytest
from rich.console import Console
from rich.markup import escape

from lcm_conformance import plugin
from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.folders import features_folder
from lcm_conformance.catalogue.system_error import explained
from lcm_conformance.catalogue.verdict import SuiteError
from lcm_conformance.cli.account import print_account
from lcm_conformance.cli.complaint import line_of
from lcm_conformance.cli.live_line import LiveLine
from lcm_conformance.drive import plan
from lcm_conformance.drive.driver import Driver
from lcm_conformance.plugin.conduct import Conduct
from lcm_conformance.redaction.address import public_url
from lcm_conformance.run.folder import held
from lcm_conformance.run.limits import raise_limit_on_files
from lcm_conformance.run.options import add_all
from lcm_conformance.run.personal_data import redactor_of
from lcm_conformance.run.runner import probes_of
from lcm_conformance.run.settings import Settings, resolve
from lcm_conformance.transport.websocket import WebSocketTransport


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "run",
        allow_abbrev=False,
        help="drive an endpoint and write a report",
        epilog="exit status: 0 conformant, 1 non-conformant, 2 wrong use, 3 inconclusive, 4 not applicable, "
        "5 the suite itself failed, 130 interrupted",
    )
    add_all(parser.add_argument)
    parser.add_argument("--plan", action="store_true", help="print what would be asked, in order, and do no more")
    parser.add_argument("--quiet", action="store_true", help="print one line: the verdict")
    parser.add_argument("--json", action="store_true", help="print result.json in place of the summary")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Run the suite; returns the exit status of the contract."""
    settings = resolve(parsed, connects=not parsed.plan)
    if parsed.plan:
        print("\n".join(_plan(settings)))
        return 0
    raise_limit_on_files()
    with held(settings.out):
        return _drive(settings, parsed)


def _drive(settings: Settings, parsed: argparse.Namespace) -> int:
    errors = Console(stderr=True, highlight=False)
    with errors.status("starting") if errors.is_terminal and not parsed.quiet else _nothing() as status:
        progress = LiveLine(lambda line: status.update(escape(line)), errors.width - 4) if status is not None else None
        conduct = Conduct(settings, progress)
        code = _pytest(conduct)
    if conduct.result is None or conduct.run is None:
        if conduct.refusal is not None:
            raise conduct.refusal
        while_collecting = code == pytest.ExitCode.INTERRUPTED and conduct.fault is None and not conduct.uncollected
        if code == 130 or conduct.interrupted or while_collecting:
            return 130
        raise SuiteError(
            (conduct.fault or "").removeprefix("suite error: ")
            or f"pytest ended with status {int(code)} before there was a result: please report it"
        )
    print_account(conduct.result, settings.out, conduct.run.notes, quiet=parsed.quiet, as_json=parsed.json)
    for what in (*conduct.run.unwritten, *filter(None, [conduct.refusal])):
        print(line_of(what, "run"), file=sys.stderr)
    return int(code)


def _plan(settings: Settings) -> list[str]:
    profile = settings.profile
    transport = WebSocketTransport(profile.endpoint, profile.timing)  # connects only when it is asked to
    driver = Driver(profile, transport, settings.pins, sends_bad_input=settings.sends_bad_input)
    wanted = [s for s in scenarios.read() if settings.selected is None or s.clause in settings.selected]
    probes = probes_of(wanted, profile) if settings.asks else []
    course = driver.plan(probes)
    url = redactor_of(profile).text(public_url(profile.endpoint.url))
    where = "the embedded endpoint" if settings.embedded else url
    registers = profile.endpoint.packet is not None and profile.endpoint.packet.register is not None
    first = ", each registered first" if registers else ""
    return [
        f"{where}, at most {profile.endpoint.max_connections} sessions at once{first}; "
        "a refused login is its agent's last",
        *plan.lines(course, driver.recording().left_out),
    ]


def _pytest(conduct: Conduct) -> int:
    """One pytest session over the features and nothing else: no configuration, plugins or cache of the caller's."""
    with as_file(files(__package__).joinpath("pytest.ini")) as ini, _isolated():
        return pytest.main(
            [
                str(features_folder()),
                f"--config-file={ini}",
                f"--rootdir={features_folder()}",
                "--noconftest",
                "-p",
                "no:terminal",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:unraisableexception",  # which collects garbage five times over at the end
                "-p",
                "pytest_bdd.plugin",
                "-p",
                plugin.__name__,
            ],
            plugins=[_Named(conduct)],
        )


class _Named:
    """Hands the conduct to the plugin under the name by which it looks for it."""

    def __init__(self, conduct: Conduct) -> None:
        self._conduct = conduct

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self._conduct, "lcm-conduct")

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """What pytest itself could not go on for may be the surroundings' too; then pytest prints nothing of it."""
        self._conduct.refusal = self._conduct.refusal or explained(excinfo.value)
        return self._conduct.refusal is not None


@contextmanager
def _isolated() -> Iterator[None]:
    ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in ours}
    writes = sys.dont_write_bytecode
    os.environ.update(ours)
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _nothing() -> Iterator[None]:
    yield None
