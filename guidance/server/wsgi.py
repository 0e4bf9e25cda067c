"""One call of the WSGI application (PEP 3333) in a thread, with its whole request at hand."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import TimeoutError as NotTaken
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from guidance.server.limits import LIMITS
from guidance.server.live import LiveEvents

Headers = list[tuple[bytes, bytes]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PEER = b"x-guidance-peer"


@dataclass(frozen=True)
class Begun:
    """The beginning of an answer. `body` is all of it when `whole`; `live` is set for a stream of events."""

    status: int
    headers: Headers
    body: bytes
    whole: bool
    live: LiveEvents | None = None


@dataclass(frozen=True)
class Broken:
    """The application raised before or while it answered."""

    error: BaseException


class ReaderGone(Exception):
    """Nobody takes the rest of the answer."""


Part = Begun | bytes | Broken | None


class Outlet:
    """Hands parts of an answer from the application's thread to the event loop; waits while the reader is behind."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.queue: asyncio.Queue[Part] = asyncio.Queue(4)
        self.gone = False

    def put(self, part: Part) -> None:
        """Wait until there is room. Raises `ReaderGone` when the reader left or stalls."""
        if self.gone:
            raise ReaderGone
        try:
            asyncio.run_coroutine_threadsafe(self.queue.put(part), self._loop).result(LIMITS.stall_seconds * 2)
        except NotTaken:
            raise ReaderGone from None


def environ_of(scope: Any, body: bytes, peer: str) -> dict[str, Any]:
    """The environment of a request. Names with an underscore are left out: they could pass for ours with a dash."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": peer,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope["headers"]:
        if b"_" in name or name in (b"content-length", b"transfer-encoding", b"upgrade", PEER):
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        text = value.decode("latin-1")
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{text}" if key in environ else text
    return environ


def produce(application: Application, environ: dict[str, Any], outlet: Outlet) -> None:
    """Run the application and put its answer into the outlet: `Begun`, then, when not whole, bytes and None."""
    try:
        _produce(application, environ, outlet)
    except ReaderGone:
        return
    except BaseException as error:  # the thread must always answer, or the reader would wait for nothing
        outlet.put(Broken(error))


def _produce(application: Application, environ: dict[str, Any], outlet: Outlet) -> None:
    begun: list[tuple[int, Headers]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        own = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        begun[:] = [(int(status.split(" ", 1)[0]), own)]

    iterable = application(environ, start_response)
    if isinstance(iterable, LiveEvents):
        try:
            outlet.put(Begun(*begun[0], b"", False, iterable))
        except ReaderGone:
            iterable.close()
        return
    try:
        _send_parts(iterable, lambda: begun[0], outlet)
    finally:
        if hasattr(iterable, "close"):
            iterable.close()


def _send_parts(iterable: Iterable[bytes], head: Callable[[], tuple[int, Headers]], outlet: Outlet) -> None:
    gathered, size, sent = [], 0, False
    for chunk in iterable:
        gathered.append(chunk)
        size += len(chunk)
        if size > (LIMITS.piece_bytes if sent else LIMITS.whole_answer_bytes):
            outlet.put(b"".join(gathered) if sent else Begun(*head(), b"".join(gathered), False))
            gathered, size, sent = [], 0, True
    if not sent:
        outlet.put(Begun(*head(), b"".join(gathered), True))
        return
    if gathered:
        outlet.put(b"".join(gathered))
    outlet.put(None)
