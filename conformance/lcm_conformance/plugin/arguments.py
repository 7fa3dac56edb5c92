"""What pytest's command line must not mean: a path taken for a clause, or another plugin's report in place of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from lcm_conformance.catalogue.clauses import load_catalogue
from lcm_conformance.report import FILES
from lcm_conformance.run.options import PYTEST_PREFIX, RUN_OPTIONS, attribute

_NAMES = {"xmlpath": "--junit-xml", "htmlpath": "--html"}


def refuse_swallowed_paths(config: pytest.Config) -> None:
    """`--lcm-clause FLD features` takes the path for one more clause, and pytest would run something else."""
    rows = load_catalogue()
    known = {"clause": rows.ids, "reading": rows.readings}
    for option in RUN_OPTIONS:
        for value in (getattr(config.option, attribute(option, PYTEST_PREFIX)) or ()) if option.name in known else ():
            path = config.invocation_params.dir / value.split("::", maxsplit=1)[0]
            if path.exists() and not any(name.startswith(value) for name in known[option.name]):
                name = f"--{PYTEST_PREFIX}-{option.name}"
                pytest.exit(f"{name} took the path {value} for a {option.name}: write paths before {name}", 2)


def refuse_overwritten_reports(config: pytest.Config, out: Path) -> None:
    """Whatever else writes a file in this session, it must not be one of the suite's: the last would win in silence."""
    here = config.invocation_params.dir
    ours = {(here / out / name).resolve(): name for name in FILES if "*" not in name}
    for name, value in vars(config.option).items():
        if isinstance(value, str) and value and (file := (here / value).resolve()) in ours:
            _keep(config, file)
            option = _NAMES.get(name, f"--{name.replace('_', '-')}")
            pytest.exit(
                f"{option} would write over {value}, where the suite writes its own {ours[file]}: "
                f"name another file there, or another folder with --{PYTEST_PREFIX}-out",
                2,
            )


def _keep(config: pytest.Config, file: Path) -> None:
    """Have a file at the session's end as it is now: who was told to write it does so however the session ends."""
    before = file.read_bytes() if file.is_file() else None

    def restore() -> None:
        if before is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(before)

    config.add_cleanup(restore)
