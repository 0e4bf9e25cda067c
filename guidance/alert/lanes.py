"""Threads that send, a few for each push service: one that hangs keeps only its own lane busy. Used by the worker."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from guidance.alert.outcome import Answer
from guidance.store.deliveries import Leased

logger = logging.getLogger("guidance.alert")

THREADS = 8
HELD = 128


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


class Lanes:
    """Runs `send` for jobs, and hands back what came of each; None for a job that was not begun.

    All methods are for one thread, the worker's own.
    """

    def __init__(self, send: Callable[[Leased], Answer], threads: int = THREADS) -> None:
        self._send = send
        self._threads = threads
        self._queues: dict[str, SimpleQueue[Job]] = {}
        self._running: Counter[str] = Counter()
        self._done: SimpleQueue[Done] = SimpleQueue()
        self._stopping = False
        self.jobs: dict[tuple[str, int], Job] = {}
        self._in_lane: Counter[str] = Counter()

    def has_room(self, lane: str) -> bool:
        """Whether a lane takes one more; more than this would only grow old in it."""
        return self._in_lane[lane] < HELD

    def put(self, job: Job) -> None:
        """Send when the lane gets to it."""
        self.jobs[job.held] = job
        self._in_lane[job.lane] += 1
        queue = self._queues.setdefault(job.lane, SimpleQueue())
        queue.put(job)
        if self._running[job.lane] < min(self._threads, self._in_lane[job.lane]):
            self._running[job.lane] += 1
            threading.Thread(target=self._run, args=(queue,), name=f"lane {job.lane}", daemon=True).start()

    def finished(self, wait: float, gather: float) -> list[Done]:
        """What has finished: waits up to `wait` seconds for the first, then `gather` for the ones close behind."""
        try:
            found = [self._done.get(timeout=wait)]
        except Empty:
            return []
        if self.jobs and len(self.jobs) > 1:
            time.sleep(gather)
        while not self._done.empty():
            found.append(self._done.get())
        for job, _ in found:
            self.jobs.pop(job.held, None)
            self._in_lane[job.lane] -= 1
        return found

    def stop(self) -> None:
        """Begin no further job; those that wait come back as not begun."""
        self._stopping = True

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
