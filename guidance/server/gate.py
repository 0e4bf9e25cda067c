"""The ASGI application of each process: takes a whole request in and has it answered, here or in another process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import h11

from guidance.server.exchange import Exchange, Gone, Receive, Refused, Send
from guidance.server.held import Held
from guidance.server.limits import LIMITS
from guidance.server.live import LiveEvents
from guidance.server.relay import Upstream
from guidance.server.routes import Kind, kind_of
from guidance.server.turns import Full, Room, Turns
from guidance.server.wsgi import Application, Begun, Broken, Headers, Outlet, environ_of, produce

logger = logging.getLogger("guidance.server")

Known = Callable[[bytes], bool]


@dataclass(frozen=True)
class Place:
    """Where one kind of work is done: how many at once, and the socket of the process that does it (None: here)."""

    room: Room
    socket: str | None = None


class Gate:
    """`known` tells from a Cookie header whether an enrolled phone or a signed-in person asks."""

    def __init__(
        self, application: Application, places: Mapping[Kind, Place], known: Known, common: dict[str, str]
    ) -> None:
        self._application, self._places, self._known, self._common = application, places, known, common
        self._turns = {kind: Turns(place.room) for kind, place in places.items()}
        self._threads = {
            kind: ThreadPoolExecutor(place.room.at_once, thread_name_prefix=kind.value)
            for kind, place in places.items()
            if place.socket is None
        }
        self._held = Held(LIMITS.held_bytes)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End live streams at once; requests in hand go on."""
        self._stopping.set()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request (https://asgi.readthedocs.io/en/latest/specs/www.html)."""
        exchange = Exchange(scope, receive, send, self._held)
        try:
            await self._serve(exchange)
        except Gone:
            exchange.abort()
        except Refused as refused:
            await self._refuse(exchange, refused.status)
        except Full:
            await self._refuse(exchange, 503)
        except (OSError, h11.RemoteProtocolError) as error:
            logger.warning("another process of this server did not answer: %s", type(error).__name__)
            await self._refuse(exchange, 502)
        except h11.LocalProtocolError:  # such as the target of `PRI * HTTP/2.0`, which cannot be passed on
            await self._refuse(exchange, 400)
        except Exception:
            logger.exception("a request could not be served")
            await self._refuse(exchange, 502)
        finally:
            exchange.close()

    async def _refuse(self, exchange: Exchange, status: int) -> None:
        if exchange.begun:  # half an answer must not look like a whole one
            exchange.abort()
            return
        try:
            await exchange.refuse(status, self._common)
        except Gone:
            return

    async def _serve(self, exchange: Exchange) -> None:
        exchange.known = self._known(exchange.header(b"cookie"))
        body = await exchange.body()
        kind = kind_of(exchange.path)
        await self._turns[kind].enter(exchange.known)
        place = self._places[kind]
        if place.socket is None:
            await self._here(exchange, kind, body)
        else:
            await self._there(exchange, kind, place.socket, body)

    async def _here(self, exchange: Exchange, kind: Kind, body: bytes) -> None:
        loop, turns, known = asyncio.get_running_loop(), self._turns[kind], exchange.known
        outlet = Outlet(loop)
        environ = environ_of(exchange.scope, body, exchange.peer)
        work = loop.run_in_executor(self._threads[kind], produce, self._application, environ, outlet)
        # The turn is over when the thread is free, whatever becomes of the reader.
        work.add_done_callback(lambda _: turns.leave(known))
        try:
            begun = await outlet.queue.get()
            if isinstance(begun, Broken):
                logger.error("the application broke", exc_info=begun.error)
                raise Refused(502)
            assert isinstance(begun, Begun)
            if begun.live is not None:
                await self._live(exchange, begun.live, begun.headers)
            elif begun.whole:
                await exchange.answer(begun.status, begun.headers, begun.body)
            else:
                await self._long(exchange, begun, outlet)
        finally:
            outlet.gone = True
            while not outlet.queue.empty():
                outlet.queue.get_nowait()

    async def _long(self, exchange: Exchange, begun: Begun, outlet: Outlet) -> None:
        await exchange.begin(begun.status, begun.headers)
        await exchange.write(begun.body)
        while (part := await outlet.queue.get()) is not None:
            if not isinstance(part, bytes):
                exchange.abort()  # the export broke in the middle; the reader must see that it is not whole
                return
            await exchange.write(part)
        await exchange.end()

    async def _live(self, exchange: Exchange, events: LiveEvents, headers: Headers) -> None:
        gone = asyncio.ensure_future(exchange.until_gone())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await exchange.begin(200, headers)
            for poll in range(events.pace.polls):
                counter = events.counter()
                if events.due(poll, counter):
                    pool = self._threads[Kind.LIVE]
                    text = await asyncio.get_running_loop().run_in_executor(pool, events.turn, poll, counter)
                    await exchange.write(text.encode())
                wait = {gone, stopping}
                if (
                    events.ended
                    or (
                        await asyncio.wait(wait, timeout=events.pace.poll_seconds, return_when=asyncio.FIRST_COMPLETED)
                    )[0]
                ):
                    break
            await exchange.end()
        finally:
            gone.cancel()
            stopping.cancel()
            events.close()

    async def _there(self, exchange: Exchange, kind: Kind, socket: str, body: bytes) -> None:
        turn = _Turn(self._turns[kind], exchange.known)
        gone = asyncio.ensure_future(exchange.until_gone()) if kind in (Kind.LIVE, Kind.EXPORTS) else None
        task = asyncio.current_task()
        if gone is not None and task is not None:
            gone.add_done_callback(lambda ended: None if ended.cancelled() else task.cancel("reader gone"))
        try:
            async with Upstream(socket) as upstream:
                try:
                    async with asyncio.timeout(LIMITS.answer_seconds):
                        status, headers = await upstream.begin(exchange.scope, body, exchange.peer)
                except TimeoutError:
                    raise Refused(504) from None
                await _pass_on(exchange, upstream, status, headers, turn, kind is Kind.LIVE)
        except asyncio.CancelledError as cancelled:
            if cancelled.args != ("reader gone",):
                raise
            exchange.abort()
        finally:
            turn.leave()
            if gone is not None:
                gone.cancel()


class _Turn:
    """A turn that is given back once."""

    def __init__(self, turns: Turns, known: bool) -> None:
        self._turns, self._known, self._left = turns, known, False

    def leave(self) -> None:
        if not self._left:
            self._left = True
            self._turns.leave(self._known)


async def _pass_on(
    exchange: Exchange, upstream: Upstream, status: int, headers: Headers, turn: _Turn, at_once: bool
) -> None:
    """Gather an answer and free its turn before the reader has taken it; send a long or live one as it comes."""
    gathered: list[bytes] = []
    size = 0
    pieces = upstream.pieces()
    if not at_once:
        async for piece in pieces:
            gathered.append(piece)
            size += len(piece)
            if size > LIMITS.whole_answer_bytes:
                break
        else:
            turn.leave()
            await exchange.answer(status, headers, b"".join(gathered))
            return
    await exchange.begin(status, headers)
    await exchange.write(b"".join(gathered))
    async for piece in pieces:
        await exchange.write(piece)
    await exchange.end()
