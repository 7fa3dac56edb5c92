"""`lcm-conformance clauses`: prints the catalogue, or all that is known of one clause."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from lcm_conformance.catalogue import scenarios
from lcm_conformance.catalogue.clauses import Catalogue, load_catalogue
from lcm_conformance.endpoint import faults
from lcm_conformance.report.defects_page import defects_page
from lcm_conformance.report.past_file import read_past


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "clauses", allow_abbrev=False, help="print the clauses that a Campaign Manager is judged by"
    )
    parser.add_argument("id", nargs="*", metavar="ID", help="a clause id, or the beginning of ids, such as FLD")
    parser.add_argument("--json", action="store_true", help="as JSON, with scenarios and faults")
    parser.add_argument(
        "--defects",
        nargs="*",
        metavar="RESULT",
        type=Path,
        help="for the page's authors, as Markdown: where the page contradicts itself or is silent, what endpoints were "
        "seen to do in these results, and what would settle it",
    )
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Print the catalogue or the named clauses."""
    rows = load_catalogue()
    if parsed.defects is not None:
        print(defects_page(rows, [read_past(path) for path in parsed.defects]), end="")
        return 0
    wanted = rows.select(parsed.id) if parsed.id else set(rows.ids)
    chosen = [name for name in rows.ids if name in wanted]
    if parsed.json:
        print(json.dumps([_everything(rows, name) for name in chosen], indent=2, ensure_ascii=False))
    elif parsed.id:
        print("\n\n".join(_detail(_everything(rows, name)) for name in chosen))
    else:
        for name in chosen:
            row = rows.clauses.get(name)
            print(f"{name:<28}{row.klass if row else 'observation':<12}{(row or rows.observations[name]).statement}")
    return 0


def _everything(rows: Catalogue, name: str) -> dict[str, Any]:
    row = rows.clauses.get(name)
    return {
        "id": name,
        "class": row.klass if row else "observation",
        "section": row.section if row else None,
        "statement": (row or rows.observations[name]).statement,
        "why": row.why if row else "",
        "readings": [reading.name for reading in rows.readings.values() if name in reading.clauses],
        "scenarios": [
            {"feature": scenario.file, "name": scenario.name}
            for scenario in scenarios.read()
            if scenario.clause == name
        ],
        "faults": [{"name": fault.name, "says": fault.says} for fault in faults.faults_of(name)],
    }


def _detail(row: dict[str, Any]) -> str:
    lines = [f"{row['id']}  ({row['class']})", f"  {row['statement']}"]
    if row["section"]:
        lines.append(f"  page      {row['section']}")
    if row["why"]:
        lines.append(f"  why       {row['why']}")
    lines += [f"  reading   {name}" for name in row["readings"]]
    lines += [f"  scenario  {scenario['feature']}: {scenario['name']}" for scenario in row["scenarios"]]
    lines += [f"  fault     {fault['name']}: {fault['says']}" for fault in row["faults"]]
    return "\n".join(lines)
