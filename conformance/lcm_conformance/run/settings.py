"""Options, environment variables and profile, resolved into what one run needs, before anything is asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.judge.deviations import Deviation
from lcm_conformance.judge.past import Past
from lcm_conformance.judge.terms import AgentTerms, Terms
from lcm_conformance.profile import Profile, checked_url, load
from lcm_conformance.report.past_file import read_past
from lcm_conformance.run.bundling import Bundle, bundle_of
from lcm_conformance.run.known_file import read_known
from lcm_conformance.run.options import REPORTS, RUN_OPTIONS, Option, attribute
from lcm_conformance.run.out_folder import filled

DEFAULT_VERSION = "2308"
_PLACEHOLDER_URL = "ws://127.0.0.1/lcm"


@dataclass(frozen=True)
class Settings:
    """One run. `selected` are the ids to ask (None: all), `given` the options as the user gave them.

    `max_seconds` after which the asking ends as if interrupted.
    """

    profile: Profile
    embedded: bool
    out: Path
    pins: Mapping[str, str]
    selected: frozenset[str] | None
    strict: bool
    observe_unsupported: bool
    allure_html: bool
    given: Mapping[str, str] = field(repr=False)
    known: tuple[Deviation, ...] = ()
    sends_bad_input: bool = True
    label: str | None = None
    max_seconds: float | None = None
    latest: Path | None = None
    baseline: Past | None = None
    fail_on_worse: bool = False
    bundle: Bundle | None = None

    def terms(self, profile: Profile) -> Terms:
        """What the run is judged by; `profile` has the endpoint's address, which the embedded one gets late."""
        return replace(
            terms_of(profile, self.pins),
            known=self.known,
            strict=self.strict,
            selected=self.selected,
            allow_hostile=self.sends_bad_input,
            observe_unsupported=self.observe_unsupported,
            baseline=self.baseline,
            fail_on_worse=self.fail_on_worse,
        )

    @property
    def reveal(self) -> bool:
        """Whether personal data is shown as it was received."""
        return self.given.get("reveal") == "true"

    @property
    def asks(self) -> bool:
        """Whether the endpoint is asked at all."""
        return self.profile.supported or self.observe_unsupported


def terms_of(profile: Profile, pins: Mapping[str, str] | None = None) -> Terms:
    """What a run in this environment is judged by."""
    return Terms(
        cm_version=profile.cm_version,
        agents={
            role: AgentTerms(agent.expect, agent.reserved, agent.by_default, agent.user_id)
            for role, agent in profile.agents.items()
        },
        pins=pins or {},
        reply=profile.timing.reply,
        silence=profile.timing.silence,
        logs_in_by_headers=profile.login is None,
        waived=profile.waived,
    )


def resolve(
    parsed: object, prefix: str = "", environment: Mapping[str, str] | None = None, connects: bool = True
) -> Settings:
    """Settings from parsed options (argparse's or pytest's); raises `UsageError`.

    Where nothing is going to connect, variables about connections may hold what they like.
    """
    variables = os.environ if environment is None else environment
    values = values_of(parsed, RUN_OPTIONS, variables, prefix)
    values["out"] = values["out"] or REPORTS
    clauses = load_catalogue()
    pins = clauses.pins(values["reading"] or [])
    selected = frozenset(clauses.select(values["clause"])) if values["clause"] else None
    if values["cm-version"]:
        release(values["cm-version"])
    if values["url"]:
        checked_url(values["url"])
    embedded = not values["url"] and not values["profile"]
    profile = embedded_profile(values["cm-version"]) if embedded else _given_profile(values, variables)
    if connects and profile.endpoint.fault:
        raise UsageError(profile.endpoint.fault)
    for clause in profile.waived:
        if clause not in clauses.clauses:
            raise UsageError(f"{values['profile']}: waive.{clause} is no clause: `lcm-conformance clauses` lists all")
    label = values["label"] or profile.label
    now = datetime.now(UTC)
    out, latest = filled(str(values["out"]), profile.cm_version, label, now)
    if values["bundle"]:
        values["bundle"], _ = filled(values["bundle"], profile.cm_version, label, now, "--bundle")
    return Settings(
        profile=profile,
        embedded=embedded,
        out=out,
        latest=latest,
        pins=pins,
        selected=selected,
        strict=bool(values["strict"]),
        observe_unsupported=bool(values["observe-unsupported"]),
        allure_html=not values["no-allure-html"],
        given=_given(values) | {"out": str(out)},
        label=label,
        max_seconds=seconds("max-seconds", values["max-seconds"]),
        baseline=baseline_of(values),
        fail_on_worse=values["fail-on"] == "worse",
        bundle=bundle_of(values, out),
        sends_bad_input=embedded or bool(values["allow-hostile"]),
        known=read_known(Path(values["known"]), clauses) if values["known"] else (),
    )


def values_of(
    parsed: object, options: Iterable[Option], variables: Mapping[str, str], prefix: str = ""
) -> dict[str, Any]:
    """The options' values by name, from the command line or what stands in for it; raises `UsageError` for a blank."""
    values: dict[str, Any] = {}
    for option in options:
        value = getattr(parsed, attribute(option, prefix), None)
        given = f"--{attribute(option, prefix).replace('_', '-')}"
        if value is None and option.variable:
            value, given = variables.get(option.variable), f"the environment variable {option.variable}"
        if isinstance(value, str) and not value.strip():
            # Taken for absent it would have the embedded endpoint judged in place of the one that is meant.
            raise UsageError(f"{given} is empty: give it a value, or leave it out")
        values[option.name] = value
    return values


def seconds(option: str, text: str | None) -> float | None:
    """The seconds that an option was given, if it was; raises `UsageError`."""
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise UsageError(f"--{option} {text}: write a number of seconds above 0")
    return number


def baseline_of(values: Mapping[str, Any]) -> Past | None:
    """The result to compare with, if one was named; raises `UsageError`."""
    if values["fail-on"] and not values["baseline"]:
        raise UsageError("--fail-on worse needs a result to compare with: add --baseline RESULT")
    baseline = read_past(Path(values["baseline"])) if values["baseline"] else None
    if values["fail-on"] and baseline is not None and baseline.verdict == "not-applicable":
        raise UsageError(f"--baseline {values['baseline']} is of a version that no clause binds: nothing can be worse")
    return baseline


def _given(values: Mapping[str, Any]) -> dict[str, str]:
    """The options as the reports show and repeat them."""
    given = {name.replace("-", "_"): str(values[name]) for name in ("url", "profile", "cm-version") if values[name]}
    if values["reading"]:
        given["reading"] = " ".join(values["reading"])
    flags = [name for name in ("strict", "allow-hostile", "reveal") if values[name]]
    return given | {name.replace("-", "_"): "true" for name in flags}


def embedded_profile(cm_version: str | None = None) -> Profile:
    """The facts of the embedded endpoint, which has no address yet."""
    with as_file(files("lcm_conformance.endpoint").joinpath("profile.toml")) as path:
        return load(path, url=_PLACEHOLDER_URL, cm_version=cm_version or DEFAULT_VERSION, environment={})


def _given_profile(values: Mapping[str, Any], variables: Mapping[str, str]) -> Profile:
    if not values["profile"]:
        raise UsageError(
            "--url needs a profile that names the agents: add --profile FILE (see README, Against staging)"
        )
    return load(Path(values["profile"]), url=values["url"], cm_version=values["cm-version"], environment=variables)
