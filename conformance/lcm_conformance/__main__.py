"""The way in, of `lcm-conformance` and of `python -m lcm_conformance`. It imports the rest late, so that Ctrl-C
meanwhile ends it as it does later: with status 130 and without a traceback.
"""

import signal
import sys


def main() -> int:
    """Run the command line; returns the exit status of the contract."""
    for name in ("SIGTERM", "SIGHUP"):  # CI systems cancel a job with the first, a closed terminal sends the second
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # under nohup it is ignored
            signal.signal(number, signal.default_int_handler)
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
