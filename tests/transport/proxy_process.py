"""A proxy as a process of its own: HTTP CONNECT or SOCKS5, with a password or without. Prints its port, then one
line for each connection that it made: for whom, and whether by name or by address.

Usage: proxy_process.py http|socks5 [NAME:PASSWORD]
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ipaddress
import struct
import sys

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


async def pump(reader: Reader, writer: Writer) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def join(host: str, port: int, reader: Reader, writer: Writer, welcome: bytes) -> None:
    kind = "address" if host.replace(".", "").isdigit() or ":" in host else "name"
    print(f"connected {kind} {host}:{port}", flush=True)
    far_reader, far_writer = await asyncio.open_connection(host, port)
    writer.write(welcome)
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
    far_writer.close()


async def http(reader: Reader, writer: Writer, credentials: str) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    target = head.split()[1]
    expected = "Basic " + base64.b64encode(credentials.encode()).decode()
    if credentials and expected not in head:
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
        return
    host, _, port = target.rpartition(":")
    if host == "forbidden.example.test":
        writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        return
    await join(host.strip("[]"), int(port), reader, writer, b"HTTP/1.1 200 Connection established\r\n\r\n")


async def socks5(reader: Reader, writer: Writer, credentials: str) -> None:
    _, count = await reader.readexactly(2)
    methods = await reader.readexactly(count)
    if credentials:
        if 2 not in methods:
            writer.write(b"\x05\xff")
            return
        writer.write(b"\x05\x02")
        _, length = await reader.readexactly(2)
        name = await reader.readexactly(length)
        password = await reader.readexactly((await reader.readexactly(1))[0])
        good = f"{name.decode()}:{password.decode()}" == credentials
        writer.write(b"\x01\x00" if good else b"\x01\x01")
        if not good:
            return
    else:
        writer.write(b"\x05\x00")
    kind = (await reader.readexactly(4))[3]
    if kind == 3:
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    else:
        host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
    (port,) = struct.unpack("!H", await reader.readexactly(2))
    await join(host, port, reader, writer, b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")


async def main(kind: str, credentials: str = "") -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await {"http": http, "socks5": socks5}[kind](reader, writer, credentials)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
