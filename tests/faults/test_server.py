"""What the server does with bad requests, with readers who leave, and when it is stopped; real processes throughout."""

from __future__ import annotations

import http.client
import json
import os
import re
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from guidance.clock import SystemClock
from guidance.server.limits import LIMITS
from guidance.web.headers import HEADERS
from tests.caddy import Caddy
from tests.faults.fortress import ALONE, PROXY, Fortress
from tests.harness import ROOT, wait_until
from tests.reports import body

pytestmark = pytest.mark.faults

MALFORMED = {
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
    "a header without a name": (b"GET / HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n", 400),
    "two lengths": (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    "a folded header before any": (b"GET / HTTP/1.1\r\n x: y\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "an address too long": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    "too many headers": (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: bbbbbbbb\r\n" * 2000 + b"\r\n", 431),
    "a body too large": (b"POST /join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n", 413),
    "chunks too large": (
        b"POST /join HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 17,
        413,
    ),
    "HTTP/2 without asking": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a page without a host, as HTTP/1.0 allows": (b"GET /en/ HTTP/1.0\r\n\r\n", 400),
    "another host": (b"GET /sign-in HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
}


@pytest.fixture(scope="module")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    built = Fortress.build(tmp_path_factory.mktemp("server"))
    yield built
    built.stop()


def exchange(port: int, request: bytes) -> bytes:
    """Send as it is; everything that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
        answer = b""
        try:
            plain.sendall(request)
            while piece := plain.recv(65536):
                answer += piece
                if b"\r\n\r\n" in answer and b"connection: close" not in answer.lower():
                    break
        except ConnectionError:
            pass  # the server closed while we were still sending; what it said before counts
        return answer


def assert_own_headers(answer: bytes) -> None:
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    sent = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
    for name, value in HEADERS.items():
        assert sent.get(name.lower()) == value, f"{name} in {head}"
    assert sent.get("cache-control") == "no-store"
    assert "server" not in sent


@pytest.mark.parametrize("name", MALFORMED)
def test_requests_that_cannot_be_served_get_a_page_with_the_security_headers(fortress: Fortress, name: str) -> None:
    request, status = MALFORMED[name]
    answer = exchange(fortress.server.port, request)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:300]
    assert_own_headers(answer)


def test_a_head_that_never_ends_is_ended_with_words_even_when_it_comes_in_drops(fortress: Fortress) -> None:
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", fortress.server.port), timeout=30) as dripping:
        dripping.sendall(b"GET /en/ HTTP/1.1\r\nHost: local")
        dripping.settimeout(0.5)
        answer = b""
        while not answer:
            assert time.monotonic() - started < 2 * LIMITS.head_seconds, "still open"
            dripping.sendall(b"a")
            try:
                answer = dripping.recv(65536)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408 "), answer[:200]
    assert_own_headers(answer)


def test_the_proxys_own_pages_carry_headers_and_no_server_name(fortress: Fortress, tmp_path: Path) -> None:
    nobody = Caddy(tmp_path, 1)  # a port where nothing listens
    nobody.start()
    try:
        connection = fortress.connect(PROXY)
        connection.port = nobody.port
        connection.request("GET", "/en/")
        answer = connection.getresponse()
        assert answer.status == 502
        assert answer.headers["Content-Security-Policy"] and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Retry-After"] == "5"
        assert "Server" not in answer.headers and "Via" not in answer.headers
    finally:
        nobody.stop()
    page = fortress.connect(PROXY)
    page.request("GET", "/en/")
    served = page.getresponse()
    assert served.status == 200
    assert {name: served.headers[name] for name in HEADERS} == dict(HEADERS)
    assert "Server" not in served.headers and "Via" not in served.headers


@pytest.mark.parametrize("door", [ALONE, PROXY])
def test_a_persons_streams_are_capped_and_freed_as_soon_as_their_readers_leave(fortress: Fortress, door: str) -> None:
    def watch() -> tuple[int, Callable[[], None]]:
        connection = fortress.connect(door)
        connection.request("GET", "/board/live", headers={"Cookie": fortress.cookie})
        answer = connection.getresponse()
        if answer.status == 200:
            assert answer.readline().startswith(b"retry:")

        def leave() -> None:
            if connection.sock is not None:
                connection.sock.close()
            answer.close()
            connection.close()

        return answer.status, leave

    for _ in range(5):  # forty page views
        wait_until(lambda: free_places(watch) == 8, 10, pause=0.3)


def free_places(watch: Callable[[], tuple[int, Callable[[], None]]]) -> int:
    """How many streams open before one is refused, at most nine; leaves them all."""
    opened, leaves = 0, []
    for _ in range(9):
        status, leave = watch()
        leaves.append(leave)
        if status != 200:
            assert status == 503
            break
        opened += 1
    for leave in leaves:
        leave()
    return opened


def test_newcomers_get_in_when_more_connections_wait_than_there_is_room_for(fortress: Fortress) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    idle = [socket.create_connection(("127.0.0.1", fortress.server.port)) for _ in range(LIMITS.connections + 200)]
    try:
        assert fortress.receipts(ALONE, 20).lost == []
    finally:
        for each in idle:
            each.close()


def test_a_crash_of_the_pages_process_ends_one_page_and_no_report(fortress: Fortress) -> None:
    assert fortress.server.web is not None
    for pid in children(fortress.server.web.pid):
        if Path(f"/proc/{pid}/comm").read_text().strip() == "web-pages":
            os.kill(pid, signal.SIGSEGV)
    assert fortress.receipts(ALONE, 8).lost == []
    page = fortress.connect(ALONE)
    page.request("GET", "/en/")
    assert page.getresponse().status == 200


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_idle_connections_outlive_the_proxys() -> None:
    shipped = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    found = re.search(r"keepalive (\d+)s", shipped)
    assert found and int(found[1]) < LIMITS.idle_seconds
    assert LIMITS.idle_seconds > 120, "Caddy's own default"
    assert "flush_interval -1" not in re.sub(r"#.*", "", shipped), "it hides that a reader has left"


def test_health_is_told_by_any_name_on_the_machine_and_nothing_else_is(fortress: Fortress) -> None:
    for host in ("127.0.0.1", "localhost:8000", "watcher.internal"):
        answer = exchange(fortress.server.port, f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_stop_ends_streams_at_once_and_finishes_reports_in_hand(fortress: Fortress) -> None:
    """Last, since it stops the server."""
    streams = [fortress.connect(ALONE) for _ in range(4)]
    for each in streams:
        each.request("GET", "/board/live", headers={"Cookie": fortress.cookie})
        assert each.getresponse().status == 200
    port, report_id = fortress.server.port, str(uuid4())
    content = json.dumps(body(SystemClock())).encode()
    head = (
        f"PUT /api/reports/{report_id} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n"
        f"X-Guidance: 1\r\nSec-Fetch-Site: same-origin\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(head + content[:-10])
        time.sleep(0.3)
        assert fortress.server.web is not None
        begun = time.monotonic()
        fortress.server.web.terminate()
        late = threading.Timer(1.0, plain.sendall, [content[-10:]])
        late.start()
        answer = http.client.HTTPResponse(plain)
        answer.begin()
        assert answer.status == 201
    assert fortress.server.web.wait(20) == 0
    assert time.monotonic() - begun < LIMITS.stop_seconds, "the streams were waited for"
