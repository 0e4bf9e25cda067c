"""Threads that send, a few for each push service: one that hangs keeps only its own lane busy."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from guidance.alert.outcome import Answer
from guidance.store.deliveries import Leased

logger = logging.getLogger("guidance.alert")

HELD = 256
FEWEST, MOST = 4, 64
GATHER_ABOVE = 64


@dataclass
class Job:
    """A leased delivery on its way through a lane. After `valid_until` (`time.monotonic`) it must not be begun."""

    leased: Leased
    lane: str
    valid_until: float

    @property
    def held(self) -> tuple[str, int]:
        """What proves the lease: id and fence."""
        return self.leased.id, self.leased.fence


Done = tuple[Job, Answer | None]


def at_once(jobs: int) -> int:
    """How many of a lane's jobs are under way at once.

    What was sent and not yet written down when a worker dies is sent once more by another: a small fan-out gets few.
    A large one has to be fast, and a push service takes a tenth of a second to answer.
    """
    return max(FEWEST, min(MOST, jobs // 4))


@dataclass
class _Lane:
    """`waiting` jobs were not begun; `under_way` counts those that were, until their results are written down."""

    waiting: deque[Job] = field(default_factory=deque)
    queue: SimpleQueue[Job] = field(default_factory=SimpleQueue)
    under_way: int = 0
    threads: int = 0

    def jobs(self) -> int:
        """All that are in the lane."""
        return len(self.waiting) + self.under_way


class Lanes:
    """Runs `send` for jobs, and hands back what came of each; None for a job that was not begun.

    Each place in a lane is free again only when its result was written down. All methods are for one thread, the
    worker's own.
    """

    def __init__(self, send: Callable[[Leased], Answer], most: Mapping[str, int] | None = None) -> None:
        """`most` bounds how many jobs of a lane, by its name, are under way at once."""
        self._send = send
        self._most = most or {}
        self._lanes: dict[str, _Lane] = {}
        self._done: SimpleQueue[Done] = SimpleQueue()
        self._stopping = False
        self.jobs: dict[tuple[str, int], Job] = {}

    def has_room(self, lane: str) -> bool:
        """Whether a lane takes one more; more than this would only grow old in it."""
        return lane not in self._lanes or self._lanes[lane].jobs() < HELD

    def room(self, ended: Iterable[Done]) -> int:
        """How many jobs can come, whatever lanes they are for, once these results are written down."""
        freed = Counter(job.lane for job, _ in ended)
        return HELD - max((lane.jobs() - freed[name] for name, lane in self._lanes.items()), default=0)

    def put(self, job: Job) -> None:
        """Send when the lane gets to it."""
        self.jobs[job.held] = job
        lane = self._lanes.setdefault(job.lane, _Lane())
        lane.waiting.append(job)
        self._go_on(job.lane, lane)

    def finished(self, wait: float, gather: float) -> list[Done]:
        """What has finished; waits up to `wait` seconds for the first.

        While much is under way it waits `gather` seconds more, so that many results share one commit.
        """
        found: list[Done] = []
        try:
            found.append(self._done.get(timeout=wait))
            if len(self.jobs) > GATHER_ABOVE:
                time.sleep(gather)
            while True:
                found.append(self._done.get_nowait())
        except Empty:
            return found

    def written(self, done: Iterable[Done]) -> None:
        """These results are in the store: their places are free."""
        freed = Counter(job.lane for job, _ in done if self.jobs.pop(job.held, None) is not None)
        for name, places in freed.items():
            self._lanes[name].under_way -= places
            self._go_on(name, self._lanes[name])

    def stop(self) -> None:
        """Begin no further job; those that wait come back as not begun."""
        self._stopping = True
        for lane in self._lanes.values():
            while lane.waiting:
                lane.under_way += 1
                self._done.put((lane.waiting.popleft(), None))

    def _go_on(self, name: str, lane: _Lane) -> None:
        while lane.waiting and lane.under_way < min(at_once(lane.jobs()), self._most.get(name, MOST)):
            lane.under_way += 1
            lane.queue.put(lane.waiting.popleft())
            if lane.threads < lane.under_way:
                lane.threads += 1
                threading.Thread(target=self._run, args=(lane.queue,), name=f"lane {name}", daemon=True).start()

    def _run(self, queue: SimpleQueue[Job]) -> None:
        while True:
            job = queue.get()
            begin = not self._stopping and time.monotonic() < job.valid_until
            self._done.put((job, self._try(job) if begin else None))

    def _try(self, job: Job) -> Answer:
        try:
            return self._send(job.leased)
        except Exception:
            logger.exception("sending failed in a way that nobody foresaw")
            return Answer(problem="internal")
