"""Ask another process of this server, over a UNIX socket that this user alone can open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any

import h11

from guidance.server.limits import LIMITS
from guidance.server.wsgi import PEER, Headers

HOP_BY_HOP = frozenset(  # RFC 9110, section 7.6.1, and what this side sets itself
    (b"connection", b"keep-alive", b"transfer-encoding", b"te", b"trailer", b"upgrade", b"expect", b"content-length",
     b"proxy-connection", PEER)
)  # fmt: skip


class Upstream:
    """One request to the other process, on a connection of its own. `begin` first, then `pieces`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection = h11.Connection(h11.CLIENT)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Upstream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.transport.abort()

    async def begin(self, scope: Any, body: bytes, peer: str) -> tuple[int, Headers]:
        """Send the request; the status and headers of the answer. Raises `OSError` or `h11.RemoteProtocolError`."""
        self._reader, self._writer = await asyncio.open_unix_connection(self._path)
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        headers = [(name, value) for name, value in scope["headers"] if name not in HOP_BY_HOP]
        headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close"), (PEER, peer.encode())]
        self._send(h11.Request(method=scope["method"], target=target, headers=headers))
        self._send(h11.Data(data=body))
        self._send(h11.EndOfMessage())
        await self._writer.drain()
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                answer = [(name, value) for name, value in event.headers if name not in (b"connection", b"date")]
                return event.status_code, answer
            if not isinstance(event, h11.InformationalResponse):
                raise h11.RemoteProtocolError("no answer came")

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises as `begin` does when it ends too early."""
        while isinstance(event := await self._event(), h11.Data):
            yield bytes(event.data)

    def _send(self, event: Any) -> None:
        assert self._writer is not None
        self._writer.write(self._connection.send(event) or b"")

    async def _event(self) -> Any:
        assert self._reader is not None
        while (event := self._connection.next_event()) is h11.NEED_DATA:
            self._connection.receive_data(await self._reader.read(LIMITS.piece_bytes))
        if isinstance(event, h11.ConnectionClosed):
            raise h11.RemoteProtocolError("the other process went away")
        return event
