"""The redactor: one for each run; whatever is written or printed goes through it first.

It learns personal values from raw frames, so that it knows them again in an error message or a URL.
Redact before cutting a text short: half a value is not known again.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from lcm_conformance.redaction.escapes import JSON_ESCAPES
from lcm_conformance.redaction.known import MOST, SHORT, Hit, Known
from lcm_conformance.redaction.numbers import compared, rewritten
from lcm_conformance.redaction.protection import Spans, unprotected
from lcm_conformance.redaction.pseudonym import Pseudonyms
from lcm_conformance.redaction.secret import MARK, Secrets
from lcm_conformance.redaction.skeleton import letters
from lcm_conformance.redaction.values import NUMBER, Value, is_json, is_real_time, leaves, personal_values
from lcm_conformance.redaction.view import View, decoded, layers, overwrite, plain, put
from lcm_conformance.redaction.words import (
    AGENT_MEMBERS,
    CALLBACK,
    KEPT,
    KIND_WORDS,
    LOGIN_MEMBERS,
    VOCABULARY,
)

_JSON_BARE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NO_EXPONENT = str.maketrans("eE", "fF")
_LONGEST_REMEMBERED = 200  # characters
_UNMISTAKABLE = 8  # an agent's ID of that many characters, digits among them, is no word


class Redactor:
    """Replaces personal data by pseudonyms, and secrets by `[secret]`. Safe to use from many threads.

    `key` makes the pseudonyms of two redactors alike (for tests); without it they are random.
    `reveal` keeps personal data, never secrets.
    """

    def __init__(self, key: bytes | None = None, secrets: Iterable[str] = (), reveal: bool = False) -> None:
        self.reveal = reveal
        self._lock = threading.RLock()
        self._secrets = Secrets()
        self._known = Known()
        self._learnt: set[int] = set()
        self._shown: dict[tuple[str, bool, bool], str] = {}
        self._snippets: dict[str, set[tuple[int, int, bool]]] = defaultdict(set)
        self._pseudonyms = Pseudonyms(key, self._taken)
        self.learn_secrets(secrets)

    def learn(self, frame: str) -> None:
        """Remember the personal values of a raw frame. Best done for all frames before any is written."""
        with self._lock:
            for value in personal_values(plain(frame)):
                self._learn(value)
            self._learnt.add(hash(frame))

    def learn_torn(self, frames: Sequence[str]) -> None:
        """Remember values that were cut in two, and their pieces: by frames that followed one another."""
        ends = list(accumulate(map(len, frames)))
        whole = plain("".join(frames))
        with self._lock:
            for value in personal_values(whole):
                self._learn(value)
                for piece in _torn(value.view, ends):
                    self._learn_piece(piece, frames, ends, value.secret)
            for view in layers(whole):
                for start, end in self._secrets.find(view.text):
                    for piece in _torn(view.part(start, end), ends):
                        self._learn_piece(piece, frames, ends, secret=True)

    def learn_no_more(self) -> None:
        """There are more values than are followed: wherever one of them may stand, it is taken for one."""
        with self._lock:
            self._known.overflow()

    def learn_secrets(self, secrets: Iterable[str]) -> None:
        """Remember more secrets, such as a token that came to light in the run."""
        with self._lock:
            self._secrets.add(secrets)

    def learn_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        """Remember names and values of headers that are secret only where the value stands beside the name."""
        with self._lock:
            for name, value in headers:
                self._secrets.add_header(name, value)

    def learn_value(self, value: str, *, alone: bool = False) -> None:
        """Remember one value; `alone` (right for agents' names): replace it only where it stands alone."""
        self._add_value(value, alone)

    def frame(self, text: str) -> str:
        """A frame as on the wire, its layout kept. Values that were not learnt before are learnt now."""
        with self._lock:
            return self._redacted(text, is_frame=True, times=True)

    def text(self, text: str, *, times: bool = True) -> str:
        """Any other text: a message, a name, a header, a URL. Without `times`, times are shown as they came."""
        with self._lock:
            return self._redacted(text, is_frame=False, times=times)

    def _add_value(self, value: str, alone: bool, time: bool = False) -> None:
        with self._lock:
            if self._known.follows(value, alone, time):
                return
            for layer in layers(plain(value)):  # a value that itself looks escaped is met decoded, too
                if time and letters(layer.text) not in self._known:
                    self._pseudonyms.time(layer.text)
                self._known.add(layer.text, alone=alone, time=time, whole=time and is_real_time(layer.text))

    def _learn_piece(self, piece: View, frames: Sequence[str], ends: Sequence[int], secret: bool) -> None:
        if len(piece.text) < SHORT:  # says too little to be known elsewhere
            number = bisect_right(ends, piece.at[0])
            before = ends[number] - len(frames[number])
            self._snippets[frames[number]].add((piece.at[0] - before, piece.at[-1] - before, secret))
        elif secret:
            self.learn_secrets([piece.text])
        else:
            self.learn_value(piece.text)

    def _learn(self, value: Value) -> None:
        text = value.view.text
        if value.secret:
            self._learn_secret(value)
        elif value.bare and NUMBER.fullmatch(text):
            self._learn_number(text.lstrip("-"))
        elif not (value.is_kept or value.member in KEPT):
            self._learn_text(value)

    def _learn_number(self, number: str) -> None:
        digits = compared(number)
        for said in {digits, re.split("[eE]", number)[0] if not number.startswith(digits) else digits}:
            if said.strip("0."):
                self._add_value(said, alone=False)

    def _learn_text(self, value: Value) -> None:
        text = value.view.text
        if not value.sure and not (any(map(str.isdecimal, text)) and len(text) < 2 * _UNMISTAKABLE + SHORT):
            return  # perhaps only the next word of a sentence
        is_agent = value.member in AGENT_MEMBERS
        if value.member in LOGIN_MEMBERS and len(letters(text)) < SHORT:
            return  # an extension of three digits is any number
        telling = len(letters(text)) >= _UNMISTAKABLE and any(map(str.isdecimal, text))
        self._add_value(text, is_agent and not telling, value.member == CALLBACK and not value.bare)
        if text.lstrip()[:1] in ("{", "["):
            for leaf in leaves(text, inside=value.member):
                self._add_value(text[leaf.start : leaf.end], is_agent)

    def _learn_secret(self, value: Value) -> None:
        text = value.view.text
        if len(text) >= SHORT and letters(text) not in VOCABULARY and (value.sure or any(map(str.isdecimal, text))):
            self.learn_secrets([text])

    def _redacted(self, text: str, *, is_frame: bool, times: bool) -> str:
        known = is_json(text)
        # In JSON an escape is one character, and may not be split; elsewhere a backslash is only a backslash.
        seen = layers(decoded(plain(text), JSON_ESCAPES) if known else plain(text))
        values = list(personal_values(plain(text))) if is_frame else []
        for value in values if hash(text) not in self._learnt else ():
            if value.secret or not (self.reveal or self._pseudonyms.given(_told_by(value))):
                self._learn(value)
        written = list(text)
        if not self.reveal:
            found = self._foreign(seen, Spans(values), is_frame=is_frame, times=times)
            for view, hit in sorted(found, key=lambda pair: pair[1].end - pair[1].start):
                new = self._pseudonyms.disguise(view.text[hit.start : hit.end], hit.value, hit.offset)
                overwrite(written, view, hit.start, new)
            if known and found:
                self._mend(text, written)
            for value in values:
                self._replace(written, value)
        for start, end, secret in self._snippets.get(text, ()) if is_frame else ():
            if secret or not self.reveal:
                written[start:end] = self._pseudonyms.disguise(text[start:end])
        told = [(value.view.at[0], value.view.at[-1]) for value in values if value.secret and value.view.text]
        self._remove_secrets(text, written, seen, known, told)
        return "".join(written)

    def _foreign(self, seen: list[View], spans: Spans, *, is_frame: bool, times: bool) -> list[tuple[View, Hit]]:
        """Where values stand that are no member's own: those are replaced as a whole, or kept."""
        found = []
        for view in seen:
            hits = [*self._known.find(view.text), *self._known.suspects(view.text)]
            hits = [hit for hit in hits if (times or not hit.time) and spans.admit(view, hit)]
            found += [(view, hit) for hit in unprotected(hits, view.text, foreign=is_frame)]
        return found

    def _replace(self, written: list[str], value: Value) -> None:
        if value.secret or value.member in KEPT or value.is_kept:
            return
        key = (value.view.text, value.bare, value.member == CALLBACK)
        new = self._shown.get(key)
        if new is None:
            who = _told_by(value)
            if who not in self._known and self._pseudonyms.given(who):
                return
            new = self._instead(value)
            if len(self._shown) < MOST and len(value.view.text) < _LONGEST_REMEMBERED:
                self._shown[key] = new
        put(written, value.view, new)

    def _instead(self, value: Value) -> str:
        text = value.view.text
        if value.bare and NUMBER.fullmatch(text):
            return rewritten(text, self._pseudonyms.disguise(compared(text)))
        if value.member == CALLBACK and not value.bare:
            return self._pseudonyms.time(text)
        new = self._pseudonyms.disguise(text)
        # A bare word that is no Number must not become one: then a text that is no JSON might be some.
        return new.translate(_NO_EXPONENT) if value.bare and _JSON_BARE.fullmatch(new) else new

    def _mend(self, text: str, written: list[str]) -> None:
        """Numbers and literals that a replacement within them has made no JSON."""
        for leaf in leaves(text):
            old, new = text[leaf.start : leaf.end], "".join(written[leaf.start : leaf.end])
            if leaf.bare and new != old and not _JSON_BARE.fullmatch(new):
                number = NUMBER.match(old)
                mantissa = number["mantissa"] if number else ""
                written[leaf.start : leaf.end] = self._pseudonyms.disguise(mantissa) + old[len(mantissa) :]

    def _remove_secrets(
        self, text: str, written: list[str], seen: list[View], known: bool | None, told: Sequence[tuple[int, int]]
    ) -> None:
        spans = list(told)
        for view in seen:
            spans += [(view.at[start], view.at[end]) for start, end in self._secrets.find(view.text)]
        marks = [k for k in range(len(text)) if text.startswith(MARK, k)] if spans and MARK in text else []
        for start, end in _united(spans):
            k = bisect_left(marks, start - len(MARK) + 1)
            if k < len(marks) and marks[k] <= start and end <= marks[k] + len(MARK):
                continue
            written[start:end] = [MARK, *[""] * (end - start - 1)]
        if known and spans:
            for leaf in leaves(text):
                if leaf.bare and MARK in "".join(written[leaf.start : leaf.end]):
                    written[leaf.start : leaf.end] = [f'"{MARK}"', *[""] * (leaf.end - leaf.start - 1)]

    def _taken(self, candidate: str) -> bool:
        """Whether a pseudonym would be taken for something that must not be seen."""
        if candidate in self._known or candidate in VOCABULARY or candidate in KIND_WORDS:
            return True
        return bool(self._known.find(candidate) or self._secrets.find(candidate))


def _told_by(value: Value) -> str:
    """The skeleton by which a value is known."""
    text = value.view.text
    return letters(compared(text) if value.bare and NUMBER.fullmatch(text) else text)


def _torn(view: View, ends: Sequence[int]) -> list[View]:
    """The pieces of a value that stand in several frames."""
    cuts = [k for k in range(1, len(view.text)) if ends[bisect_left(ends, view.at[k])] == view.at[k]]
    borders = [0, *cuts, len(view.text)] if cuts else []
    return [view.part(start, end) for start, end in pairwise(borders)]


def _united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap made one."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united
