"""`--out` with places that are filled in, and `latest` beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command import conformance
from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.run.out_folder import filled, point

NOW = datetime(2026, 11, 27, 9, 19, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    ("out", "folder", "latest"),
    [
        ("reports", "reports", None),
        ("reports/{version}/{date}", "reports/2308.1/20261127T091955Z", "reports/2308.1/latest"),
        ("{label}-{version}", "staging-EU-build-14-2308.1", "latest"),
    ],
)
def test_the_places_are_filled_in(out: str, folder: str, latest: str | None) -> None:
    told = filled(out, "2308.1", "staging EU, build/14", NOW)
    assert told == (Path(folder), Path(latest) if latest else None)


@pytest.mark.parametrize("label", [None, "../..", "/", "…"])
def test_no_label_leads_out_of_the_folder(label: str | None) -> None:
    assert filled("out/{label}", "2308", label, NOW)[0] == Path("out/unlabelled")


def test_an_unknown_place_is_wrong_use() -> None:
    with pytest.raises(UsageError, match=r"--out has \{data\}, .* known are \{version\}, \{date\}, \{label\}"):
        filled("reports/{data}", "2308", None, NOW)


def test_latest_moves_on_and_what_is_no_link_stays(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert point(tmp_path / "latest", tmp_path / name) == []
        assert (tmp_path / "latest").resolve() == tmp_path / name
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").mkdir()
    [note] = point(tmp_path / "latest", tmp_path / "one")
    assert "is left as it is" in note
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "one", "two"]


def test_a_run_writes_there_and_its_last_line_says_what_to_open(tmp_path: Path) -> None:
    options = ("--clause", "VER-1", "--label", "a/b", "--out", "all/{version}/{label}/{date}")
    ended = conformance("run", *options, cwd=tmp_path)
    result = json.loads((tmp_path / "all/2308/a-b/latest/result.json").read_text(encoding="utf-8"))
    assert result["label"] == "a/b"
    last = ended.stdout.splitlines()[-1]
    assert last.startswith(f"reports: all/2308/a-b/{(tmp_path / 'all/2308/a-b/latest').resolve().name}/report.html")
