"""Generated runs: whatever conforms fails no clause, and one fault put into one reply fails exactly its clause."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from building import CHATTER, EXPECTED, Notes, envelope, failed, frame
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lcm_conformance.catalogue import page
from lcm_conformance.judge.checks.formats import is_as_in_the_sample, is_date_time, is_time_of_day

SETTINGS = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
ASKING = (("ask", "reserved"), ("at-once", "other"), ("at-once", "reserved"))
FREE = ("PhoneNumber", "AccountNumber", "CampaignId", "Mode", "Queue")
STRINGS = (*FREE, "ExpiryTime", "CallbackTime", "Prefix", "Suffix")
KINDS = (
    "Regular Call",
    "Regular",
    "Regular Callback",
    "regular call back",
    "Normal Callback",
    "Personal Callback Call",
)
OUR_NAMES = {name.casefold() for member in page.MEMBERS for name in page.spellings(member)}
OUR_NAMES |= {"channel", "topic", "subtopic", "message", "response"}
BLANKS = ("", " ", "\n", "\t", "\r\n", "  ")

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
extras = st.dictionaries(
    st.text(max_size=12).filter(lambda n: n.strip().casefold() not in OUR_NAMES), values, max_size=2
)
dates = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31))


def as_in_the_sample(date: datetime, padding: str = "") -> str:
    return f"{date:%b} {padding if date.day < 10 else ''}{date.day} {date.year} {int(f'{date:%I}')}:{date:%M%p}"


@dataclass(frozen=True)
class Side:
    """The reading that an endpoint follows."""

    topic: str
    names: tuple[str, ...]
    number_ids: bool
    number_kinds: bool


sides = st.builds(
    Side,
    topic=st.sampled_from(["Webservice", "WebService"]),
    names=st.sampled_from([("ContactID",), ("ContactId",), ("ContactID", "ContactId")]),
    number_ids=st.booleans(),
    number_kinds=st.booleans(),
)


@dataclass
class Generated:
    """A run of three replies, not yet written down: objects, the reading they follow, and a source of chance."""

    side: Side
    replies: list[dict[str, Any]]
    chance: Random
    frames: dict[int, str] = field(default_factory=dict)

    def evidence_of(self, pins: dict[str, str] | None = None) -> Any:
        notes = Notes()
        for number, ((probe, role), message) in enumerate(zip(ASKING, self.replies, strict=True)):
            notes.ask(self.frames.get(number) or written(message, self.chance), probe=probe, agent=role)
        return notes.evidence(pins, expected={})


@st.composite
def runs(draw: st.DrawFn) -> Generated:
    """A conformant run in any reading: two agents, of whom one asks twice."""
    side = draw(sides)
    ids = draw(st.lists(st.integers(0, 10**25), min_size=2, max_size=2, unique=True))
    accounts = draw(st.lists(st.text(min_size=1), min_size=2, max_size=2, unique=True))
    replies = []
    for _, role in ASKING:
        which = int(role == "other")
        response = {name: draw(st.text(min_size=1, max_size=20)) for name in FREE}
        response |= {name: draw(st.text(max_size=4)) for name in ("Prefix", "Suffix")}
        response["AccountNumber"] = accounts[which]
        response |= dict.fromkeys(side.names, ids[which] if side.number_ids else f"{ids[which]}")
        padding = draw(st.sampled_from(["", " "]))
        response["ExpiryTime"] = as_in_the_sample(draw(dates), padding)
        response["CallbackTime"] = draw(st.sampled_from(["10:30AM", "22:30"]) | dates.map(as_in_the_sample))
        response["CallType"] = (
            draw(st.integers()) if side.number_kinds else _any_case(draw, draw(st.sampled_from(KINDS)))
        )
        message = envelope(draw(extras) | response, topic=side.topic)
        message["message"] = draw(extras) | message["message"]
        replies.append(draw(extras) | message)
    return Generated(side, replies, draw(st.randoms(use_true_random=False)))


def _any_case(draw: st.DrawFn, text: str) -> str:
    return draw(st.sampled_from([text, text.lower(), text.upper(), text.swapcase()]))


def written(value: Any, chance: Random) -> str:
    """A value as JSON in some layout: members in any order, any white space, any escapes."""

    def blank() -> str:
        return chance.choice(BLANKS)

    def text_of(item: Any) -> str:
        if isinstance(item, dict):
            members = [
                f"{blank()}{_quoted(n, chance)}{blank()}:{blank()}{text_of(v)}{blank()}" for n, v in item.items()
            ]
            chance.shuffle(members)
            return "{" + ",".join(members) + "}" if members else "{" + blank() + "}"
        if isinstance(item, list):
            return "[" + ",".join(f"{blank()}{text_of(part)}{blank()}" for part in item) + "]"
        return _quoted(item, chance) if isinstance(item, str) else json.dumps(item)

    return blank() + text_of(value) + blank()


def _quoted(text: str, chance: Random) -> str:
    how = chance.choice(["ascii", "raw", "every", "slashes"])
    if how == "every":
        units = text.encode("utf-16-be")
        return '"' + "".join(f"\\u{units[i]:02x}{units[i + 1]:02X}" for i in range(0, len(units), 2)) + '"'
    plain = json.dumps(text, ensure_ascii=how == "ascii")
    return plain.replace("/", "\\/") if how == "slashes" else plain


@SETTINGS
@given(runs())
def test_a_conformant_run_in_any_reading_fails_no_clause(run: Generated) -> None:
    assert failed(run.evidence_of()) == set()


PINNED = {"topic": "RSP-3", "contact-id-type": "FLD-ContactID-type", "call-type-type": "FLD-CallType-type"}


@SETTINGS
@given(runs(), st.sampled_from(sorted(PINNED)))
def test_a_run_passes_with_its_own_side_pinned_and_fails_with_the_other(run: Generated, reading: str) -> None:
    follows_table = {
        "topic": run.side.topic == "Webservice",
        "contact-id-type": run.side.number_ids,
        "call-type-type": run.side.number_kinds,
    }[reading]
    own, other = ("table", "sample") if follows_table else ("sample", "table")
    # How the run asked is not generated, and so is REQ-2's.
    assert failed(run.evidence_of({reading: own})) - {"REQ-2"} == set()
    assert failed(run.evidence_of({reading: other})) - {"REQ-2"} == {PINNED[reading]}


# One fault in one reply

Fault = tuple[str, Callable[[Generated, int], set[str]]]


def _response(run: Generated, number: int) -> dict[str, Any]:
    response: dict[str, Any] = run.replies[number]["message"]["response"]
    return response


def _names(run: Generated, member: str) -> tuple[str, ...]:
    return run.side.names if member == "ContactID" else (member,)


def drops(member: str) -> Fault:
    def strike(run: Generated, number: int) -> set[str]:
        for name in _names(run, member):
            del _response(run, number)[name]
        return {f"FLD-{member}-presence"}

    return f"drops {member}", strike


def renames(member: str, change: Callable[[str], str]) -> Fault:
    def strike(run: Generated, number: int) -> set[str]:
        for name in _names(run, member):
            _response(run, number)[change(name)] = _response(run, number).pop(name)
        return {f"FLD-{member}-presence"}

    return f"renames {member} {change('x')!r}", strike


def retypes(member: str, value: Any) -> Fault:
    def strike(run: Generated, number: int) -> set[str]:
        for name in _names(run, member):
            _response(run, number)[name] = value
        return {f"FLD-{member}-type"}

    return f"retypes {member} {value}", strike


def sets(member: str, value: str) -> Fault:
    def strike(run: Generated, number: int) -> set[str]:
        _response(run, number)[member] = value
        changes = member == "CallType" and run.side.number_kinds
        return {f"FMT-{member}"} | ({"CON-1"} if changes else set())

    return f"sets {member} {value!r}", strike


def tops(name: str, value: Any, clause: str) -> Fault:
    def strike(run: Generated, number: int) -> set[str]:
        run.replies[number][name] = value
        return {clause}

    return f"{name} {value!r}", strike


def unwraps(value: Any) -> Fault:
    def strike(run: Generated, number: int) -> set[str]:
        response = _response(run, number)
        run.replies[number]["message"] = {"response": value(response)}
        return {"RSP-5"}

    return "unwraps the response", strike


def spoils(name: str, change: Callable[[str], str]) -> Fault:
    def strike(run: Generated, number: int) -> set[str]:
        run.frames[number] = change(written(run.replies[number], run.chance).strip())
        return {"RSP-1"}

    return name, strike


def turns(reading: str) -> Fault:
    """Follows the other side of a reading this once."""

    def strike(run: Generated, number: int) -> set[str]:
        response, side = _response(run, number), run.side
        if reading == "topic":
            run.replies[number]["topic"] = "WebService" if side.topic == "Webservice" else "Webservice"
        elif reading == "kind":
            response["CallType"] = "Regular" if side.number_kinds else 1
        else:
            for name in side.names:
                response[name] = str(response[name]) if side.number_ids else int(response[name])
        return {"CON-1"}

    return f"turns {reading}", strike


FAULTS: tuple[Fault, ...] = (
    *(drops(member) for member in page.MEMBERS),
    *(renames(member, change) for member in page.MEMBERS for change in (lambda n: f"{n} ", str.swapcase)),
    *(renames(m, lambda n: n.replace("e", "\u0435")) for m in page.MEMBERS if "e" in m),
    *(retypes(member, value) for member in page.MEMBERS for value in (None, True, [], {"a": 1})),
    *(retypes(member, 7) for member in STRINGS),
    *(sets("ExpiryTime", value) for value in ("", "soon", "10:30AM", "Oct 7 2036", "Feb 29 2035 1:00AM")),
    *(sets("CallbackTime", value) for value in (" ", "soon", "13:00PM", "Oct 7 2036", "Feb 30 2036 1:00AM")),
    *(sets("CallType", value) for value in ("Call", "Preview", "1")),
    *(tops("channel", value, "RSP-2") for value in ("lcm", "LCM ", None, ["LCM"])),
    *(tops("topic", value, "RSP-3") for value in ("webservice", "", None, {})),
    *(tops("subtopic", value, "MAP-1") for value in ("contactod", "ContactOD ", None, 7)),
    *(tops("message", value, "RSP-4") for value in ([], "x", None, 7)),
    unwraps(lambda response: [response]),
    unwraps(json.dumps),
    unwraps(lambda _: None),
    spoils("cuts", lambda text: text[:-1]),
    spoils("adds a brace", lambda text: text + "}"),
    spoils("adds a comma", lambda text: text[:-1] + ",}"),
    spoils("adds NaN", lambda text: text[:-1] + ', "x": NaN}'),
    spoils("adds a comment", lambda text: text[:-1] + "/* x */}"),
    spoils("adds a mark", lambda text: "\ufeff" + text),
    spoils("adds a no-break space", lambda text: text[:-1] + "\u00a0}"),
    spoils("wraps into an array", lambda text: f"[{text}]"),
    spoils("wraps into a string", json.dumps),
    turns("topic"),
    turns("kind"),
    turns("id"),
)
ADVISORY = {"FLD-ExpiryTime-value"}


@settings(SETTINGS, max_examples=120)
@given(runs(), st.sampled_from(FAULTS), st.integers(0, len(ASKING) - 1))
def test_one_fault_in_one_reply_fails_exactly_its_clause(run: Generated, fault: Fault, number: int) -> None:
    name, strike = fault
    wanted = strike(run, number)
    assert failed(run.evidence_of()) - ADVISORY == wanted, name


def test_every_kind_of_fault_strikes() -> None:
    for name, strike in FAULTS:
        run = Generated(
            Side("WebService", ("ContactId",), False, False),
            [json.loads(frame(role)) for _, role in ASKING],
            Random(7),
        )
        wanted = strike(run, 1)
        assert failed(run.evidence_of()) - ADVISORY == wanted, name


# Decoys

decoys = st.lists(st.sampled_from([CHATTER, '{"channel": "LCM"}', "[]", "7"]), max_size=3)


@SETTINGS
@given(st.lists(st.tuples(decoys, st.integers(1, 2), decoys), min_size=3, max_size=3), decoys)
def test_chatter_and_repeated_replies_disturb_nothing(around: list[Any], loose: list[str]) -> None:
    notes = Notes()
    for (probe, role), (before, times, after) in zip(ASKING, around, strict=True):
        notes.ask(*before, *[frame(role)] * times, *after, probe=probe, agent=role)
    for text in loose:
        notes.stray(text)
    assert failed(notes.evidence()) == set()


@SETTINGS
@given(decoys, st.integers(0, 9), st.booleans(), st.integers(0, 2), st.sampled_from([EXPECTED, {}]))
def test_another_agents_contact_anywhere_is_res_1_alone(
    chatter: list[str], at: int, own: bool, number: int, expected: Any
) -> None:
    wrong = {"reserved": "other", "other": "reserved"}
    notes = Notes()
    for place, (probe, role) in enumerate(ASKING):
        frames = [*chatter, frame(role)]
        if place == number:
            frames = frames if own else list(chatter)
            frames.insert(at % (len(frames) + 1), frame(wrong[role]))
        notes.ask(*frames, probe=probe, agent=role)
    assert failed(notes.evidence(expected=expected)) == {"RES-1"}


# Dates


@SETTINGS
@given(
    dates,
    st.sampled_from(
        [
            "%b %d %Y %I:%M%p",
            "%B %d, %Y %H:%M",
            "%Y-%m-%dT%H:%M:%S",
            "%Y-%m-%d %H:%M",
            "%a, %d %b %Y %H:%M:%S GMT",
            "%d.%m.%Y %H:%M",
            "%m/%d/%Y %I:%M:%S %p",
            "%Y-%m-%dT%H:%M:%S.%fZ",
            "%a %b %d %H:%M:%S %Y",
            "%I:%M %p %d %b %Y",
        ]
    ),
)
def test_every_real_date_time_is_one_and_its_halves_are_none(date: datetime, form: str) -> None:
    text = date.strftime(form)
    assert is_date_time(text)
    assert not is_time_of_day(text)
    assert not is_date_time(f"{date:%b %d %Y}")
    assert not is_date_time(f"{date:%I:%M%p}")
    assert is_time_of_day(f"{date:%I:%M%p}")
    assert is_as_in_the_sample(as_in_the_sample(date))


@SETTINGS
@given(st.text())
def test_no_text_at_all_breaks_a_check(text: str) -> None:
    notes = Notes()
    notes.ask(frame(ExpiryTime=text, CallbackTime=text, CallType=text, ContactId=text, PhoneNumber=text))
    notes.ask(text)
    failed(notes.evidence())
