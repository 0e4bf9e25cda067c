"""Who works next: a bounded number at once, enrolled phones and signed-in people before strangers."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass


class Full(Exception):
    """More are waiting than this place takes; the sender should come again."""


@dataclass(frozen=True)
class Room:
    """How many may work and wait. Strangers never take the places that are beyond their own number."""

    at_once: int
    strangers_at_once: int
    waiting: int
    strangers_waiting: int


class Turns:
    """Gives out the turns of one place. For one event loop; not for threads."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._working = {True: 0, False: 0}
        self._waiting: dict[bool, deque[asyncio.Future[None]]] = {True: deque(), False: deque()}

    async def enter(self, known: bool) -> None:
        """Wait for a turn. Raises `Full` at once when too many wait already."""
        if self._has_place(known) and not self._waiting[known]:
            self._working[known] += 1
            return
        waiting = self._waiting[known]
        if len(waiting) >= (self._room.waiting if known else self._room.strangers_waiting):
            raise Full
        turn = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(known)
            else:
                waiting.remove(turn)
            raise

    def leave(self, known: bool) -> None:
        """Give the turn to whoever is next."""
        self._working[known] -= 1
        for kind in (True, False):
            while self._waiting[kind] and self._has_place(kind):
                turn = self._waiting[kind].popleft()
                if not turn.done():
                    self._working[kind] += 1
                    turn.set_result(None)

    def _has_place(self, known: bool) -> bool:
        if sum(self._working.values()) >= self._room.at_once:
            return False
        return known or self._working[False] < self._room.strangers_at_once
