"""Folds proper requests whose answers are alike, while a recording is read: counts, and some examples, stay of them.

`record.assembly` hands it what nothing else but its own answer happened to. A contact that two agents were handed, or
that came where it was not due, is never folded: what of it was folded already is named in `again`, and whoever reads
the recording does so once more.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import asdict

from lcm_conformance.catalogue import page
from lcm_conformance.record.alike import Alike, Contact, Key
from lcm_conformance.record.folded import AGENTS, Contacts, Folded, Samples, exchange_named
from lcm_conformance.record.members import as_text
from lcm_conformance.record.reply import Content, Shape

EXAMPLES = 100
"""Of each sort so many are kept: as many findings as a clause lists."""

MOST_CONTACTS = 5_000_000
"""Digests that are kept, two a contact: beyond, whose contact it is was not compared throughout."""

_MOST_SORTS = 64
_MOST_SAMPLES = 4_000
_MOST_FRAMES = 5_000

Wanted = Mapping[str, tuple[Mapping[str, str], ...]]


@dataclass
class Sort:
    """Replies alike: how many examples are kept, the last of them, and for whom and in which way they came.

    `folded` counts those that are not kept.
    """

    kept: int = 0
    example: int = 0
    folded: int = 0
    seen: set[tuple[int, str]] = field(default_factory=set)


@dataclass
class Again:
    """What must not be folded when the recording is read once more: contacts by digest, sessions by name."""

    contacts: set[int] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.contacts) + len(self.sessions)


class Folding:
    """Of one reading. `expected` are the contacts that a profile expects of each role."""

    def __init__(self, expected: Wanted, again: Again) -> None:
        self.again = again
        self._expected = {role: tuple(filter(None, rows)) for role, rows in expected.items() if any(rows)}
        self._alike = Alike()
        self._sorts: dict[Key, Sort] = {}
        self._roles: dict[str, int] = {}
        self._contacts = Contacts(MOST_CONTACTS)
        self._shown: set[tuple[int, int]] = set()
        self._never = set(again.contacts)
        self._by_role: Counter[str] = Counter()
        self._latencies, self._numbers = array("d"), array("I")
        self._samples = Samples(_MOST_SAMPLES)
        self._frames: dict[str, None] = {}
        self._slowest = 0.0
        self._more = False

    def is_plain(self, frame: str, at: datetime) -> bool:
        """Whether a text is one contact under ContactOD, the whole answer to a request."""
        told = self._alike.told(frame, at)
        return (told is not None and self._sorts.get(told[0]) is not None) or _hands_out(frame)

    def sort_of(
        self, number: int, role: str, way: str, frame: str, at: datetime, may: bool
    ) -> tuple[bool, Sort | None]:
        """Whether an answer is plain; and what its exchange may be folded in, None where it is to be kept.

        `may` says that nothing but the answer speaks for keeping it.
        """
        told = self._alike.told(frame, at)
        if told is None:
            return _hands_out(frame), None
        key, contact = told
        sort = self._sorts.get(key)
        if sort is None:
            plain = _hands_out(frame)
            if not plain or len(self._sorts) >= _MOST_SORTS:
                return plain, None
            self._sorts[key] = sort = Sort()
        return True, sort if may and self._is_one_of(sort, number, role, way, contact) else None

    def _is_one_of(self, sort: Sort, number: int, role: str, way: str, contact: Contact | dict[str, Any]) -> bool:
        """Whether a contact is known well enough by others of its sort; else its exchange is one of the examples."""
        agent = self._roles.setdefault(role, len(self._roles))
        if agent > AGENTS or not self._is_nobody_elses(contact, agent):
            return False
        if self._expected and not self._is_as_expected(role, contact):
            return False
        if sort.kept < EXAMPLES or (agent, way) not in sort.seen:
            sort.kept, sort.example = sort.kept + 1, number
            sort.seen.add((agent, way))
            return False
        return True

    def fold(self, sort: Sort, role: str, number: int, sent: float, came: float, frame: str) -> None:
        """Take in an exchange of a sort: its reply's number, and when it was sent and answered."""
        sort.folded += 1
        self._by_role[role] += 1
        self._latencies.append((came - sent) * 1000)
        self._numbers.append(number)
        self._slowest = max(self._slowest, came - sent)
        self._samples.add(role, sent, came)
        if len(self._frames) < _MOST_FRAMES:
            self._frames[frame] = None
        elif not self._more:
            self._more = frame not in self._frames

    def compare_kept(self, frame: str, role: str | None) -> None:
        """Look at a contact that is kept, and whom it was due to, if to anybody: was another one's folded, it will not
        be the next time.
        """
        for digest in _digests(_contact_in(frame)):
            owner = self._contacts.known(digest)
            if owner is not None and owner != self._roles.get(role or "") and digest not in self._never:
                self.again.contacts.add(digest)

    @property
    def slowest(self) -> float:
        """The seconds that the slowest of the folded answers took."""
        return self._slowest

    def folded(self) -> Folded:
        """What was folded."""
        return Folded(
            count=len(self._numbers),
            times={exchange_named(sort.example): sort.folded for sort in self._sorts.values() if sort.folded},
            latencies=self._latencies,
            numbers=self._numbers,
            by_role=dict(self._by_role),
            samples=tuple(self._samples.kept),
            frames=tuple(self._frames),
            more=self._more,
            full=self._contacts.full,
        )

    def _is_nobody_elses(self, contact: Contact | dict[str, Any], role: int) -> bool:
        """Whether no other agent is known to have been handed a contact, and it is none of those that are kept."""
        free = True
        for digest in _digests(contact):
            if digest in self._never:
                if (digest, role) not in self._shown:
                    self._shown.add((digest, role))
                    free = False
            elif self._contacts.first(digest, role) != role:
                self.again.contacts.add(digest)
                free = False
        return free

    def _is_as_expected(self, role: str, contact: Contact | dict[str, Any]) -> bool:
        """Whether a contact is one that the profile expects of its agent, and no other's."""
        own = self._expected.get(role)
        if own and not any(_has_all(contact, row) for row in own):
            return False
        return not any(
            _has_all(contact, row) for other, rows in self._expected.items() if other != role for row in rows
        )


def _has_all(contact: Contact | dict[str, Any], wanted: Mapping[str, str]) -> bool:
    return all(_member(contact, name) == text for name, text in wanted.items())


def _member(contact: Contact | dict[str, Any], name: str) -> str | None:
    """A member as text, under whichever spelling it stands."""
    members = contact if isinstance(contact, dict) else asdict(contact)
    names = page.SPELLINGS["ContactID"].values() if name in page.SPELLINGS["ContactID"].values() else (name,)
    content = next((members[spelt] for spelt in names if spelt in members), None)
    return None if content is None or isinstance(content, bool) else str(content)


def _digests(contact: Contact | dict[str, Any]) -> list[int]:
    """Of what identifies a contact: its ID, and its account with its phone number."""
    if isinstance(contact, Contact):
        account, phone = contact.AccountNumber, contact.PhoneNumber
        found = [hash(("ContactID", contact.ContactId))] if contact.ContactId else []
    else:
        found = [
            hash(("ContactID", as_text(number)))
            for number in (contact.get("ContactId"), contact.get("ContactID"))
            if number is not None and number != ""
        ]
        account, phone = as_text(contact.get("AccountNumber") or ""), as_text(contact.get("PhoneNumber") or "")
    if account and phone:
        found.append(hash((account, phone)))
    return found


def _contact_in(frame: str) -> dict[str, Any]:
    """The members of whatever contact a text holds under `message.response`."""
    value: object = Content(frame).parsed.value
    for name in ("message", "response"):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _hands_out(frame: str) -> bool:
    content = Content(frame)
    return content.hands_out and content.shape is Shape.CONTACT and not content.parsed.unread
