"""The one form of a bundle's archive: the same bytes on every Python, read by everybody, and nothing else passes."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.report import archive
from lcm_conformance.report.archive import Archive, Broken, Member, pack, text_member

TEXTS = {"statement.json": "{}\n", "a/b-1.txt": "é\n" * 40, "result.json": '{"a": 1}\n'}
PLAIN = 0o100644 << 16


def packed(texts: dict[str, str] = TEXTS) -> bytes:
    file = io.BytesIO()
    pack(file, [text_member(name, text) for name, text in texts.items()])
    return file.getvalue()


def checked(content: bytes) -> tuple[str, ...]:
    """All that is done to an archive before anything in it is believed."""
    opened = Archive(io.BytesIO(content))
    for name in opened.names:
        opened.digest(name)
    opened.check_form()
    return opened.names


def zipped(*rows: tuple[zipfile.ZipInfo, bytes], comment: bytes = b"") -> bytes:
    """An archive of somebody else's making."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for info, content in rows:
            made.writestr(info, content)
        made.comment = comment
    return file.getvalue()


def row(name: str, **changes: object) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, PLAIN
    for attribute, value in changes.items():
        setattr(info, attribute, value)
    return info


def test_its_bytes_are_the_same_on_every_python_and_in_every_year() -> None:
    digest = hashlib.sha256(packed()).hexdigest()
    assert digest == "aab273ef98361e801ac5d02e3b2352544d35dac48643e7b4e1879e6b75b6d095"


def test_others_read_it() -> None:
    with zipfile.ZipFile(io.BytesIO(packed())) as read:
        assert read.testzip() is None
        assert {name: read.read(name).decode() for name in read.namelist()} == TEXTS
        assert {(info.date_time, bytes(info.extra), info.comment) for info in read.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), b"", b"")
        }
    assert checked(packed()) == tuple(TEXTS)


def test_what_somebody_else_packs_in_the_same_form_is_the_same() -> None:
    assert zipped(*((row(name), text.encode()) for name, text in TEXTS.items())) == packed()


HOSTILE_NAMES = (
    "/etc/passwd", "../outside", "a/../../outside", "./a", "a//b", "a/", "C:/x", "a\\b", "a\nb", "", "é", "a b",
    "a" * 201, "..", ".", "a/.", "a/..", "~\x1b[2J",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(Broken, match=r"^it has a member whose name is none of a bundle's$|^its directory is damaged$"):
        checked(zipped((row("statement.json"), b"{}"), (row(name), b"x")))


def test_a_name_with_a_nul_is_refused() -> None:
    content = packed({"statement.json": "", "a/bcd": ""}).replace(b"a/bcd", b"a/b\0d")
    with pytest.raises(Broken, match="name is none of a bundle's"):
        checked(content)


BOMB = zipped((row("statement.json", compress_type=zipfile.ZIP_DEFLATED), bytes(50_000_000)))
STATEMENT, OTHER = (row("statement.json"), b"{}"), (row("a"), b"x")
FOREIGN: dict[str, tuple[bytes, str]] = {
    "a bomb": (BOMB, "statement.json is compressed"),
    "lzma": (zipped((row("statement.json", compress_type=zipfile.ZIP_LZMA), b"{}")), "is compressed"),
    "a link": (zipped(STATEMENT, (row("a", external_attr=0o120777 << 16), b"/etc/passwd")), "a is no plain file"),
    "a folder": (zipped(STATEMENT, (row("a", external_attr=0o040755 << 16 | 0x10), b"")), "a is no plain file"),
    "an executable": (zipped(STATEMENT, (row("a", external_attr=0o100755 << 16), b"")), "a is no plain file"),
    "another order": (zipped(STATEMENT, (row("b"), b""), OTHER), "its members do not stand in their order"),
    "a comment": (zipped(STATEMENT, OTHER, comment=b"hello"), "its end is damaged, or something follows it"),
    "a comment of a member": (zipped(STATEMENT, (row("a", comment=b"hello"), b"x")), "not in the one form"),
    "an extra field": (zipped(STATEMENT, (row("a", extra=b"\xfe\xca\0\0"), b"x")), "not in the one form"),
    "another date": (zipped(STATEMENT, (row("a", date_time=(2026, 1, 1, 0, 0, 0)), b"x")), "not in the one form"),
    "another system": (zipped(STATEMENT, (row("a", create_system=0), b"x")), "not in the one form"),
    "another version": (zipped(STATEMENT, (row("a", create_version=63), b"x")), "not in the one form"),
    "something before": (b"#!/bin/sh\n" + packed(), "its end is damaged, or something follows it"),
    "something after": (packed() + b"\0", "its end is damaged, or something follows it"),
    "two archives": (packed() + packed(), "its end is damaged, or something follows it"),
    "half of it": (packed()[: len(packed()) // 2], "its end is damaged, or something follows it"),
    "nothing": (b"", "its end is missing"),
    "no ZIP": (b"x" * 100, "its end is damaged, or something follows it"),
}


@pytest.mark.parametrize(("content", "said"), FOREIGN.values(), ids=FOREIGN.keys())
def test_another_archive_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Broken, match=said):
        checked(content)


def test_a_member_that_stands_there_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped(STATEMENT, OTHER, (row("a"), b"another"))
    with pytest.raises(Broken, match="^a stands in it twice$"):
        checked(content)


def in_directory(change: Callable[[bytearray, int], None]) -> bytes:
    """The archive with the directory's row of the last member changed."""
    content = bytearray(packed())
    change(content, content.rindex(b"PK\1\2"))
    return bytes(content)


def test_a_member_that_claims_to_be_longer_than_the_archive_is_refused() -> None:
    def claim(content: bytearray, at: int) -> None:
        struct.pack_into("<2L", content, at + 20, 2**31, 2**31)

    with pytest.raises(Broken, match="its members claim to be longer than it is"):
        checked(in_directory(claim))


def test_members_that_lie_over_each_other_are_refused() -> None:
    def overlap(content: bytearray, at: int) -> None:
        struct.pack_into("<L", content, at + 42, 0)

    with pytest.raises(Broken, match=r"^result\.json is damaged$"):
        checked(in_directory(overlap))


def test_a_member_that_lies_beyond_the_end_is_refused() -> None:
    def away(content: bytearray, at: int) -> None:
        struct.pack_into("<L", content, at + 42, 2**32 - 2)

    with pytest.raises(Broken, match="damaged"):
        checked(in_directory(away))


def test_the_directory_of_a_larger_zip_is_not_followed() -> None:
    content = bytearray(packed())
    at = len(content) - 22
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 2**40, 1)
    length, start = struct.unpack_from("<2L", content, at + 12)
    struct.pack_into("<L", content, at + 12, length + len(locator))
    assert start + length == at
    with pytest.raises(Broken, match="its end is damaged"):
        checked(bytes(content[:at] + locator + content[at:]))


def test_a_directory_of_very_many_members_takes_no_long_time() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for number in range(20_000):
            made.filelist.append(row(f"a{number:05}", header_offset=0, CRC=0))
        made._didModify = True
    begun = time.process_time()
    with pytest.raises(Broken):
        checked(content.getvalue())
    assert time.process_time() - begun < 5


def test_a_directory_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_LONGEST_DIRECTORY", 100)
    with pytest.raises(Broken, match="its directory is too long"):
        checked(packed())


def test_what_is_longer_than_a_plain_zip_may_be_is_wrong_use(tmp_path: Path) -> None:
    with (tmp_path / "long").open("wb") as file, pytest.raises(UsageError, match="is longer than 2 GiB"):
        pack(file, [Member("statement.json", 2**31, lambda: io.BytesIO(b""))])
