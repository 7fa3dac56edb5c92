"""What `judge` was asked for: its options and profile, resolved before anything is read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.judge.deviations import Deviation
from lcm_conformance.judge.past import Past
from lcm_conformance.judge.terms import Terms
from lcm_conformance.profile import Profile, Timing, load
from lcm_conformance.report.console import JUDGED
from lcm_conformance.run.bundling import Bundle, bundle_of
from lcm_conformance.run.known_file import read_known
from lcm_conformance.run.options import JUDGE_OPTIONS, REPORTS
from lcm_conformance.run.out_folder import filled
from lcm_conformance.run.recorded import Capture
from lcm_conformance.run.settings import baseline_of, seconds, values_of

_PLACEHOLDER_URL = "ws://127.0.0.1/lcm"


@dataclass(frozen=True)
class JudgeSettings:
    """One call of `judge`. What is None was not given, and what the recording says of it stands."""

    files: tuple[str, ...]
    out: Path
    profile: Profile | None
    cm_version: str | None
    pins: Mapping[str, str]
    strict: bool
    allure_html: bool
    given: Mapping[str, str] = field(repr=False)
    known: tuple[Deviation, ...] | None = None
    label: str | None = None
    baseline: Past | None = None
    fail_on_worse: bool = False
    latest: Path | None = None
    capture: Capture = field(default_factory=Capture)
    bundle: Bundle | None = None

    def placed(self, said: Terms, label: str) -> JudgeSettings:
        """The same with the places in `out` filled in by what the recording says."""
        version, label, now = self.terms(said).cm_version, self.label or label, datetime.now(UTC)
        out, latest = filled(str(self.out), version, label, now)
        bundle = self.bundle
        if bundle is not None:
            path, _ = filled(str(bundle.path), version, label, now, "--bundle")
            bundle = replace(bundle, path=path)
        return replace(self, out=out, latest=latest, given={**self.given, "out": str(out)}, bundle=bundle)

    @property
    def statement(self) -> Mapping[str, str]:
        """What a profile says of who tested what; empty without one."""
        return self.profile.statement if self.profile is not None else {}

    @property
    def reveal(self) -> bool:
        """Whether personal data is shown as it stands in the files."""
        return self.given.get("reveal") == "true"

    def terms(self, said: Terms) -> Terms:
        """What to judge by: what the recording says, and over it what was asked for.

        Of a profile the waivers and times count, and who tested what; who the agents are a recording says under other
        names.
        """
        profile = self.profile
        if profile is not None:
            said = replace(
                said,
                cm_version=profile.cm_version,
                waived=profile.waived,
                reply=profile.timing.reply,
                silence=profile.timing.silence,
            )
        return replace(
            said,
            cm_version=self.cm_version or said.cm_version,
            pins={**said.pins, **self.pins},
            strict=self.strict or said.strict,
            known=said.known if self.known is None else self.known,
            baseline=self.baseline,
            fail_on_worse=self.fail_on_worse,
        )


def resolve(parsed: Any, environment: Mapping[str, str] | None = None) -> JudgeSettings:
    """The settings from parsed options; raises `UsageError`."""
    variables = os.environ if environment is None else environment
    values = values_of(parsed, JUDGE_OPTIONS, variables)
    clauses = load_catalogue()
    if values["cm-version"]:
        release(values["cm-version"])
    files = tuple(parsed.files)
    profile = _profile(values["profile"], values["cm-version"], variables)
    timing = _timing(parsed, profile)
    if profile is not None:
        profile = replace(profile, timing=timing)
    out = _out(values["out"], files)
    return JudgeSettings(
        files=files,
        capture=Capture(profile, values["cm-version"], timing, every=bool(values["bundle"])),
        out=out,
        profile=profile,
        cm_version=values["cm-version"],
        pins=clauses.pins(values["reading"] or []),
        strict=bool(values["strict"]),
        allure_html=not values["no-allure-html"],
        given=_given(values, files),
        known=read_known(Path(values["known"]), clauses) if values["known"] else None,
        label=values["label"] or (profile.label if profile else None),
        baseline=baseline_of(values),
        fail_on_worse=values["fail-on"] == "worse",
        bundle=bundle_of(values, out),
    )


def _given(values: Mapping[str, Any], files: tuple[str, ...]) -> dict[str, str]:
    """The options as the reports show and repeat them."""
    given = {name.replace("-", "_"): str(values[name]) for name in ("profile", "cm-version") if values[name]}
    given["judged"] = "\n".join(files)
    if values["reading"]:
        given["reading"] = " ".join(values["reading"])
    return given | {name: "true" for name in ("strict", "reveal") if values[name]}


def _out(named: str | None, files: tuple[str, ...]) -> Path:
    """The folder for the reports, which is none of those that are judged."""
    folders = {(Path(name) if Path(name).is_dir() else Path(name).parent).resolve() for name in files if name != "-"}
    out = Path(named or REPORTS)
    if out.resolve() not in folders:
        return out
    if named:
        raise UsageError(f"--out {named} holds what is to be judged, which would be written over: name another folder")
    return out / JUDGED


def settings_for(
    files: tuple[str, ...], profile: str | None, cm_version: str | None, reading: Mapping[str, str]
) -> JudgeSettings:
    """The settings of a program that judges without writing reports; raises `UsageError`."""
    facts = _profile(profile, cm_version, os.environ)
    return JudgeSettings(
        files=files,
        out=Path(REPORTS),
        profile=facts,
        cm_version=cm_version,
        pins=load_catalogue().pins([f"{name}={side}" for name, side in reading.items()]),
        strict=False,
        allure_html=False,
        given={},
        capture=Capture(facts, cm_version, facts.timing if facts else Timing()),
    )


def _timing(parsed: Any, profile: Profile | None) -> Timing:
    """How long the capture was listened for what; the profile's times, or the usual ones, where nobody says it."""
    given = {name: seconds(name, getattr(parsed, name)) for name in ("reply", "silence")}
    usual = profile.timing if profile is not None else Timing()
    return replace(usual, **{name: value for name, value in given.items() if value is not None})


class _Variables(Mapping[str, str]):
    """The environment; a variable that is not set has a value that occurs nowhere: nothing here logs in."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def __getitem__(self, name: str) -> str:
        return self._variables.get(name) or secrets.token_hex(16)

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def _profile(path: str | None, cm_version: str | None, variables: Mapping[str, str]) -> Profile | None:
    """The profile; where its endpoint is, and what its secrets are, does not matter."""
    if path is None:
        return None
    profile = load(Path(path), url=_PLACEHOLDER_URL, cm_version=cm_version, environment=_Variables(variables))
    for clause in profile.waived:
        if clause not in load_catalogue().clauses:
            raise UsageError(f"{path}: waive.{clause} is no clause: `lcm-conformance clauses` lists all")
    return profile
