"""`ctrf-report.json` of real runs, validated by the format's own package against its JSON Schema."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from command import conformance, quick_profile
from lcm_conformance.endpoint import Behaviour, Host

VALIDATE = """
import { readFileSync } from "node:fs";
const { validate } = await import(process.argv[1]);
const told = validate(JSON.parse(readFileSync(process.argv[2], "utf-8")));
if (told.valid !== true) { console.log(JSON.stringify(told)); process.exit(1); }
"""


@pytest.mark.parametrize("faults", [(), ("drops_queue",)], ids=["conformant", "non-conformant"])
def test_it_is_valid(npm_packages: Path, tmp_path: Path, faults: tuple[str, ...]) -> None:
    with Host() as host:
        url = host.start(Behaviour(faults=faults))
        options = ("--profile", quick_profile(tmp_path), "--url", url, "--no-allure-html", "--label", "staging")
        conformance("run", *options, "--out", tmp_path / "out", cwd=tmp_path)
    package = npm_packages / "ctrf" / "dist" / "index.js"
    command = ["node", "--input-type=module", "-e", VALIDATE, package.as_uri(), tmp_path / "out" / "ctrf-report.json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
