"""The personal values of a run, and where a text holds one of them.

A value is looked for by its skeleton. Of seven letters and digits or more, it is found whatever stands in between;
a shorter one only with separators in the same places, and one of less than four only where it stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lcm_conformance.redaction.needles import Crowded, Needles
from lcm_conformance.redaction.pseudonym import chunks, national
from lcm_conformance.redaction.skeleton import Skeleton, letters, skeleton
from lcm_conformance.redaction.words import VOCABULARY

SHORT = 4  # letters and digits below which a value is replaced only where it stands alone
FREE = 7  # letters and digits from which on anything may stand in between
MOST = 20_000  # values that are followed: no honest endpoint names so many people in a run
_GAP = 9  # characters from one letter of a value to the next
_LOCAL = 7  # digits of a phone number that are dialled within its area
_PIECE = 6  # letters and digits of a part of a value that says enough alone
_MOST_PIECES = 32
_PIECES = re.compile(r"[|;,\\]")
_NUMBERS = (re.compile(r"[^\W\d_]+"), re.compile(r"[^\W\d_]+|[,;/|&\n]"))
_PHONE_DIGITS = range(7, 21)
_SPACED_NUMBER = re.compile(r"(?<![^\W_])[0-9]{1,6}(?:[ ().|/-]{1,3}[0-9]{1,6}){1,9}(?![^\W_])")
_WORD_WITH_DIGIT = re.compile(r"(?=[^\W_]{4})[^\W\d_]*[0-9][^\W_]*")


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a text holds a part of `value` (a skeleton), `offset` letters after its beginning. `time`: see `add`."""

    start: int
    end: int
    value: str
    offset: int = 0
    time: bool = False


@dataclass(frozen=True, slots=True)
class _Form:
    """How a value may be met: `alone` where no letter or digit adjoins; with separators at `breaks`, None: anywhere.

    `time`: as the value of CallbackTime alone, which the same text elsewhere need not be.
    """

    value: str
    offset: int
    alone: bool
    breaks: frozenset[int] | None
    time: bool = False

    @property
    def places(self) -> tuple[bool, frozenset[int] | None, bool]:
        """What decides where it is met."""
        return self.alone, self.breaks, self.time


class Known:
    """The values of one run."""

    def __init__(self) -> None:
        self._needles = Needles()
        self._forms: dict[str, list[_Form]] = {}
        self._values: set[str] = set()
        self._added: set[tuple[str, bool, bool]] = set()
        self._overflown = False

    def __contains__(self, value: str) -> bool:
        """Whether the skeleton is that of a value."""
        return value in self._values

    def follows(self, text: str, alone: bool, time: bool) -> bool:
        """Whether a value was added before."""
        return (text, alone, time) in self._added

    def add(self, text: str, *, alone: bool, time: bool = False, whole: bool = False) -> None:
        """Follow a value; `alone` (right for agents' names): only where it stands alone.

        `time`: as the value of CallbackTime; `whole`: its parts and digits say nothing of anybody.
        """
        if (text, alone, time) in self._added:
            return
        bones = skeleton(text)
        if not bones.letters or bones.letters in VOCABULARY:
            return
        if len(self._added) >= MOST:
            self._overflown = True
            return
        self._added.add((text, alone, time))
        self._values.add(bones.letters)
        if len(bones.letters) < 2:
            return  # replaced in its member only
        for chunk in chunks(bones.letters):
            if len(chunk) == len(bones.letters):
                self._add(bones, bones.letters, 0, alone, time)
            else:
                self._form(chunk, _Form(chunk, 0, alone=False, breaks=None, time=time))
        if whole:
            return
        self._add_pieces(text, bones, time)
        for digits in _numbers(text):
            self._add_number(digits, alone, time)

    def overflow(self) -> None:
        """There are more values than those that are added."""
        self._overflown = True

    def find(self, text: str) -> list[Hit]:
        """Where the text holds values, by their ends; none lies within another."""
        kept: list[Hit] = []
        try:
            found = list(self._needles.find(letters(text)))
            bones = skeleton(text) if found else Skeleton("", ())
            for start, end in found:
                hit = self._hit(text, bones, start, end)
                if hit is None or (kept and kept[-1].start <= hit.start and hit.end <= kept[-1].end):
                    continue
                while kept and hit.start <= kept[-1].start and kept[-1].end <= hit.end:
                    kept.pop()
                kept.append(hit)
        except Crowded:
            return [Hit(0, len(text), letters(text))]
        return kept

    def suspects(self, text: str) -> list[Hit]:
        """Where the text may hold values beyond those that are followed: words with digits, numbers with gaps."""
        if not self._overflown:
            return []
        words = [Hit(*word.span(), letters(word.group())) for word in _WORD_WITH_DIGIT.finditer(text)]
        numbers = [Hit(*number.span(), letters(number.group())) for number in _SPACED_NUMBER.finditer(text)]
        return words + [number for number in numbers if len(number.value) >= FREE]

    def _hit(self, text: str, bones: Skeleton, start: int, end: int) -> Hit | None:
        first, last = bones.at[start], bones.at[end - 1] + 1
        gaps: list[int] = []
        if last - first > end - start or not text.isascii():  # one letter of another script may come to two
            at = bones.at[start:end]
            gaps = [k for k in range(1, len(at)) if at[k] - at[k - 1] > 1]
            if any(at[k] - at[k - 1] > _GAP for k in gaps):
                return None
        met = None
        for form in self._forms[bones.letters[start:end]]:
            if form.breaks is not None and form.breaks != frozenset(gaps):
                continue
            if not (form.alone and adjoined(text, first, last)):
                met = Hit(first, last, form.value, form.offset, form.time)
                if not form.time:
                    return met
        return met

    def _add(self, bones: Skeleton, value: str, offset: int, alone: bool, time: bool) -> None:
        weight = len(bones.letters)
        breaks = None if weight >= FREE else bones.breaks()
        self._form(bones.letters, _Form(value, offset, alone or weight < SHORT, breaks, time))

    def _form(self, needle: str, form: _Form) -> None:
        forms = self._forms.setdefault(needle, [])
        whole = form.offset == 0 and form.value == needle
        # Of forms that are met in the same places the first is taken: thousands of values may end alike.
        if form not in forms if whole else all(form.places != other.places for other in forms):
            forms.insert(0 if whole else len(forms), form)
            self._needles.add(needle)

    def _add_pieces(self, text: str, bones: Skeleton, time: bool) -> None:
        """The parts of an account number, the name in an address such as `name@host`."""
        address = "@" in text or "\\" in text
        offset = 0
        for piece in _PIECES.split(text.rpartition("@")[0] or text)[:_MOST_PIECES]:
            inner = skeleton(piece)
            weight = len(inner.letters)
            if _PIECE <= weight < len(bones.letters) and (address or any(map(str.isdecimal, inner.letters))):
                self._add(inner, bones.letters, offset, True, time)
            offset += weight

    def _add_number(self, digits: str, alone: bool, time: bool) -> None:
        inland = national(digits)
        for number in dict.fromkeys((digits, inland)):
            self._form(number, _Form(number, 0, alone and number == digits, None, time))
        if len(inland) > _LOCAL + 2:
            self._form(inland[-_LOCAL:], _Form(inland, len(inland) - _LOCAL, False, None, time))


def _numbers(text: str) -> Iterator[str]:
    """The digits of all that may be a phone number: in the whole value, in its parts without letters."""
    seen = set()
    for border in _NUMBERS:
        for part in border.split(text):
            digits = letters(part)
            if len(digits) in _PHONE_DIGITS and digits.isdecimal() and digits not in seen:
                seen.add(digits)
                yield digits


def adjoined(text: str, start: int, end: int) -> bool:
    """Whether a letter or digit goes on where the part of the text begins or ends."""
    before = start > 0 and text[start].isalnum() and text[start - 1].isalnum()
    return before or (end < len(text) and text[end - 1].isalnum() and text[end].isalnum())
