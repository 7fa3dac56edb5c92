"""Numbers as they are compared, and the same notation for another one: a whole number stays whole, 1.37e2 stays 137."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"(?P<mantissa>[0-9]+(?:\.[0-9]+)?)(?:[eE](?P<exponent>[+-]?[0-9]{1,4}))?")
_IDLE = re.compile("0+(?=[0-9])")
_MOST_DIGITS = 400  # writing 1e999999999 out would take a gigabyte


def compared(number: str) -> str:
    """What tells a positive number from others: the digits of a whole one, else its mantissa without idle zeros."""
    number = number[_idle(number) :]
    found = _NUMBER.fullmatch(number)
    if found:
        value = Decimal(number)
        if abs(value.adjusted()) < _MOST_DIGITS and value == value.to_integral_value():
            return str(int(value))
    mantissa = re.split("[eE]", number, maxsplit=1)[0]
    return mantissa.rstrip("0") if "." in mantissa or found is not None else mantissa


def rewritten(number: str, new: str) -> str:
    """A number in the notation of the given one, which is compared as `new`."""
    idle, old = _idle(number), compared(number)
    if idle:
        return number[:idle] + rewritten(number[idle:], new)
    if number.startswith(old):
        return new + number[len(old) :]
    found = _NUMBER.fullmatch(number)
    exponent = int(found["exponent"] or 0) if found else 0
    mantissa = Decimal((0, tuple(map(int, new)), -exponent))
    return f"{mantissa:f}{number[len(found['mantissa']) if found else 0 :]}"


def _idle(number: str) -> int:
    """How many zeros stand before a whole part: JSON forbids them, and a text that is no JSON has to stay none."""
    found = _IDLE.match(number)
    return found.end() if found else 0
