"""Reads `[endpoint]` and `[packet]`. What the client library cannot do is refused here, in one line."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from lcm_conformance.catalogue.verdict import UsageError
from lcm_conformance.profile.facts import LONGEST, Endpoint, Packet, Tls, checked_url
from lcm_conformance.profile.header import TOKEN
from lcm_conformance.profile.section import Section
from lcm_conformance.profile.usual_proxy import usual_proxy
from lcm_conformance.redaction.address import url_secrets

_ENDPOINT = (
    "url",
    "framing",
    "headers",
    "cookie",
    "subprotocols",
    "origin",
    "max_connections",
    "requests_per_second",
    "ca_file",
    "client_cert",
    "client_key",
    "client_key_password",
    "server_name",
    "verify",
    "proxy",
    "keepalive",
    "compression",
    "max_frame_bytes",
    "max_message_bytes",
)
_PACKET = ("subscriber_id", "response_url", "spelling", "register", "subscriber_id_from")
_PROXIES = ("http", "socks5", "socks5h")
_LIKE = "write it like http://host:port or socks5://host:port"


def read_endpoint(table: Section, packet: Section, url: str | None, sessions: int) -> Endpoint:
    """The endpoint; `url` from the command line takes precedence. `sessions`: held at once by default."""
    table.only(_ENDPOINT)
    address = url or table.text("url")
    if address is None:
        raise table.wrong("url", "is missing: add it, or give --url")
    try:
        checked_url(address)
    except UsageError as error:
        if url:
            raise
        if table.is_from_outside("url"):
            raise table.wrong("url", "is no WebSocket URL: write it like ws://host:port/path") from None
        raise table.wrong_value("url", error) from None
    table.source.secrets += url_secrets(address)
    if table.flag("compression", False):
        raise table.wrong("compression", "= true is not possible: the client library has no compression, remove it")
    framing = table.choice("framing", ("message", "packet"), "message")
    if framing == "message" and packet.values:
        raise UsageError(f'{table.source.name}: [packet] has no use without endpoint.framing = "packet": add one')
    proxy, fault = _proxy(table, address)
    return Endpoint(
        url=address,
        headers=table.headers("headers"),
        subprotocols=_subprotocols(table),
        origin=table.one_header("origin", table.text("origin")),
        max_connections=table.whole("max_connections", sessions),
        requests_per_second=table.rate("requests_per_second"),
        cookie=table.header("cookie"),
        tls=_tls(table),
        proxy=proxy,
        fault=fault or _key_log_fault(address, table.source.environment),
        keepalive=table.seconds("keepalive"),
        max_frame_bytes=table.whole("max_frame_bytes", LONGEST, least=1024),
        max_message_bytes=table.whole("max_message_bytes", LONGEST, least=1024),
        packet=_packet(packet) if framing == "packet" else None,
    )


def _subprotocols(table: Section) -> tuple[str, ...]:
    names = table.texts("subprotocols")
    for name in names:
        if not TOKEN.fullmatch(name):
            raise table.wrong("subprotocols", f"has {name!r}, which is no name of one: no blanks, commas or the like")
    if len({name.casefold() for name in names}) < len(names):
        raise table.wrong("subprotocols", "names one twice: keep one")
    return names


def _tls(table: Section) -> Tls:
    tls = Tls(
        ca_file=table.file("ca_file"),
        client_cert=table.file("client_cert"),
        client_key=table.file("client_key"),
        client_key_password=table.secret("client_key_password"),
        server_name=table.text("server_name"),
        verify=table.flag("verify", True),
    )
    if tls.client_key and not tls.client_cert:
        raise table.wrong("client_key", "has no use without endpoint.client_cert: add the certificate")
    if not tls.verify:
        table.source.notices.append("TLS verification is off (endpoint.verify = false)")
    _try_files(table, tls)
    return tls


def _try_files(table: Section, tls: Tls) -> None:
    """Load certificates and keys once: what is wrong with them is known before anything is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if tls.ca_file:
        try:
            context.load_verify_locations(cafile=tls.ca_file)
        except ssl.SSLError:
            where = "" if table.is_from_outside("ca_file") else f": {tls.ca_file}"
            raise table.wrong("ca_file", f"holds no certificate in PEM form{where}: correct it") from None
    if tls.client_cert:
        try:
            # Without a password OpenSSL would ask for one at the terminal.
            context.load_cert_chain(tls.client_cert, tls.client_key, password=tls.client_key_password or "")
        except (ssl.SSLError, ValueError):
            raise table.wrong(
                "client_cert",
                "cannot be used: check that it is PEM, that endpoint.client_key belongs to it, "
                "and endpoint.client_key_password",
            ) from None


def _proxy(table: Section, url: str) -> tuple[str | None, str | None]:
    """The proxy's URL, or why the one that the environment names is none; "" in the profile is no proxy at all."""
    given = table.text("proxy")
    variable, proxy = ("", given) if given is not None else usual_proxy(url, table.source.environment) or ("", "")
    if not proxy:
        return None, None
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        good = parts.scheme in _PROXIES and parts.hostname and (parts.port or True)
    except ValueError:
        good = False
    if not good and given is not None:
        raise table.wrong("proxy", f"is no proxy URL: {_LIKE}")
    if not good:
        none = f'or set endpoint.proxy = "" in {table.source.name} to use none'
        return None, f"the environment variable {variable} holds no proxy URL: {_LIKE}, {none}"
    table.source.secrets += url_secrets(parts.geturl())
    if given is None:  # all of it comes from the environment, and its address is shown where it cannot be reached
        table.source.secrets += [proxy, parts.netloc.rpartition("@")[2]]
    return parts.geturl(), None


def _key_log_fault(url: str, environment: Mapping[str, str]) -> str | None:
    """Why `SSLKEYLOGFILE`, into which TLS writes its keys, cannot be used."""
    name = environment.get("SSLKEYLOGFILE")
    if not name or urlsplit(url).scheme != "wss" or sys.flags.ignore_environment:
        return None
    try:
        open(name, "a", encoding="utf-8").close()
    except OSError as error:
        return (
            f"the environment variable SSLKEYLOGFILE names a file that cannot be written ({error.strerror}): "
            "correct or unset it"
        )
    return None


def _packet(table: Section) -> Packet:
    table.only(_PACKET)
    packet = Packet(
        subscriber_id=table.text("subscriber_id"),
        response_url=table.text("response_url") or "",
        spelling=table.choice("spelling", ("table", "example"), "table"),
        register=table.message("register"),
        subscriber_id_from=table.text("subscriber_id_from"),
    )
    if (packet.register is None) != (packet.subscriber_id_from is None):
        raise table.wrong("register", "and packet.subscriber_id_from go together: add the other")
    if (packet.subscriber_id is None) == (packet.register is None):
        raise table.wrong("subscriber_id", "or packet.register is needed, one of them: correct it")
    path = packet.subscriber_id_from
    if path is not None and not path.startswith("$."):
        raise table.wrong("subscriber_id_from", "must be a path like $.data.SubscriberID")
    return packet
