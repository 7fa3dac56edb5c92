"""`--baseline` and `--fail-on worse`: only what got worse decides, in every report and in the exit status."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from command import conformance
from lcm_conformance.endpoint import Host
from reported import Driven, Run, assert_alike

KNOWN_QUEUE = '[[deviation]]\nclause = "FLD-Queue-presence"\nreason = "comes later"\n'


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[tuple[str, ...]], Path]]:
    """The folder of an earlier run against an endpoint with these faults; one run for each set of them."""
    with Host() as host:
        folder = tmp_path_factory.mktemp("earlier")
        driven = Driven(host, folder)

        @cache
        def run(faults: tuple[str, ...]) -> Path:
            name = "-".join(faults) or "before"
            driven("--lcm-label", "before", out=name, faults=faults)
            return folder / name

        yield run


@pytest.fixture
def after(run: Driven, earlier: Callable[[tuple[str, ...]], Path]):
    """A run compared with an earlier one of the same endpoint, which had faults then."""

    def driven(before: tuple[str, ...], *options: str, fail_on: bool = True, **now: object) -> Run:
        given = ("--lcm-baseline", earlier(before), *(("--lcm-fail-on", "worse") if fail_on else ()))
        return run(*given, *options, **now)

    return driven


def test_what_went_to_fail_decides(after) -> None:
    ended = after((), faults=("drops_queue",))
    assert (ended.status, ended.result["verdict"], ended.result["decided_by"]) == (1, "non-conformant", "worse")
    assert ended.result["baseline"]["worse"] == ["FLD-Queue-presence", "FLD-Queue-type"]
    assert ended.result["baseline"]["before"]["FLD-Queue-presence"] == "pass"
    assert_alike(ended, failures=1, errors=1)


def test_what_failed_then_too_decides_nothing_and_the_verdict_stays(after) -> None:
    ended = after(("drops_queue",), faults=("drops_queue",))
    assert (ended.status, ended.result["verdict"], ended.result["decided_by"]) == (0, "non-conformant", "worse")
    assert ended.result["baseline"]["worse"] == []
    assert_alike(ended, failures=0, errors=0)
    assert [m for m in ended.messages("skipped") if m.startswith("no worse than the baseline (fail there): ")]
    assert "Only what is worse than in the baseline decides (--fail-on worse): nothing is" in ended.printed


def test_only_the_new_failure_is_red_beside_an_old_one(after) -> None:
    ended = after(("drops_queue",), faults=("drops_queue", "drops_prefix"))
    assert ended.status == 1
    assert [message.split()[0] for message in ended.result["baseline"]["worse"]] == [
        "FLD-Prefix-presence",
        "FLD-Prefix-type",
    ]
    assert_alike(ended, failures=1, errors=1)


def test_what_is_worse_without_a_failure_is_inconclusive(after) -> None:
    ended = after((), "--lcm-url", "ws://127.0.0.1:1/lcm")
    assert (ended.status, ended.result["decided_by"]) == (3, "worse")
    assert_alike(ended, failures=0, errors=ended.junit["errors"])
    assert ended.junit["errors"] > 0


def test_what_got_better_and_what_was_left_out_do_not_count(after) -> None:
    ended = after(("drops_queue",), "--lcm-clause", "FLD-Queue")
    assert (ended.status, ended.result["verdict"]) == (0, "inconclusive")
    assert ended.result["baseline"]["better"] == ["FLD-Queue-presence", "FLD-Queue-type"]
    assert_alike(ended, failures=0, errors=0)


def test_a_stale_entry_decides_where_nothing_is_worse(after) -> None:
    ended = after(("drops_prefix",), known=KNOWN_QUEUE, faults=("drops_prefix",))
    assert (ended.status, ended.result["decided_by"]) == (2, "known")
    assert_alike(ended, failures=0, errors=1)


def test_without_fail_on_the_verdict_decides_and_the_reports_compare(after) -> None:
    ended = after(("drops_queue",), fail_on=False, faults=("drops_queue",))
    assert (ended.status, ended.result["decided_by"]) == (1, "verdict")
    assert ended.result["baseline"]["worse"] == []
    assert "/drops_queue: nothing worse" in ended.printed
    assert ended.result["label"] is None


def test_fail_on_worse_without_a_baseline_is_wrong_use(tmp_path: Path) -> None:
    ended = conformance("run", "--fail-on", "worse", cwd=tmp_path)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "add --baseline" in ended.stderr


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"complete": False}, "is incomplete"),
        ({"schema": "another/1"}, "is no result of this suite"),
        ({"verdict": "not-applicable"}, "nothing can be worse"),
    ],
)
def test_a_baseline_that_proves_nothing_is_wrong_use_before_anything_is_asked(
    tmp_path: Path, members: dict[str, object], said: str
) -> None:
    conformance("run", "--clause", "VER-1", "--out", tmp_path / "before", cwd=tmp_path)
    file = tmp_path / "before" / "result.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | members), encoding="utf-8")
    options = ("--baseline", file, "--fail-on", "worse", "--out", tmp_path / "out")
    ended = conformance("run", *options, cwd=tmp_path)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert said in ended.stderr
    assert not (tmp_path / "out").exists()
