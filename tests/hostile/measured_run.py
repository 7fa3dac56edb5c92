"""A run as a process of its own, with lower bounds: prints at the end how much memory the process ever had, in KiB.

Usage: measured_run.py NAME=NUMBER … -- ARGUMENTS OF THE COMMAND
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from lcm_conformance.cli import main
from lcm_conformance.drive import recorder

if __name__ == "__main__":
    end = sys.argv.index("--")
    for bound in sys.argv[1:end]:
        name, _, number = bound.partition("=")
        assert hasattr(recorder, name)
        setattr(recorder, name, int(number))
    status = main(sys.argv[end + 1 :])
    (most,) = re.findall(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.M)
    print(f"\nmost memory {most} KiB")
    sys.exit(status)
