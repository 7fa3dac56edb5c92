"""What a profile says of an environment as it may be handed out: no secret, no name of a variable, header or file.

Called by whoever puts a profile into an evidence bundle. Who the agents are stands in what the run is judged by.
"""

from __future__ import annotations

from typing import Any

from lcm_conformance.profile.facts import Endpoint, Profile, Tls
from lcm_conformance.redaction.address import public_url


def public_facts(profile: Profile) -> dict[str, Any]:
    """The facts, a value that may be secret as how many there are, or whether there is one. The label is personal."""
    return {
        "label": profile.label,
        "endpoint": _endpoint(profile.endpoint),
        "logged_in_by": _login(profile),
        "logs_out": profile.logout is not None,
        "prepares": bool(profile.prepare),
        "connect": profile.timing.connect,
    }


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "url": public_url(endpoint.url),
        "framing": "message" if endpoint.packet is None else "packet",
        "headers": len(endpoint.headers),
        "cookie": endpoint.cookie is not None,
        "subprotocols": len(endpoint.subprotocols),
        "proxy": endpoint.proxy is not None,
        "tls": _tls(endpoint.tls),
        "max_connections": endpoint.max_connections,
        "requests_per_second": endpoint.requests_per_second,
        "keepalive": endpoint.keepalive,
    }


def _tls(tls: Tls) -> dict[str, bool]:
    return {
        "verify": tls.verify,
        "ca_file": tls.ca_file is not None,
        "client_cert": tls.client_cert is not None,
        "server_name": tls.server_name is not None,
    }


def _login(profile: Profile) -> str:
    if profile.login_command:
        return "command"
    return "message" if profile.login is not None else "preauthenticated"
