"""Many full runs on a machine that is kept busy, against an endpoint that answers after 0 to 300 ms by chance.

    python benchmarks/steadiness.py [RUNS] [AT ONCE]

Prints how many runs differed in any clause's verdict, and ends with status 1 if one did.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

from lcm_conformance.endpoint import Behaviour, Host

SLOWEST = 0.3


def burn(stop: multiprocessing.synchronize.Event) -> None:
    """Keep one core busy until told to stop."""
    while not stop.is_set():
        sum(range(100_000))


def one_run(host: Host, seed: int, folder: Path) -> tuple[str, ...]:
    """One run of the command; all that its result says of the clauses."""
    url = host.start(Behaviour(latency={"reply": (0.0, SLOWEST)}, seed=seed))
    profile = str(files("lcm_conformance.endpoint").joinpath("profile.toml"))
    out = folder / str(seed)
    command = [sys.executable, "-m", "lcm_conformance", "run", "--url", url, "--profile", profile, "--out", str(out)]
    done = subprocess.run(
        [*command, "--allow-hostile", "--no-allure-html"], capture_output=True, text=True, timeout=300, check=False
    )
    host.stop(url)
    path = out / "result.json"
    if not path.is_file():
        return (f"status {done.returncode}: {done.stderr.strip()[-200:]}",)
    result = json.loads(path.read_text(encoding="utf-8"))
    clauses = (f"{clause['id']}={clause['verdict']}" for clause in result["clauses"] if clause["verdict"] != "pass")
    return (f"status {done.returncode}", result["verdict"], result["robustness"], result["attribution"], *clauses)


def main() -> int:
    runs, at_once = [int(text) for text in (*sys.argv[1:3], *("200", "8")[len(sys.argv) - 1 :])]
    stop = multiprocessing.Event()
    burners = [multiprocessing.Process(target=burn, args=(stop,)) for _ in range(os.cpu_count() or 1)]
    for burner in burners:
        burner.start()
    begun = time.monotonic()
    try:
        with Host() as host, tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(at_once) as pool:
            found = Counter(pool.map(lambda seed: one_run(host, seed, Path(folder)), range(runs)))
    finally:
        stop.set()
        for burner in burners:
            burner.join()
    for outcome, number in found.most_common():
        print(f"{number:>4} runs: {', '.join(outcome)}")
    common = found.most_common(1)[0][1]
    print(f"{runs - common} of {runs} runs differ, {time.monotonic() - begun:.0f} s, {len(burners)} busy cores")
    return 0 if common == runs else 1


if __name__ == "__main__":
    sys.exit(main())
