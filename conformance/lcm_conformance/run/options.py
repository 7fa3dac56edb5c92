"""The options of a run, once: `lcm-conformance run` and pytest (`--lcm-…`) both read this table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

PYTEST_PREFIX = "lcm"
REPORTS = "reports"


@dataclass(frozen=True)
class Option:
    """One option; `settings` are keyword arguments of argparse's and of pytest's `addoption` alike."""

    name: str
    help: str
    settings: dict[str, Any] = field(default_factory=dict)
    variable: str | None = None


RUN_OPTIONS: tuple[Option, ...] = (
    Option(
        "url",
        "the endpoint's WebSocket URL; without it the embedded endpoint is driven (environment: LCM_URL)",
        {"metavar": "URL"},
        "LCM_URL",
    ),
    Option(
        "cm-version",
        "the Campaign Manager version that is judged, such as 2308 (environment: LCM_CM_VERSION)",
        {"metavar": "V"},
        "LCM_CM_VERSION",
    ),
    Option(
        "profile",
        "the TOML file with the facts of the environment (environment: LCM_PROFILE)",
        {"metavar": "FILE"},
        "LCM_PROFILE",
    ),
    Option(
        "out",
        f"the folder for the reports (default: {REPORTS}); {{version}}, {{date}} and {{label}} in it are filled in, "
        "and a link `latest` is set beside it",
        {"metavar": "DIR"},
    ),
    Option(
        "clause",
        "ask only these clauses; an id or the beginning of ids, such as FLD",
        {"metavar": "ID", "nargs": "+", "action": "extend", "default": None},
    ),
    Option(
        "reading",
        "hold the endpoint to one side of the page, such as contact-id-name=table",
        {"metavar": "NAME=SIDE", "nargs": "+", "action": "extend", "default": None},
    ),
    Option(
        "known",
        "a TOML file of known deviations, whose failures do not decide the verdict",
        {"metavar": "FILE"},
    ),
    Option(
        "baseline",
        "an older result.json, or the folder of its run, with which the reports compare",
        {"metavar": "RESULT"},
    ),
    Option(
        "fail-on",
        "let only what is worse than in the baseline decide the exit status; the verdict stays as it is",
        {"choices": ["worse"]},
    ),
    Option(
        "label",
        "a name for this environment or build, which stands in every report; overrides the profile's",
        {"metavar": "TEXT"},
    ),
    Option(
        "bundle",
        "write all of it into one archive, too: evidence that `lcm-conformance verify` checks; places as in the folder "
        "for the reports",
        {"metavar": "FILE"},
    ),
    Option(
        "sign",
        "sign what is in the bundle, with this private key (PEM without a passphrase; Ed25519 or ECDSA)",
        {"metavar": "KEY"},
    ),
    Option("strict", "let advisory clauses decide the verdict too", {"action": "store_true"}),
    Option(
        "observe-unsupported",
        "ask a version later than 2308 all the same, and record what it does",
        {"action": "store_true"},
    ),
    Option(
        "allow-hostile",
        "send bad input to an endpoint that is not the suite's own, too (the robustness clauses)",
        {"action": "store_true"},
    ),
    Option(
        "max-seconds",
        "end the asking after so many seconds as if it were interrupted; what was learnt is written",
        {"metavar": "N"},
    ),
    Option(
        "reveal",
        "show personal data as it was received; every report says so. Secrets are never shown",
        {"action": "store_true"},
    ),
    Option(
        "no-allure-html",
        "do not build allure-report/index.html, even where the Allure command line is at hand",
        {"action": "store_true"},
    ),
)


_ONLY_ASKING = {"url", "clause", "observe-unsupported", "allow-hostile", "max-seconds"}
JUDGE_OPTIONS = tuple(option for option in RUN_OPTIONS if option.name not in _ONLY_ASKING)
"""Those that mean something where nobody is asked."""


def add_all(add: Callable[..., Any], prefix: str = "", options: Sequence[Option] = RUN_OPTIONS) -> None:
    """Add every option by argparse's `add_argument`, or by pytest's `addoption` under a prefix."""
    for option in options:
        name = f"{prefix}-{option.name}" if prefix else option.name
        add(f"--{name}", help=option.help, **option.settings)


def any_given(parsed: object, prefix: str) -> bool:
    """Whether at least one of the options stands on the command line, or in what stands for it."""
    return any(getattr(parsed, attribute(option, prefix), None) not in (None, False) for option in RUN_OPTIONS)


def attribute(option: Option, prefix: str = "") -> str:
    """The attribute of the parsed options that holds an option's value."""
    return (f"{prefix}-{option.name}" if prefix else option.name).replace("-", "_")
