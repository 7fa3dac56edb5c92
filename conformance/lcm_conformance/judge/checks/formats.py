"""What the values of ExpiryTime, CallbackTime and CallType name.

Every complete and real date-time is accepted; that it is written as in the sample is a separate, advisory question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from lcm_conformance.judge.checks.check import Check, Difference, Pins
from lcm_conformance.judge.checks.members import typed, value_of
from lcm_conformance.record.date_faults import fault_of
from lcm_conformance.record.notations import is_as_in_the_sample, is_date_time, is_time_of_day, names_a_call_type
from lcm_conformance.record.reply import Reply
from lcm_conformance.record.strictjson import kind, show


def _expiry(reply: Reply, pins: Pins) -> Difference | None:
    return _judge_text(reply, pins, "ExpiryTime", "a real date with a time of day", is_date_time, fault_of)


def _callback(reply: Reply, pins: Pins) -> Difference | None:
    def fits(text: str) -> bool:
        return text == "" or is_date_time(text) or is_time_of_day(text)

    def fault(text: str) -> str:
        return fault_of(text, may_be_time=True)

    return _judge_text(reply, pins, "CallbackTime", "a real date-time or time of day, or empty", fits, fault)


def _call_type(reply: Reply, pins: Pins) -> Difference | None:
    if kind(value_of(reply, "CallType", pins)) == "Number":
        return None
    return _judge_text(reply, pins, "CallType", "regular, regular callback or personal callback", names_a_call_type)


def _as_in_the_sample(member: str, reply: Reply, pins: Pins) -> Difference | None:
    def fits(text: str) -> bool:
        return text == "" or is_time_of_day(text) or is_as_in_the_sample(text)

    return _judge_text(reply, pins, member, "a date-time written as in the sample, Oct 7 2020 11:59PM", fits)


def call_types_seen(replies: Iterable[Reply], pins: Pins) -> str:
    """The values of CallType in a run, for the record: the page gives no codes."""
    check = FORMATS["CallType"]
    return "seen: " + ", ".join(
        sorted({show(value_of(reply, "CallType", pins)) for reply in replies if check.accepts(reply, pins)})
    )


def _judge_text(
    reply: Reply,
    pins: Pins,
    member: str,
    expected: str,
    fits: Callable[[str], bool],
    fault: Callable[[str], str] | None = None,
) -> Difference | None:
    value = value_of(reply, member, pins)
    if isinstance(value, str) and fits(value):
        return None
    why = f": {fault(value)}" if fault is not None and isinstance(value, str) else ""
    return Difference(expected, f"{member} is {show(value)}{why}", f"$.message.response.{member}")


EXPIRY_TIME = Check("FMT-ExpiryTime", _expiry, (typed("ExpiryTime"),))
CALLBACK_TIME = Check("FMT-CallbackTime", _callback, (typed("CallbackTime"),))
CALL_TYPE = Check("FMT-CallType", _call_type, (typed("CallType"),))
FORMATS = {"ExpiryTime": EXPIRY_TIME, "CallbackTime": CALLBACK_TIME, "CallType": CALL_TYPE}


def written_as_in_the_sample(member: str) -> Check:
    """FMT-sample for one of the two date-times (advisory)."""
    return Check("FMT-sample", partial(_as_in_the_sample, member), (FORMATS[member],))
