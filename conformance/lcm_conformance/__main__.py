"""The way in, of `lcm-conformance` and of `python -m lcm_conformance`. It imports the rest late, so that Ctrl-C
meanwhile ends it as it does later: with status 130 and without a traceback.
"""

import signal
import sys


def main() -> int:
    """Run the command line; returns the exit status of the contract."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # CI systems cancel a job with it
    try:
        from lcm_conformance import cli  # noqa: PLC0415  importing takes longest at the start, and may be interrupted

        return cli.main()
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # while importing: what explains errors may be what could not be read
        print(f"environment: the suite cannot be loaded: {error}: raise the limit on open files", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
