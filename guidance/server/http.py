"""uvicorn's HTTP/1.1 connection with what it lacks: a deadline for heads, a bound on connections, our error pages."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from guidance.server.limits import LIMITS, Limits
from guidance.server.refusals import refusal

# Milliseconds after which the kernel gives up on a peer that no longer answers (RFC 5482).
SILENT_PEER_MILLISECONDS = 30_000


class Connection(H11Protocol):
    """One connection. `expendable` holds those that a newcomer may push out, the one that has waited longest first:
    all but those whose request is being worked on, and those of known senders.
    """

    limits: ClassVar[Limits] = LIMITS
    most: ClassVar[int] = LIMITS.connections
    common_headers: ClassVar[dict[str, str]] = {}
    expendable: ClassVar[dict[Connection, None]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        application = self.app

        async def with_handle(scope: Any, receive: Any, send: Any) -> None:
            scope["guidance.connection"] = self
            await application(scope, receive, send)

        self.app = with_handle

    def keep(self) -> None:
        """A known sender's request, or one that is whole: no newcomer may push it out."""
        self.expendable.pop(self, None)

    def release(self) -> None:
        """The work is done and the answer only has to be read: a newcomer may push this connection out again."""
        if not self.transport.is_closing():
            self.expendable.setdefault(self)

    def abort(self) -> None:
        """End the connection at once, with whatever was not read of its answer."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let the newcomer in; at the limit, close the one that has waited longest."""
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        if peer is not None and peer.family in (socket.AF_INET, socket.AF_INET6):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_PEER_MILLISECONDS)
        self._wait_for_head()
        if len(self.connections) > self.most:
            oldest = next(iter(self.expendable))
            oldest.keep()
            oldest.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline of a connection that is gone."""
        self._forget_deadline()
        self.keep()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Start the deadline with a head's first byte, and end it when the head is whole."""
        if self._between_requests():
            if self._head_size() > self.limits.head_bytes:
                self._refuse(self._status_of_error())
                return
            if self._deadline is None:
                self._wait_for_head()
        super().handle_events()
        if not self._between_requests() or not self.conn.trailing_data[0]:
            self._forget_deadline()  # the body's deadline is the application's, that of an idle connection uvicorn's

    def on_response_complete(self) -> None:
        """An idle connection may be closed for a newcomer."""
        self.release()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with a request that cannot be read. `msg` is uvicorn's and says nothing more."""
        self._refuse(self._status_of_error())

    def _status_of_error(self) -> int:
        """431 (RFC 6585) or 414 (RFC 9110) when the head outgrew its limit, else 400."""
        started = bytes(self.conn.trailing_data[0])
        if len(started) <= self.limits.head_bytes:
            return 400
        return 431 if b"\n" in started[: self.limits.head_bytes] else 414

    def _head_size(self) -> int:
        """Bytes of the next head, or of what has come of it. h11 limits only heads that are not whole yet."""
        begun = bytes(self.conn.trailing_data[0])
        if len(begun) <= self.limits.head_bytes:
            return len(begun)
        ends = [end for end in (begun.find(b"\r\n\r\n"), begun.find(b"\n\n")) if end >= 0]
        return min(ends, default=len(begun))

    def _refuse(self, status: int) -> None:
        self._forget_deadline()
        if self.conn.our_state is h11.IDLE or self.conn.our_state is h11.SEND_RESPONSE:
            headers, body = refusal(status, False, self.common_headers)
            self.transport.write(self.conn.send(h11.Response(status_code=status, headers=headers)) or b"")
            self.transport.write(self.conn.send(h11.Data(data=body)) or b"")
            self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
        self.transport.close()
        self.loop.call_later(1.0, self.transport.abort)

    def _between_requests(self) -> bool:
        return bool(self.conn.their_state is h11.IDLE)

    def _wait_for_head(self) -> None:
        self.release()
        self._deadline = self.loop.call_later(self.limits.head_seconds, self._head_is_late)

    def _head_is_late(self) -> None:
        self._deadline = None
        if self._between_requests() and self.conn.trailing_data[0]:
            self._refuse(408)
        else:
            self.abort()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
