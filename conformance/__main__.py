"""`python -m conformance` is `lcm-conformance`."""

import sys

from conformance.cli import main

sys.exit(main())
