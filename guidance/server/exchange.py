"""One request and its answer on a connection: whole bodies in, answers out, both with deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from guidance.server.held import Held
from guidance.server.limits import LIMITS
from guidance.server.refusals import refusal
from guidance.server.wsgi import PEER, Headers

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Refused(Exception):
    """The server answers by itself."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Gone(Exception):
    """The other side left before its request was whole."""


class Exchange:
    """Reads one request and writes one answer."""

    def __init__(self, scope: Any, receive: Receive, send: Send, held: Held) -> None:
        self.scope, self._receive, self._send, self._held = scope, receive, send, held
        self._connection = scope["guidance.connection"]
        self.known = False
        self.begun = False

    @property
    def path(self) -> str:
        """The decoded path."""
        path: str = self.scope["path"]
        return path

    def header(self, name: bytes) -> bytes:
        """The first value of a header (lower case), or nothing."""
        return next((value for key, value in self.scope["headers"] if key == name), b"")

    @property
    def peer(self) -> str:
        """The address of the visitor, or of the proxy; the front process passes it on to the others."""
        if self.scope["client"]:
            return str(self.scope["client"][0])
        return self.header(PEER).decode("latin-1") or "127.0.0.1"

    async def body(self) -> bytes:
        """The whole body. Raises `Refused` when it is too large or too slow, `Gone` when it ends early."""
        declared = self.header(b"content-length")
        if declared and int(declared) > LIMITS.body_bytes:
            raise Refused(413)
        if self.known:
            self._connection.keep()
        try:
            async with asyncio.timeout(LIMITS.body_seconds):
                return await self._whole_body()
        except TimeoutError:
            raise Refused(408) from None

    async def _whole_body(self) -> bytes:
        pieces, size = [], 0
        while True:
            event = await self._receive()
            if event["type"] == "http.disconnect":
                raise Gone
            if piece := event.get("body", b""):
                pieces.append(piece)
                size += len(piece)
                if size > LIMITS.body_bytes:
                    raise Refused(413)
                self.hold(len(piece))
            if not event.get("more_body"):
                self._connection.keep()
                return b"".join(pieces)

    def hold(self, size: int) -> None:
        """Count memory that this exchange keeps."""
        self._held.take(id(self), size, self.known, self._connection.abort)

    def close(self) -> None:
        """Give back what was counted."""
        self._held.give_back(id(self))

    async def begin(self, status: int, headers: Headers) -> None:
        """Send the head."""
        self.begun = True
        await self._guarded({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, content: bytes) -> None:
        """Send a part of the body in small pieces. A reader that takes none for too long loses the connection."""
        for start in range(0, len(content), LIMITS.piece_bytes):
            piece = content[start : start + LIMITS.piece_bytes]
            await self._guarded({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self) -> None:
        """The answer is whole."""
        await self._guarded({"type": "http.response.body", "body": b"", "more_body": False})

    async def answer(self, status: int, headers: Headers, content: bytes) -> None:
        """Send a whole answer; a newcomer may push out its reader."""
        self.hold(len(content))
        if not self.known:
            self._connection.release()
        await self.begin(status, headers)
        await self.write(content)
        await self.end()

    async def refuse(self, status: int, common: dict[str, str]) -> None:
        """Answer with one of the server's own pages."""
        as_json = self.path.startswith("/api/") or b"json" in self.header(b"accept")
        headers, content = refusal(status, as_json, common)
        await self.answer(status, headers, content)

    async def until_gone(self) -> None:
        """Return when the reader has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def abort(self) -> None:
        """End the connection at once."""
        self._connection.abort()

    async def _guarded(self, event: Any) -> None:
        try:
            async with asyncio.timeout(LIMITS.stall_seconds):
                await self._send(event)
        except TimeoutError:
            self.abort()
            raise Gone from None
