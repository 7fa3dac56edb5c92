"""The search for canaries finds what has been planted, in every spelling; else its silence would mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from canaries import PERSONAL, SECRETS, found, spellings, written

EVERY = (*PERSONAL, *SECRETS, *SECRETS.values())


@pytest.mark.parametrize("value", EVERY)
def test_a_planted_canary_is_found_in_every_spelling(tmp_path: Path, value: str) -> None:
    for number, spelling in enumerate(spellings(value)):
        for encoding in ("utf-8", "utf-16"):
            (tmp_path / f"{number}-{encoding}").write_bytes(f"<p>… {spelling} …</p>".encode(encoding))
    files = written(tmp_path)
    hits = found([value], files)
    assert [hit.partition(":")[0] for hit in hits] == list(files)


def test_a_canary_in_the_name_of_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "5550147123.txt").touch()
    assert found(PERSONAL, written(tmp_path)) == ["5550147123.txt: 5550147123"]


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("5550169999 kim robin 90817 7719 tok Oct 17 2031", encoding="utf-8")
    assert found(EVERY, written(tmp_path)) == []
