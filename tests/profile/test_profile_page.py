"""docs/profile.md is true: its profiles load, and its keys and defaults are the product's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import CHECKOUT
from lcm_conformance.profile import Profile, endpoint_section, facts, load, login_section, reader

PAGE = (CHECKOUT / "docs" / "profile.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def loaded(example: str, folder: Path) -> Profile:
    """The example as part of a profile that has what the example leaves out."""
    head = "" if "cm_version" in example else 'cm_version = "2308"\n'
    tail = "" if "[endpoint]" in example else '\n[endpoint]\nurl = "ws://staging.example.test/lcm"\n'
    if "[agents.reserved]" not in example:
        tail += '\n[agents.reserved]\nuser_id = "agent-7"\npassword = "made-up"\nextension = "5069"\n'
    path = folder / "staging.toml"
    path.write_text(head + example + tail, encoding="utf-8")
    return load(path, environment=dict.fromkeys(re.findall(r"\$\{(LCM_\w+)\}", example), "made-up"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_every_example_loads(tmp_path: Path, example: str) -> None:
    loaded(example, tmp_path)


def test_an_example_takes_effect(tmp_path: Path) -> None:
    both = [loaded(example, tmp_path) for example in EXAMPLES]
    assert {profile.endpoint.proxy for profile in both} == {None, "socks5h://proxy.example.test:1080"}
    assert {profile.endpoint.tls.server_name for profile in both} == {None, "staging.example.test"}
    assert any(profile.endpoint.packet is not None for profile in both)
    assert any(profile.login_command for profile in both)
    assert "Amazon" in {profile.login.request["channel"] for profile in both if profile.login is not None}
    assert any(profile.waived for profile in both)
    assert any(profile.agents["reserved"].asks_call_count for profile in both)


KEYS = [
    *(f"endpoint.{key}" for key in endpoint_section._ENDPOINT),
    *(f"packet.{key}" for key in endpoint_section._PACKET),
    *(f"login.{key}" for key in login_section._LOGIN),
    *(f"logout.{key}" for key in login_section._LOGOUT),
    *(f"timing.{key}" for key in reader._TIMING),
    *(f"agents.{role}" for role in facts.ROLES),
    *(key for key in reader._TOP if key in {"cm_version", "precondition"}),
    *(f"`{key}`" for key in reader._NO_KEYS),
]


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_is_explained(key: str) -> None:
    assert key in PAGE


def test_every_default_of_a_time_is_the_one_that_counts() -> None:
    for key in reader._TIMING:
        (default,) = re.findall(rf"^\| `timing\.{key}` \| ([\d.]+) \|", PAGE, re.M)
        assert float(default) == getattr(facts.Timing(), key)
