"""The embedded endpoint: a little Campaign Manager on a real WebSocket server, and its faults.

The `mock` command, `run` without a URL and the selftest start it. It shares no code with the
judging side, so that it cannot be right by construction.
"""

from lcm_conformance.endpoint.behaviour import Behaviour
from lcm_conformance.endpoint.server import Host

__all__ = ["Behaviour", "Host"]
