"""One small HTTP/1.1 client for pushes: kept-alive connections to checked addresses, a deadline for the whole answer.

No redirects, no proxies from the environment, at most 8 KiB read, only status, Retry-After and Date kept. A push
service answers with little or nothing; whatever else comes ends the connection.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from guidance.alert.endpoint import Endpoint

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
READ_BYTES = 8 * 1024
KEPT_SECONDS = 50.0
LIFE_SECONDS = 300.0

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [^\r\n]*)?\r\n")
_FIELD = re.compile(
    rb"^(content-length|connection|retry-after|transfer-encoding|date):[ \t]*([^\r\n]*?)[ \t]*\r?$", re.I | re.M
)


class BadAnswer(Exception):
    """What came back is not an HTTP answer that can be read within the limits."""


@dataclass(frozen=True)
class Reply:
    """The part of an answer that is looked at."""

    status: int
    retry_after: str | None = None
    date: str | None = None


@dataclass
class Connection:
    """An open connection; times are of `time.monotonic`."""

    sock: socket.socket
    opened: float
    used: float

    def fresh(self, now: float) -> bool:
        """Whether it may be used again: services drop idle ones, and addresses are to be checked now and then."""
        return now - self.used < KEPT_SECONDS and now - self.opened < LIFE_SECONDS


class Wire:
    """Sends requests over as few connections as needed. Safe between threads.

    `locate` gives the checked addresses of an endpoint and may refuse it; it is asked for each new connection.
    """

    def __init__(self, tls: ssl.SSLContext, locate: Callable[[Endpoint], Sequence[str]]) -> None:
        self._tls = tls
        self._locate = locate
        self._lock = threading.Lock()
        self._idle: dict[str, list[Connection]] = {}

    def post(self, endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send one request and read its answer.

        Raises `TimeoutError`, `ssl.SSLError`, `OSError`, `BadAnswer`, or what `locate` raises. A kept connection
        that the service had closed meanwhile is replaced once.
        """
        request = _request(endpoint, headers, body)
        kept = self._take(endpoint)
        if kept is not None:
            with suppress(_ClosedMeanwhile):
                return self._exchange(endpoint, kept, request, reused=True)
        return self._exchange(endpoint, self._open(endpoint), request, reused=False)

    def close(self) -> None:
        """Close what is kept."""
        with self._lock:
            kept = [connection for idle in self._idle.values() for connection in idle]
            self._idle.clear()
        for connection in kept:
            connection.sock.close()

    def _exchange(self, endpoint: Endpoint, connection: Connection, request: bytes, reused: bool) -> Reply:
        try:
            reply, reusable = _converse(connection.sock, request, reused)
        except BaseException:
            connection.sock.close()
            raise
        if reusable:
            self._keep(endpoint, connection)
        else:
            connection.sock.close()
        return reply

    def _open(self, endpoint: Endpoint) -> Connection:
        """Connect to the first address that answers: of a name with IPv6 and IPv4, one is often broken."""
        deadline = time.monotonic() + ANSWER_SECONDS
        trouble: OSError = ConnectionError("there is no address to connect to")
        for address in self._locate(endpoint):
            try:
                return self._connect(endpoint, address)
            except ssl.SSLError:
                raise  # the service was there, and what it showed is to be refused
            except OSError as error:
                trouble = error
            if time.monotonic() >= deadline:
                break
        raise trouble

    def _connect(self, endpoint: Endpoint, address: str) -> Connection:
        sock = socket.create_connection((address, endpoint.port), CONNECT_SECONDS)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if endpoint.scheme == "https":
                sock = self._tls.wrap_socket(sock, server_hostname=endpoint.host)
        except BaseException:
            sock.close()
            raise
        sock.settimeout(ANSWER_SECONDS)
        now = time.monotonic()
        return Connection(sock, now, now)

    def _take(self, endpoint: Endpoint) -> Connection | None:
        now = time.monotonic()
        with self._lock:
            idle = self._idle.get(endpoint.origin, [])
            while idle:
                connection = idle.pop()
                if connection.fresh(now):
                    return connection
                connection.sock.close()
        return None

    def _keep(self, endpoint: Endpoint, connection: Connection) -> None:
        connection.used = time.monotonic()
        if connection.sock.gettimeout() != ANSWER_SECONDS:
            connection.sock.settimeout(ANSWER_SECONDS)
        with self._lock:
            self._idle.setdefault(endpoint.origin, []).append(connection)


class _ClosedMeanwhile(Exception):
    """A kept connection ended before a byte of the answer came."""


def _request(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> bytes:
    fields = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    head = (
        f"POST {endpoint.target} HTTP/1.1\r\nHost: {endpoint.authority}\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
    )
    return head.encode("ascii") + body


def _converse(sock: socket.socket, request: bytes, reused: bool) -> tuple[Reply, bool]:
    deadline = time.monotonic() + ANSWER_SECONDS
    received = b""
    try:
        sock.sendall(request)
        received = sock.recv(READ_BYTES)
    except TimeoutError:
        raise
    except OSError as error:
        if reused:
            raise _ClosedMeanwhile from error
        raise
    if not received and reused:
        raise _ClosedMeanwhile
    return _read_answer(sock, received, deadline)


def _read_answer(sock: socket.socket, received: bytes, deadline: float) -> tuple[Reply, bool]:
    """The reply, and whether the connection can serve again. Interim (1xx) answers are passed over."""
    while True:
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += _more(sock, len(received), deadline)
        head, rest = received[: end + 2], received[end + 4 :]
        status = _STATUS.match(head)
        if status is None:
            raise BadAnswer("no HTTP status line")
        if not status[2].startswith(b"1"):
            break
        received = rest
    fields = {name.lower(): value for name, value in _FIELD.findall(head)}
    told = {name: text.decode("latin-1") for name, text in fields.items()}
    reply = Reply(int(status[2]), told.get(b"retry-after"), told.get(b"date"))
    return reply, status[1] == b"1" and _drained(sock, fields, reply.status, len(rest))


def _more(sock: socket.socket, so_far: int, deadline: float) -> bytes:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the answer takes too long")
    if so_far >= READ_BYTES:
        raise BadAnswer("the answer is too long")
    sock.settimeout(left)
    chunk = sock.recv(READ_BYTES - so_far)
    if not chunk:
        raise ConnectionError("the connection ended within the answer")
    return chunk


def _drained(sock: socket.socket, fields: Mapping[bytes, bytes], status: int, have: int) -> bool:
    """Whether the answer ended where it should, so that the next one begins cleanly. Waits for nothing."""
    if b"transfer-encoding" in fields or fields.get(b"connection", b"").lower() == b"close":
        return False
    if status in (204, 304):
        return have == 0
    length = fields.get(b"content-length", b"")
    if not re.fullmatch(rb"[0-9]{1,4}", length):
        return False
    missing = int(length) - have
    return missing == 0
