"""Live streams without a thread each.

Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Seconds between two looks at the store; after how many of them the stream ends, shows that it is alive, and looks
    whether the session still holds. The browser comes again by itself, after `retry_milliseconds`.
    """

    poll_seconds: float
    polls: int
    heartbeat: int
    session: int
    retry_milliseconds: int


class Slots:
    """Places for live streams: so many in all, and so many for one person."""

    def __init__(self, total: int, each: int) -> None:
        self.total, self.each = total, each
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, person_id: str) -> bool:
        """Take a place; False when this person, or everyone together, has too many."""
        with self._lock:
            if self._taken.total() >= self.total or self._taken[person_id] >= self.each:
                return False
            self._taken[person_id] += 1
            return True

    def give_back(self, person_id: str) -> None:
        """Free a place of this person."""
        with self._lock:
            self._taken[person_id] -= 1
            if not self._taken[person_id]:
                del self._taken[person_id]

    def taken(self) -> int:
        """How many places are taken now."""
        with self._lock:
            return self._taken.total()


class LiveEvents:
    """One stream. The server asks `due` at each poll and `turn` for the text; iterating does the same in one thread.

    `look` gives the id of what is new, or None; `holds` says whether the session still does; `counter` changes with
    the store.
    """

    def __init__(
        self,
        pace: Pace,
        counter: Callable[[], int],
        look: Callable[[], str | None],
        holds: Callable[[], bool],
    ) -> None:
        self._leave: Callable[[], None] | None = None
        self.pace, self.counter, self.ended = pace, counter, False
        self._look, self._holds = look, holds
        self._seen: int | None = None

    def due(self, poll: int, counter: int) -> bool:
        """Whether there is anything to do at this poll."""
        return counter != self._seen or poll % self.pace.session == 0 or (poll + 1) % self.pace.heartbeat == 0

    def turn(self, poll: int, counter: int) -> str:
        """The text to send at this poll; sets `ended` when the session has ended."""
        text = f"retry: {self.pace.retry_milliseconds}\n\n" if poll == 0 else ""
        if poll % self.pace.session == 0 and not self._holds():
            self.ended = True
            return text + "event: signed-out\ndata: \n\n"
        if counter != self._seen:
            self._seen = counter
            newest = self._look()
            text += f"id: {newest}\nevent: changed\ndata: {newest}\n\n" if newest is not None else ""
        return text + (": still here\n\n" if (poll + 1) % self.pace.heartbeat == 0 else "")

    def on_leave(self, leave: Callable[[], None]) -> None:
        """Call `leave` once, when the reader is gone or the stream has ended."""
        self._leave = leave

    def close(self) -> None:
        """The reader is gone, or the stream has ended."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def __del__(self) -> None:
        self.close()  # an answer that was made and never sent, to HEAD for one

    def __iter__(self) -> Iterator[bytes]:
        for poll in range(self.pace.polls):
            counter = self.counter()
            if self.due(poll, counter):
                yield self.turn(poll, counter).encode()
            if self.ended:
                return
            time.sleep(self.pace.poll_seconds)
