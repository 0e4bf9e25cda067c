"""Attacks on the web server, with bounded counts: `python -m tests.faults.attacks TARGET NAME…` until it is killed.

TARGET is a JSON object: port, tls, session (name=token of a trainer's or committee member's cookie), uuid prefix.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

import h2.config
import h2.connection
import h2.exceptions

CONNECTIONS = 250  # of each slow kind
CLIENTS = 16  # of each flood, one request after the other


@dataclass(frozen=True)
class Target:
    """Where to strike, and as whom."""

    port: int
    tls: bool
    session: str

    def context(self, protocol: str = "http/1.1") -> ssl.SSLContext | None:
        if not self.tls:
            return None
        made = ssl.create_default_context()
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
        made.set_alpn_protocols([protocol])
        return made

    async def connect(self, small_window: bool = False, protocol: str = "http/1.1") -> Peer:
        plain = socket.socket()
        if small_window:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", self.port))
        context = self.context(protocol)
        name = "localhost" if context else None
        limit = 2048 if small_window else 2**16
        return await asyncio.open_connection(sock=plain, ssl=context, server_hostname=name, limit=limit)

    def head(self, line: str, *lines: str) -> bytes:
        return "\r\n".join([f"{line} HTTP/1.1", f"Host: localhost:{self.port}", *lines, "", ""]).encode()

    def put(self, path: str, length: int) -> bytes:
        return self.head(
            f"PUT {path}", "Content-Type: application/json", "X-Guidance: 1", "Sec-Fetch-Site: same-origin",
            f"Content-Length: {length}",
        )  # fmt: skip


Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Attack = Callable[[Target], Awaitable[None]]


async def many(count: int, one: Callable[[int], Awaitable[None]]) -> None:
    """Keep `count` of them going; each starts again when the server has ended it."""

    async def forever(number: int) -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.LimitOverrunError):
                await one(number)
            await asyncio.sleep(0.2)

    await asyncio.gather(*(forever(number) for number in range(count)))


async def drip(peer: Peer, first: bytes, rest: bytes) -> None:
    _, writer = peer
    try:
        writer.write(first)
        for position in range(len(rest)):
            writer.write(rest[position : position + 1])
            await writer.drain()
            await asyncio.sleep(1)
    finally:
        writer.close()


async def slow_heads(target: Target) -> None:
    async def one(_: int) -> None:
        await drip(await target.connect(), b"GET /en/ HTTP/1.1\r\nHost: localhost\r\nX-A: ", b"a" * 1000)

    await many(CONNECTIONS, one)


async def slow_bodies(target: Target) -> None:
    async def one(number: int) -> None:
        path = f"/api/reports/{uuid4()}" if number % 2 else "/join"
        await drip(await target.connect(), target.put(path, 60_000) + b"{", b" " * 1000)

    await many(CONNECTIONS, one)


async def slow_readers(target: Target) -> None:
    async def one(number: int) -> None:
        path = ("/en/guide/visit", "/en/guide/visit.json", "/static/css/site.css", "/en/kept.json")[number % 4]
        _, writer = await target.connect(small_window=True)
        try:
            writer.write(target.head(f"GET {path}") * 40)
            await asyncio.sleep(60)
        finally:
            writer.close()

    await many(60, one)


async def idle(target: Target) -> None:
    async def one(_: int) -> None:
        reader, writer = await target.connect()
        try:
            await reader.read()
        finally:
            writer.close()

    await many(CONNECTIONS, one)


async def half_closed(target: Target) -> None:
    async def one(number: int) -> None:
        reader, writer = await target.connect()
        try:
            writer.write(target.put(f"/api/reports/{uuid4()}", 5000) if number % 2 else target.head("GET /en/"))
            await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
            await asyncio.wait_for(reader.read(), 20)
        except TimeoutError:
            return
        finally:
            writer.close()

    await many(100, one)


async def kept_alive(target: Target) -> None:
    async def one(_: int) -> None:
        peer = await target.connect()
        while True:
            await ask(peer, target.head("GET /healthz"))
            await asyncio.sleep(3)

    await many(CONNECTIONS, one)


async def ask(peer: Peer, request: bytes) -> None:
    """One request on a kept connection; reads the whole answer."""
    reader, writer = peer
    writer.write(request)
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    if not lengths:
        writer.close()
        raise ConnectionError("no length")
    await reader.readexactly(int(lengths[0].split(b":")[1]))


async def flood(target: Target, request: Callable[[], bytes], clients: int = CLIENTS) -> None:
    async def one(_: int) -> None:
        peer = await target.connect()
        while True:
            await ask(peer, request())

    await many(clients, one)


def report(target: Target) -> bytes:
    body = {
        "revision": 1, "kind": "visit", "locale": "en", "sent_at": "2026-11-30T12:00:00Z", "trail": [],
        "protocol": {"id": "visit", "hash": "0" * 64}, "text": "x" * 2000,
    }  # fmt: skip
    content = json.dumps(body).encode()
    return target.put(f"/api/reports/{uuid4()}", len(content)) + content


async def strangers_reports(target: Target) -> None:
    await flood(target, lambda: report(target))


async def forged_cookies(target: Target) -> None:
    def request() -> bytes:
        name = "__Host-guidance-device" if target.tls else "guidance-device"
        return report(target).replace(b"\r\n\r\n", f"\r\nCookie: {name}={uuid4()}\r\n\r\n".encode(), 1)

    await flood(target, request)


async def strangers_pages(target: Target) -> None:
    await flood(target, lambda: target.head(f"GET /en/{uuid4()}", "Accept-Encoding: br, gzip"), 8)


async def compressible_pages(target: Target) -> None:
    await flood(target, lambda: target.head("GET /en/guide/visit", "Accept-Encoding: gzip"), 8)


async def static_files(target: Target) -> None:
    await flood(target, lambda: target.head("GET /static/css/site.css"), 8)


async def practice_runs(target: Target) -> None:
    content = json.dumps({"trail": [{"step": "x" * 50, "at": "2026-11-30T12:00:00Z"}] * 600}).encode()
    await flood(target, lambda: target.put(f"/api/practice/runs/{uuid4()}", len(content)) + content, 8)


async def large_bodies(target: Target) -> None:
    content = b"x" * (1000 * 1024)
    await flood(target, lambda: target.put("/join", len(content)) + content, 4)


async def malformed(target: Target) -> None:
    lines = (
        b"\x16\x03\x01\x02\x00",
        b"GET /" + b"a" * 20_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 4000,
        b"\r\n" * 9000,
    )

    async def one(number: int) -> None:
        reader, writer = await target.connect()
        try:
            writer.write(lines[number % len(lines)] + b" HTTP/1.1\r\n\r\n")
            await asyncio.wait_for(reader.read(), 5)
        except TimeoutError:
            return
        finally:
            writer.close()

    await many(CLIENTS, one)


async def open_streams(target: Target) -> None:
    async def one(_: int) -> None:
        reader, writer = await target.connect()
        try:
            writer.write(target.head("GET /board/live?since=0", f"Cookie: {target.session}"))
            while await asyncio.wait_for(reader.read(4096), 10):
                pass
        except TimeoutError:
            return
        finally:
            writer.close()

    await many(60, one)


async def exports(target: Target) -> None:
    addresses = ("/trainer/results/export.csv", "/trainer/results/xapi.json")

    async def one(number: int) -> None:
        reader, writer = await target.connect()
        try:
            lines = (f"Cookie: {target.session}", "Connection: close")
            writer.write(target.head(f"GET {addresses[number % 2]}", *lines))
            while await reader.read(65536):
                pass
        finally:
            writer.close()

    await many(6, one)


async def http2_streams(target: Target) -> None:
    await many(4, lambda _: _http2(target, 250, body=True))


async def rapid_reset(target: Target) -> None:
    await many(2, lambda _: _http2(target, 2000, body=False))


async def _http2(target: Target, streams: int, body: bool) -> None:
    """Open streams on one connection: with one byte of a body each and held open, or reset at once."""
    reader, writer = await target.connect(protocol="h2")
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    connection.initiate_connection()
    headers = [
        (":method", "PUT"), (":scheme", "https"), (":authority", f"localhost:{target.port}"),
        ("content-type", "application/json"), ("x-guidance", "1"), ("sec-fetch-site", "same-origin"),
        ("content-length", "60000"),
    ]  # fmt: skip
    try:
        for number in range(streams):
            stream = connection.get_next_available_stream_id()
            connection.send_headers(stream, [*headers, (":path", f"/api/reports/{uuid4()}")][::-1])
            if body:
                connection.send_data(stream, b"{")
            else:
                connection.reset_stream(stream)
            writer.write(connection.data_to_send())
            if number % 50 == 0:
                await writer.drain()
        while data := await asyncio.wait_for(reader.read(65536), 30):
            connection.receive_data(data)
            writer.write(connection.data_to_send())
    except (h2.exceptions.ProtocolError, TimeoutError):
        return
    finally:
        writer.close()


SLOW: tuple[Attack, ...] = (slow_heads, slow_bodies, slow_readers, idle, half_closed, kept_alive)
FLOODS: tuple[Attack, ...] = (
    strangers_reports, forged_cookies, strangers_pages, compressible_pages, static_files, practice_runs, large_bodies,
    malformed,
)  # fmt: skip
SIGNED_IN: tuple[Attack, ...] = (open_streams, exports)
HTTP2: tuple[Attack, ...] = (http2_streams, rapid_reset)
ALL = {attack.__name__: attack for attack in (*SLOW, *FLOODS, *SIGNED_IN, *HTTP2)}


async def main(target: Target, names: list[str]) -> None:
    """Run the named attacks together, until killed."""
    print("attacking", flush=True)
    await asyncio.gather(*(ALL[name](target) for name in names))


if __name__ == "__main__":
    asyncio.run(main(Target(**json.loads(sys.argv[1])), sys.argv[2:]))
