"""Options, environment variables and profile: which of them counts."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.run.settings import Settings, embedded_profile, resolve

PROFILE = 'cm_version = "2302"\n[endpoint]\nurl = "ws://profile.example.test"\n[agents.reserved]\nuser_id = "agent-7"\n'


@pytest.fixture
def profile(tmp_path: Path) -> str:
    path = tmp_path / "staging.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return str(path)


def settings(environment: dict[str, str] | None = None, **options: object) -> Settings:
    return resolve(Namespace(**{"out": "reports", **options}), environment=environment or {})


def test_without_anything_the_embedded_endpoint_is_judged_as_2308() -> None:
    chosen = settings()
    assert chosen.embedded
    assert chosen.profile.cm_version == "2308"
    assert (chosen.selected, chosen.pins, chosen.strict, chosen.observe_unsupported) == (None, {}, False, False)
    assert chosen.allure_html
    assert chosen.given == {"out": "reports"}


def test_the_embedded_endpoint_is_judged_as_the_version_that_is_asked_for() -> None:
    assert settings(cm_version="2302.1").profile.cm_version == "2302.1"


def test_a_profile_names_url_and_version(profile: str) -> None:
    chosen = settings(profile=profile)
    assert not chosen.embedded
    assert chosen.profile.cm_version == "2302"
    assert chosen.profile.endpoint.url == "ws://profile.example.test"


def test_variables_stand_in_for_absent_options(profile: str) -> None:
    chosen = settings(
        {"LCM_URL": "ws://variable.example.test", "LCM_CM_VERSION": "2304", "LCM_PROFILE": profile},
    )
    assert not chosen.embedded
    assert chosen.profile.cm_version == "2304"
    assert chosen.profile.endpoint.url == "ws://variable.example.test"


def test_an_option_beats_its_variable(profile: str) -> None:
    chosen = settings(
        {"LCM_URL": "ws://variable.example.test", "LCM_CM_VERSION": "2304", "LCM_PROFILE": "no-such-file.toml"},
        url="ws://option.example.test",
        cm_version="2306",
        profile=profile,
    )
    assert chosen.profile.cm_version == "2306"
    assert chosen.profile.endpoint.url == "ws://option.example.test"


@pytest.mark.parametrize("name", ["LCM_URL", "LCM_CM_VERSION", "LCM_PROFILE"])
def test_an_empty_variable_does_not_have_the_embedded_endpoint_judged(name: str) -> None:
    with pytest.raises(UsageError, match=f"^the environment variable {name} is empty: give it a value"):
        settings({name: ""})


@pytest.mark.parametrize("name", ["url", "profile", "cm-version", "known", "out"])
@pytest.mark.parametrize("prefix", ["", "lcm"])
def test_an_empty_option_is_wrong_use(name: str, prefix: str) -> None:
    option = f"{prefix}-{name}".strip("-")
    with pytest.raises(UsageError, match=f"^--{option} is empty: give it a value, or leave it out$"):
        resolve(Namespace(**{option.replace("-", "_"): " "}), prefix, {})


def test_the_options_of_pytest_have_a_prefix() -> None:
    parsed = Namespace(lcm_out="somewhere", lcm_cm_version="2306", cm_version="2311")
    chosen = resolve(parsed, "lcm", environment={})
    assert (chosen.out, chosen.profile.cm_version) == (Path("somewhere"), "2306")


def test_a_later_version_is_asked_nothing_unless_the_user_wants_to_see() -> None:
    assert settings(cm_version="2308").asks
    assert not settings(cm_version="2311").asks
    assert settings(cm_version="2311", observe_unsupported=True).asks


def test_clauses_and_readings_are_looked_up() -> None:
    chosen = settings(clause=["FLD-Queue", "PRE-1"], reading=["topic=table"])
    assert chosen.selected == {"FLD-Queue-presence", "FLD-Queue-type", "FLD-Queue-value", "PRE-1"}
    assert chosen.pins == {"topic": "table"}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"url": "ws://option.example.test"}, "--url needs a profile that names the agents: add --profile FILE"),
        ({"url": "http://option.example.test"}, "is no WebSocket URL"),
        ({"cm_version": "banana"}, "unknown Campaign Manager version 'banana': write it like 2308 or 2308.1"),
        ({"clause": ["FDL"]}, "unknown clause 'FDL': did you mean FLD"),
        ({"reading": ["topik=table"]}, "unknown reading 'topik': did you mean topic"),
        ({"profile": "no-such-file.toml"}, "cannot read profile no-such-file.toml: No such file or directory"),
    ],
)
def test_wrong_use_is_refused(options: dict[str, object], complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        settings(**options)
    assert complaint in str(refused.value)


def test_a_waiver_for_no_clause_is_refused_by_file_and_key(profile: str) -> None:
    with Path(profile).open("a", encoding="utf-8") as file:
        file.write('[waive]\nRES-22 = "one agent only"\n')
    with pytest.raises(UsageError) as refused:
        settings(profile=profile)
    assert f"{profile}: waive.RES-22 is no clause: `lcm-conformance clauses` lists all" in str(refused.value)


def test_a_wrong_variable_is_refused_as_the_option_would_be() -> None:
    with pytest.raises(UsageError, match="unknown Campaign Manager version 'banana'"):
        settings({"LCM_CM_VERSION": "banana"})


def test_the_embedded_profile_needs_no_environment() -> None:
    assert {"reserved", "other", "stranger", "leaver", "idle"} == set(embedded_profile().agents)


@pytest.mark.parametrize("out", ["reports", "reports/monday"])
def test_where_the_reports_are_is_known_to_who_repeats_a_run(out: str) -> None:
    assert resolve(Namespace(out=out), environment={}).given["out"] == out
