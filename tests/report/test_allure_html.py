"""The generated Allure page, with commands of our own in Allure's place: it contacts nothing and fails nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from lcm_conformance.report import write_all
from lcm_conformance.report.allure_html import without_contact, write_allure_html

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the commands made here are scripts with a first line")

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Allure Report</title>
<link rel="stylesheet" href="data:text/css;base64,Ym9keXt9">
<link href="https://fonts.example.test/css" rel="stylesheet">
</head><body>
<script src="data:text/javascript;base64,YQ=="></script>
<script async src="https://www.googletagmanager.com/gtag/js?id=G-X"></script>
<script>
    window.dataLayer = window.dataLayer || [];
    function gtag(){dataLayer.push(arguments);}
    gtag('config', 'G-X', {});
</script>
<script>d('data/suites.json','e30=')</script>
</body></html>"""


@pytest.fixture
def allure(tmp_path, monkeypatch):
    """Puts a command named allure on the PATH, written in Python."""

    def install(body: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        command = folder / "allure"
        command.write_text(f"#!{sys.executable}\nimport os, pathlib, sys, time\n{body}", encoding="utf-8")
        command.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))

    return install


def generating(version: str, page: str = PAGE) -> str:
    return f"""
if sys.argv[1] == "--version":
    print({version!r})
    sys.exit()
option = "-o" if "-o" in sys.argv else "--output"
report = pathlib.Path(sys.argv[sys.argv.index(option) + 1])
report.mkdir()
said = " ".join(sys.argv[1:]) + " ALLURE_NO_ANALYTICS=" + os.environ["ALLURE_NO_ANALYTICS"]
(report / "index.html").write_text({page!r} + "<!-- " + said + " -->")
"""


@pytest.mark.parametrize(
    ("version", "command"),
    [("2.34.0", "generate --single-file --clean -o"), ("3.1.0", "awesome --single-file --output")],
)
def test_both_generations_of_allure_build_one_page(allure, out, version, command):
    allure(generating(version))
    assert write_allure_html(out) == "allure-report written"
    page = (out / "allure-report" / "index.html").read_text(encoding="utf-8")
    assert command in page
    assert str((out / "allure-results").resolve()) in page
    assert "ALLURE_NO_ANALYTICS=1" in page
    assert [path.name for path in (out / "allure-report").iterdir()] == ["index.html"]


def test_the_page_contacts_nothing(allure, out):
    allure(generating("2.34.0"))
    write_allure_html(out)
    page = (out / "allure-report" / "index.html").read_text(encoding="utf-8")
    for trace in ("googletagmanager", "gtag(", "fonts.example.test", "https://"):
        assert trace not in page
    assert "Content-Security-Policy" in page
    assert "default-src 'none'" in page


def test_the_report_s_own_scripts_and_styles_stay():
    page = without_contact(PAGE)
    assert "d('data/suites.json','e30=')" in page
    assert "data:text/javascript;base64,YQ==" in page
    assert "data:text/css;base64,Ym9keXt9" in page


def test_an_application_that_merely_names_the_analytics_stays():
    application = "<script>" + "x();" * 2_000 + "googletagmanager</script>"
    assert application in without_contact(f"<html><head></head><body>{application}</body></html>")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('boom', file=sys.stderr); sys.exit(3)", "status 3: boom"),
        ("print('2.34.0')", "no index.html"),
        (generating("2.34.0", "not a page"), "not a page"),
    ],
    ids=["ends with an error", "builds nothing", "builds something else"],
)
def test_a_command_that_fails_is_a_note(allure, out, body, said):
    allure(body)
    note = write_allure_html(out)
    assert note.startswith("allure-report not written: ")
    assert said in note
    assert not (out / "allure-report").exists()


def test_a_command_that_hangs_is_ended_with_all_that_it_started(allure, out, tmp_path):
    mark = tmp_path / "still-running"
    allure(f"if os.fork() == 0:\n    time.sleep(1.5)\n    pathlib.Path({str(mark)!r}).touch()\ntime.sleep(60)")
    began = time.monotonic()
    assert write_allure_html(out, limit=0.5) == "allure-report not written: allure took too long"
    assert time.monotonic() - began < 10
    time.sleep(1.5)
    assert not mark.exists()


def test_without_the_command_it_says_so(out, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert write_allure_html(out) == "allure-report not written: no allure command on the PATH"


def test_the_note_reaches_the_caller_and_the_result_is_whole(allure, result, recording, terms, redactor, out: Path):
    allure("sys.exit(1)")
    (note,) = write_all(result, recording, terms, out, redactor, allure_html=True).notes
    assert note.startswith("allure-report not written")
    assert (out / "result.json").is_file()
