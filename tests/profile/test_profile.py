"""The profile: what is read from it, and one line for every mistake, never with a value from the environment."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from lcm_conformance.catalogue.cm_version import release
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile import Profile, checked_url, fill, holds, load, template_values

GOOD = """\
cm_version = "2308"

[endpoint]
url = "wss://staging.example.test/lcm"
headers = { Authorization = "Bearer ${LCM_TOKEN}" }
subprotocols = ["lcm"]
origin = "https://desktop.example.test"
max_connections = 3

[timing]
connect = 4
reply = 2.5
silence = 1

[login]
method = "message"
request = { topic = "Agent", data = { username = "${user_id}", password = "${password}", seat = "${seat}" } }
success = { topic = "Ready" }
failure = { topic = "Error" }

[logout]
request = { topic = "Bye", source = "${source}" }

[agents.reserved]
user_id = "agent-7"
password = "${LCM_PASSWORD}"
seat = 12
expect = { PhoneNumber = "5550100111", ContactId = 4711 }

[agents.idle]
user_id = "agent-10"
password = "ten"
seat = "13"
reserved = "unknown"
"""
ENVIRONMENT = {"LCM_TOKEN": "token-of-the-test", "LCM_PASSWORD": "word-of-the-test"}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the good profile with some texts changed; answers with its path."""

    def write_profile(*changes: tuple[str, str]) -> Path:
        text = GOOD
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "staging.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_profile


def refused(path: Path, environment: dict[str, str] | None = None, **options: str) -> str:
    """The one line with which a profile is refused."""
    with pytest.raises(UsageError) as caught:
        load(path, environment=ENVIRONMENT if environment is None else environment, **options)
    line = str(caught.value)
    assert "\n" not in line
    assert not any(value in line for value in ENVIRONMENT.values())
    return line


def read(path: Path, **options: str) -> Profile:
    return load(path, environment=ENVIRONMENT, **options)


def test_everything_in_it_is_read(write: Write) -> None:
    profile = read(write())

    assert profile.cm_version == "2308"
    assert profile.endpoint.url == "wss://staging.example.test/lcm"
    assert profile.endpoint.headers == {"Authorization": "Bearer token-of-the-test"}
    assert (profile.endpoint.subprotocols, profile.endpoint.origin) == (("lcm",), "https://desktop.example.test")
    assert profile.endpoint.max_connections == 3
    assert (profile.timing.connect, profile.timing.reply, profile.timing.silence) == (4, 2.5, 1)
    assert profile.login is not None
    assert profile.login.success == {"topic": "Ready"}
    assert profile.logout is not None
    assert profile.logout.success is None
    reserved, idle = profile.agents["reserved"], profile.agents["idle"]
    assert reserved.keys == {"user_id": "agent-7", "password": "word-of-the-test", "seat": 12}
    assert reserved.expect == ({"PhoneNumber": "5550100111", "ContactId": "4711"},)
    assert (reserved.reserved, reserved.asserted, idle.reserved, idle.asserted) == ("asserted", True, "unknown", False)


def test_url_and_version_of_the_command_line_take_precedence(write: Write) -> None:
    profile = read(write(), url="ws://127.0.0.1:8765/lcm", cm_version="2302.1")
    assert (profile.endpoint.url, profile.cm_version) == ("ws://127.0.0.1:8765/lcm", "2302.1")


def test_what_comes_from_the_environment_and_every_password_is_kept_as_secret(write: Write) -> None:
    secrets = read(write()).secrets
    assert {"token-of-the-test", "word-of-the-test", "Bearer token-of-the-test", "ten"} <= set(secrets)


def test_url_version_and_one_agent_are_enough(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text('[agents.reserved]\nuser_id = "agent-7"\n', encoding="utf-8")
    profile = load(path, url="ws://127.0.0.1:8765", cm_version="2308", environment={})
    assert (profile.login, profile.logout) == (None, None)
    assert (profile.endpoint.max_connections, profile.endpoint.requests_per_second) == (1, 0)
    assert (profile.timing.connect, profile.timing.reply, profile.timing.silence) == (10, 5, 2)
    assert (profile.label, profile.prepare, profile.statement) == (None, (), {})
    assert (profile.agents["reserved"].expect, profile.agents["reserved"].reserved) == ((), "asserted")


def test_what_is_said_of_the_environment_and_of_who_tests_it_is_read(write: Write) -> None:
    path = write(
        ("max_connections", "requests_per_second = 2.5\nmax_connections"),
        ('"2308"', '"2308"\nlabel = "staging EU, build 14"'),
        ("[timing]", '[prepare]\ncommand = ["./reserve.sh", "${seat}"]\n[statement]\nlaboratory = "QA"\n[timing]'),
        ('"unknown"', '"stays"'),
        (
            'expect = { PhoneNumber = "5550100111", ContactId = 4711 }',
            'expect = [{ ContactID = 1 }, {}, { Mode = "x" }]',
        ),
    )
    profile = read(path)
    assert profile.endpoint.requests_per_second == 2.5
    assert profile.label == "staging EU, build 14"
    assert profile.prepare == ("./reserve.sh", "${seat}")
    assert profile.statement == {"laboratory": "QA"}
    assert profile.agents["reserved"].expect == ({"ContactID": "1"}, {"Mode": "x"})
    assert (profile.agents["idle"].reserved, profile.agents["idle"].asserted) == ("stays", True)


def test_the_second_of_several_expected_contacts_is_named_where_it_is_wrong(write: Write) -> None:
    path = write(('{ PhoneNumber = "5550100111", ContactId = 4711 }', "[{ ContactID = 1 }, { PhonNumber = 2 }]"))
    assert "unknown key agents.reserved.expect[1].PhonNumber: did you mean" in refused(path)
    path = write(('{ PhoneNumber = "5550100111", ContactId = 4711 }', "[{ ContactID = 1 }, 2]"))
    assert "agents.reserved.expect must be a table, or a list of tables" in refused(path)


@pytest.mark.parametrize(
    ("login", "roles", "sessions"),
    [
        ('request = { topic = "Agent" }', "reserved other stranger leaver idle unknown logged_out", 6),
        ('method = "preauthenticated"', "reserved other idle unknown logged_out", 3),
        ('command = ["print-token"]', "reserved unknown logged_out", 1),
        ('request = { topic = "Agent" }', "reserved unknown", 1),
    ],
)
def test_one_session_for_each_agent_who_can_log_in_is_the_default(
    tmp_path: Path, login: str, roles: str, sessions: int
) -> None:
    path = tmp_path / "staging.toml"
    agents = "".join(f'[agents.{role}]\nuser_id = "{role}"\n' for role in roles.split())
    path.write_text(f"[login]\n{login}\n{agents}", encoding="utf-8")
    profile = load(path, url="ws://127.0.0.1:8765", cm_version="2308", environment={})
    assert profile.endpoint.max_connections == sessions


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("cm_version", "cm_vresion", "unknown key cm_vresion: did you mean cm_version?"),
        ("origin", "orgin", "unknown key endpoint.orgin: did you mean endpoint.origin?"),
        ("reply = 2.5", "repli = 2.5", "unknown key timing.repli: did you mean timing.reply?"),
        ("success", "sucess", "unknown key login.sucess: did you mean login.success?"),
        ("[logout]\nrequest", "[logout]\nreqest", "unknown key logout.reqest: did you mean logout.request?"),
        ("agents.idle", "agents.idel", "unknown key agents.idel: did you mean agents.idle?"),
        ("PhoneNumber", "Phonenumber", "agents.reserved.expect.Phonenumber: did you mean agents.reserved.expect.Phone"),
        ("origin", "xyzzy", "unknown key endpoint.xyzzy: known here: "),
        (
            '"2308"',
            '"newest"',
            "staging.toml: cm_version: unknown Campaign Manager version 'newest': write it like 2308 or 2308.1",
        ),
        ('cm_version = "2308"\n', "", "cm_version is missing: add it, or give --cm-version"),
        ('url = "wss://staging.example.test/lcm"\n', "", "endpoint.url is missing: add it, or give --url"),
        ("wss://", "https://", "is no WebSocket URL: write it like ws://host:port/path or wss://host/path"),
        ("wss://", "https://", "staging.toml: endpoint.url: 'https://staging.example.test/lcm' is no WebSocket URL"),
        ("wss://", "wss://a:b@", "staging.toml: endpoint.url: the WebSocket URL holds a user name or password"),
        ("origin", 'proxy = "ftp://x"\norigin', "staging.toml: endpoint.proxy is no proxy URL: write it like"),
        ("max_connections = 3", "max_connections = 0", "endpoint.max_connections must be a whole number from 1"),
        ("max_connections = 3", "max_connections = 2.5", "endpoint.max_connections must be a whole number from 1"),
        ("max_connections = 3", "max_connections = true", "endpoint.max_connections must be a whole number from 1"),
        ("max_connections = 3", "requests_per_second = -1", "endpoint.requests_per_second must be a number from 0"),
        ("max_connections = 3", "requests_per_second = inf", "endpoint.requests_per_second must be a number from 0"),
        ("max_connections = 3", "requests_per_second = nan", "endpoint.requests_per_second must be a number from 0"),
        ("max_connections = 3", "requests_per_second = true", "endpoint.requests_per_second must be a number from 0"),
        ("max_connections = 3", 'requests_per_second = "9"', "endpoint.requests_per_second must be a number from 0"),
        ('"2308"', '"2308"\nlabel = 3.5', "label must be a text: write it in quotes"),
        ('"2308"', '"2308"\nlabel = "build ${LCM_TOKEN}"', "label cannot come from the environment, whose values are"),
        (
            "[timing]",
            '[statement]\nproduct = "${LCM_TOKEN}"\n[timing]',
            "statement.product cannot come from the environ",
        ),
        (
            "[timing]",
            '[statement]\nprodukt = "x"\n[timing]',
            "unknown key statement.produkt: did you mean statement.prod",
        ),
        ("[timing]", "[statement]\nproduct = []\n[timing]", "statement.product must be a text"),
        ("[timing]", "[prepare]\ncommand = []\n[timing]", "prepare.command is missing: name the program, like"),
        ("[timing]", '[prepare]\ncommand = "x"\n[timing]', "prepare.command must be a list of texts"),
        (
            "[timing]",
            '[prepare]\ncomand = ["x"]\n[timing]',
            "unknown key prepare.comand: did you mean prepare.command?",
        ),
        (
            "[timing]",
            '[prepare]\ncommand = ["x", "${campaign}"]\n[timing]',
            "prepare.command of agents.reserved: ${campaign} in a template is no key of the agent's table",
        ),
        ('["lcm"]', '"lcm"', "endpoint.subprotocols must be a list of texts"),
        ('["lcm"]', "[1]", "endpoint.subprotocols must be a list of texts"),
        ('{ Authorization = "Bearer ${LCM_TOKEN}" }', '"x"', "endpoint.headers must be a table"),
        ('"Bearer ${LCM_TOKEN}"', "true", "endpoint.headers.Authorization must be a text"),
        ("connect = 4", "connect = 0", "timing.connect must be a number of seconds above 0, 600 at most"),
        ("connect = 4", "connect = -1", "timing.connect must be a number of seconds above 0, 600 at most"),
        ("connect = 4", "connect = 601", "timing.connect must be a number of seconds above 0, 600 at most"),
        ("connect = 4", "connect = nan", "timing.connect must be a number of seconds above 0, 600 at most"),
        ("connect = 4", 'connect = "4"', "timing.connect must be a number of seconds above 0, 600 at most"),
        ("connect = 4", "connect = true", "timing.connect must be a number of seconds above 0, 600 at most"),
        ('method = "message"', 'method = "massage"', "login.method 'massage' is unknown: use"),
        ('"message"', '"preauthenticated"', 'login.request has no use with login.method = "preauthenticated"'),
        ("[logout]\nrequest", "[logout]\nsuccess", "logout.request is missing: add the message to send"),
        ('{ topic = "Ready" }', '"Ready"', "login.success must be a table"),
        (
            "${seat}",
            "${saet}",
            "login.request of agents.reserved: ${saet} in a template is no key of the agent's table",
        ),
        (
            "${source}",
            "${sorce}",
            "logout.request of agents.reserved: ${sorce} in a template is no key of the agent's table",
        ),
        ("seat = 12\n", "", "login.request of agents.reserved: ${seat} in a template is no key of the agent's table"),
        ("seat = 12", "seat = [12]", "agents.reserved.seat must be a text, a number, true or false"),
        ("seat = 12", "seat = 2026-11-27", "agents.reserved.seat must be a text, a number, true or false"),
        (
            "seat = 12",
            "seat = nan",
            "agents.reserved.seat is no number that JSON can hold: write it in quotes, or corr",
        ),
        ('user_id = "agent-7"', "user_id = true", "agents.reserved.user_id must be a text"),
        ("[agents.reserved]", "[agents.other]", "agents.reserved is missing: name an agent for whom a contact is res"),
        ('user_id = "agent-7"\n', "", "agents.reserved.user_id is missing: add the agent's ID"),
        ('user_id = "agent-7"', 'user_id = ""', "agents.reserved.user_id is missing: add the agent's ID"),
        ("agent-10", "agent-7", "agents.idle.user_id is that of agents.reserved, and no two agents have the"),
        (
            '"unknown"',
            '"perhaps"',
            'agents.idle.reserved \'perhaps\' is unknown: use "asserted" or "unknown" or "stays"',
        ),
        ("4711", "true", "agents.reserved.expect.ContactId is neither text nor whole number: correct it"),
        ("4711", "[4711]", "agents.reserved.expect.ContactId is neither text nor whole number: correct it"),
        ('expect = { PhoneNumber = "5550100111", ContactId = 4711 }', "expect = 1", "reserved.expect must be a table"),
        ("ContactId = 4711 }", "ContactId = 4711 }, 7]", "is not TOML"),
        ('[endpoint]\nurl = "wss', 'agents = 3\n[endpoint]\nurl = "wss', "is not TOML"),
        ("[endpoint]", "[endpoint", "is not TOML"),
        ("connect = 4", "connect = 4\nconnect = 5", "is not TOML"),
    ],
)
def test_every_mistake_is_said_in_one_line_that_names_the_file_and_the_fix(
    write: Write, old: str, new: str, line: str
) -> None:
    said = refused(write((old, new)))
    assert line in said
    assert "staging.toml" in said


def test_agents_that_are_no_table_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "staging.toml"
    path.write_text('cm_version = "2308"\nagents = 3\n', encoding="utf-8")
    assert "agents must be a table" in refused(path)


def test_login_by_message_needs_the_message(write: Write, tmp_path: Path) -> None:
    text = GOOD[: GOOD.index("[login]")] + '[login]\nmethod = "message"\n\n' + GOOD[GOOD.index("[logout]") :]
    path = tmp_path / "other.toml"
    path.write_text(text, encoding="utf-8")
    assert 'login.request is missing: give it, or set login.method = "preauthenticated"' in refused(path)


@pytest.mark.parametrize("missing", sorted(ENVIRONMENT))
def test_a_missing_variable_is_named_and_no_value_of_another_one(write: Write, missing: str) -> None:
    line = refused(write(), {name: value for name, value in ENVIRONMENT.items() if name != missing})
    assert f"needs the environment variable {missing}, which is not set: set it" in line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wss://staging.example.test/lcm", "${LCM_TOKEN}"),
        ('"2308"', '"${LCM_TOKEN}"'),
        ('reserved = "unknown"', 'reserved = "${LCM_TOKEN}"'),
    ],
)
def test_a_value_of_the_environment_in_a_wrong_place_is_not_repeated(write: Write, old: str, new: str) -> None:
    refused(write((old, new)))


def test_a_profile_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.toml").endswith("no.toml: No such file or directory")


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    assert refused(tmp_path).startswith(f"cannot read profile {tmp_path}: ")


def test_a_profile_that_is_not_utf_8_is_wrong_use(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('cm_version = "2308" # für'.encode("latin-1"))
    assert refused(path).endswith("latin.toml is not UTF-8: save it as UTF-8")


def test_a_byte_order_mark_does_no_harm(write: Write) -> None:
    path = write()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(path, environment=ENVIRONMENT).cm_version == "2308"


@pytest.mark.parametrize(("version", "number"), [("2308", 2308), ("2308.1", 2308), ("2302.10.3", 2302), ("2311", 2311)])
def test_the_leading_number_of_a_version_decides(version: str, number: int) -> None:
    assert release(version) == number


@pytest.mark.parametrize(
    "version", ["banana", "", "23", "23080", "2308.", ".2308", "v2308", "2308-1", " 2308", "2308\n", "٢٣٠٨"]
)
def test_anything_else_is_no_version(version: str) -> None:
    with pytest.raises(UsageError, match=r"write it like 2308 or 2308\.1"):
        release(version)


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:8765", "wss://staging.example.test/lcm?x=1", "ws://[::1]:80/", "WS://Example.test/"]
)
def test_websocket_urls_are_taken(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["", "staging.example.test", "http://staging.example.test", "ws://", "ws:///lcm", "ws://host:port/", "ws://[::1/"],
)
def test_others_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match="is no WebSocket URL: write it like"):
        checked_url(url)


def test_a_template_is_filled_in_wherever_a_text_stands(write: Write) -> None:
    values = template_values(read(write()).agents["idle"])
    template = {"${user_id}": ["${password}-${seat}", 7, None, {"s": "${source}"}], "$user_id": "${}"}
    assert fill(template, values) == {
        "agent-10": ["ten-13", 7, None, {"s": "lcm-conformance"}],
        "$user_id": "${}",
    }


@pytest.mark.parametrize(("written", "value"), [("7", 7), ('"7"', "7"), ("1.5", 1.5), ("true", True), ("false", False)])
def test_a_template_that_is_a_variable_alone_keeps_its_json_type(write: Write, written: str, value: object) -> None:
    values = template_values(read(write(("seat = 12", f"seat = {written}"))).agents["reserved"])
    filled = fill({"a": "${seat}", "b": ["${seat}"], "c": "seat ${seat}", "${seat}": 0}, values)
    text = written.strip('"')
    assert filled == {"a": value, "b": [value], "c": f"seat {text}", text: 0}
    assert type(filled["a"]) is type(filled["b"][0]) is type(value)


def test_a_flag_is_no_secret_whatever_its_name(write: Write) -> None:
    path = write(('user_id = "agent-7"', 'user_id = "agent-7"\npin = true'))
    assert "true" not in load(path, environment=ENVIRONMENT).secrets


@pytest.mark.parametrize(
    ("subset", "value", "held"),
    [
        ({"ok": True}, {"ok": True, "more": 1}, True),
        ({"ok": True}, {"ok": 1}, False),
        ({"list": [1, {"a": 0.5}]}, {"list": [1, {"a": Decimal("0.5"), "b": 2}]}, True),
        ({"list": [1]}, {"list": [True]}, False),
        ({"list": [1]}, {"list": [1, 2]}, False),
        ({"list": []}, {"list": {}}, False),
    ],
)
def test_a_message_is_known_by_a_subset_of_it(subset: object, value: object, held: bool) -> None:
    assert holds(subset, value) is held


def test_what_a_reason_for_a_waiver_takes_from_the_environment_is_a_secret(write: Write) -> None:
    path = write()
    path.write_text(path.read_text() + '\n[waive]\nRES-2 = "asked ${WHO}"\n')
    assert "Quince-8899" in load(path, environment={**ENVIRONMENT, "WHO": "Quince-8899"}).secrets


def test_a_version_from_the_environment_is_no_secret(write: Write) -> None:
    path = write(('cm_version = "2308"', 'cm_version = "${VERSION}"'))
    profile = load(path, environment={**ENVIRONMENT, "VERSION": "2305"})
    assert profile.cm_version == "2305"
    assert "2305" not in profile.secrets


def test_a_literal_credential_of_an_agent_is_a_secret(write: Write) -> None:
    path = write(('user_id = "agent-7"', 'user_id = "agent-7"\ncode = "Damson-1122"'))
    assert "Damson-1122" in load(path, environment=ENVIRONMENT).secrets


@pytest.mark.parametrize(
    "url", ["ws://kim:pa/ss@h:8/x", "wss:///kim:pass@h/x", "ws://kim:p?s@h/x", "ws://kim:p@ss@h/x"]
)
def test_a_password_that_breaks_the_url_is_not_shown(url: str) -> None:
    with pytest.raises(UsageError) as complaint:
        checked_url(url)
    password = url.partition("kim:")[2].rpartition("@")[0]
    assert password not in str(complaint.value)
    assert "kim" not in str(complaint.value)


def test_an_empty_variable_is_a_missing_one(write: Write) -> None:
    line = refused(write(), {**ENVIRONMENT, "LCM_PASSWORD": ""})
    assert line.endswith(
        "agents.reserved.password needs the environment variable LCM_PASSWORD, which is empty: give it its value"
    )


def test_a_placeholder_without_its_end_is_not_sent_as_a_password(write: Write) -> None:
    line = refused(write(("${LCM_PASSWORD}", "${LCM_PASSWORD")))
    assert "agents.reserved.password has ${ and a name without }: add it" in line


def test_a_placeholder_without_its_end_in_a_message_is_wrong_use(write: Write) -> None:
    assert "login.request" in (line := refused(write(('seat = "${seat}"', 'seat = "${seat"'))))
    assert line.endswith("has ${ and a name without }: add it")


def test_a_logout_without_a_login_is_wrong_use(write: Write) -> None:
    path = write()
    text = path.read_text()
    path.write_text(text[: text.index("[login]")] + text[text.index("[logout]") :])
    assert "logout.request has no use without [login]: say how agents log in" in refused(path)


def test_an_empty_login_is_wrong_use(write: Write) -> None:
    path = write()
    text = path.read_text()
    path.write_text(text[: text.index("[login]")] + "[login]\n" + text[text.index("[logout]") :])
    assert "login is empty: name a method, a preset or a request, or remove it" in refused(path)
