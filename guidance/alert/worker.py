"""The alert worker's loop: lease, send, write down, escalate. All state is in the store; any worker may die.

Only the loop touches the store. Sending happens in the lanes' threads, and their results are written in batches.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from guidance.alert.ages import Ages
from guidance.alert.alone import Aside
from guidance.alert.fold import fold_stale, unfold_young, was_away
from guidance.alert.lanes import HELD, Done, Job, Lanes
from guidance.alert.mail import MailAlert, MailSender
from guidance.alert.outcome import LATEST_RETRY, Answer
from guidance.alert.plan import escalate_due, repeat_due, rescue_stranded, retry_failed
from guidance.alert.policy import REPEATED_FOR, Policy
from guidance.alert.push import Push, PushSender
from guidance.alert.results import write_results
from guidance.alert.watch import Watch
from guidance.clock import LEEWAY, Clock, beyond, to_text
from guidance.store import deliveries
from guidance.store.db import Store
from guidance.store.deliveries import Leased
from guidance.store.health import newest_beat
from guidance.translations.voices import voice

logger = logging.getLogger("guidance.alert")

POLL_SECONDS = 0.05
BEAT_SECONDS = 1.0
SWEEP_SECONDS = 5.0
STOP_SECONDS = 10.0
PROBE_SECONDS = 0.25
LONG_LOG_BYTES = 128 * 1024 * 1024
GATHER_SECONDS = 0.005
MAIL_LANE = "e-mail"
# Mail servers turn away who opens many connections at once.
MAILS_AT_ONCE = 8
FORGET_BEATS_AFTER = timedelta(hours=1)
SILENT_SECONDS = 3.0
FAILURES_IN_A_ROW = 10


@dataclass
class Worker:
    """One worker. `lease_seconds` is how long another waits before it takes over what this one holds.

    Durations are measured by `time.monotonic`; the clock is asked only for what is stored.
    """

    store: Store
    clock: Clock
    policy: Policy
    push: PushSender
    mail: MailSender
    lease_seconds: int
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    _lanes: Lanes = field(init=False)
    _watch: Watch = field(init=False)
    _ages: Ages = field(default_factory=Ages, init=False)
    _aside: Aside = field(default_factory=Aside, init=False)
    _unwritten: list[Done] = field(default_factory=list, init=False)
    _failures: int = field(default=0, init=False)
    _began: bool = field(default=False, init=False)
    _seen: int = field(default=-1, init=False)
    _next_due: str | None = field(default=None, init=False)
    _lease_end: str | None = field(default=None, init=False)
    _beat_at: float = field(default=0.0, init=False)
    _sweep_at: float = field(default=0.0, init=False)
    _renew_at: float = field(default=0.0, init=False)
    _probe_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._lanes = Lanes(self._send, {MAIL_LANE: MAILS_AT_ONCE})
        self._watch = Watch(min(SILENT_SECONDS, self.lease_seconds))

    @property
    def busy(self) -> bool:
        """Whether anything is under way or not yet written down."""
        return bool(self._lanes.jobs or self._unwritten)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish what is under way within ten seconds."""
        while not stop.is_set():
            self._try_step()
        self._lanes.stop()
        deadline = time.monotonic() + STOP_SECONDS
        while self.busy and time.monotonic() < deadline:
            self._try_step(leasing=False)
        self.push.wire.close()

    def _try_step(self, leasing: bool = True) -> None:
        """One step; a store that is busy or full is waited for, and no result is forgotten meanwhile.

        An error that nobody foresaw is logged and the step tried again. When it goes on like that the worker ends, so
        that whoever watches it sees that.
        """
        try:
            self.step(leasing)
            self._failures = 0
        except sqlite3.OperationalError as error:
            logger.error("the store refused, trying again: %s", error)
            self._seen = -1
            time.sleep(POLL_SECONDS)
        except Exception:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                raise
            logger.exception("a step failed, trying again")
            self._seen = -1
            time.sleep(BEAT_SECONDS)

    def step(self, leasing: bool = True) -> None:
        """Wait briefly for something to do, and do it."""
        self._unwritten += self._lanes.finished(POLL_SECONDS, GATHER_SECONDS)
        self._keep_alive()
        counter = self.store.change_counter()
        sweep = time.monotonic() >= self._sweep_at
        now = self.clock.now()
        due = any(at is not None and at <= to_text(now) for at in (self._next_due, self._lease_end))
        if self._unwritten or counter != self._seen or due or sweep:
            self._work(now, sweep, leasing)
            self._seen = counter

    def _work(self, now: datetime, sweep: bool, leasing: bool) -> None:
        """One transaction: results in, tiers on, deliveries out."""
        begun = time.monotonic()
        with self.store.transaction() as db:
            stranded = write_results(db, now, self._unwritten)
            self._ages.mend(db, now, begun)
            if sweep or (self._lease_end is not None and self._lease_end <= to_text(now)):
                self._renew(db, now, begun)  # first, so that a clock that jumped ends none of our own
                self._watch.look(deliveries.beats(db), begun)
                living = self._watch.living(begun, but=self.name)
                deliveries.free_expired(db, to_text(now), self._too_far(now, self.lease_seconds), living)
            if stranded or sweep:
                rescue_stranded(db, now, self.policy, self._aside)
            escalate_due(db, now, self.policy, self._aside)
            repeat_due(db, now, self.policy, self._aside)
            if sweep:
                retry_failed(db, now)
                unfold_young(db, now, self.policy)
            leased = self._lease(db, now) if leasing else []
            self._next_due = deliveries.next_due(db, to_text(now - REPEATED_FOR))
            self._lease_end = deliveries.first_lease_end(db)
        self._lanes.written(self._unwritten)
        self._unwritten = []
        if sweep:
            self._sweep_at = begun + SWEEP_SECONDS
            self._watch_log()
        for each in leased:
            self._start(each, begun + self.lease_seconds)

    def _watch_log(self) -> None:
        """Keep the write-ahead log short, and say when a reader that does not end keeps it long."""
        length = self.store.fold_log()
        if length > LONG_LOG_BYTES:
            logger.warning(
                "the write-ahead log beside the database takes %d MB: something has been reading it for long. "
                "Restart the web process if this goes on", length // 1_000_000,
            )  # fmt: skip

    def _lease(self, db: Database, now: datetime) -> list[Leased]:
        """Take what there is room for. Past a full lane, look now and then whether others have something to do."""
        most = self._lanes.room(self._unwritten)
        if most < HELD // 2:
            if time.monotonic() < self._probe_at:
                return []
            most = HELD // 2
        self._probe_at = time.monotonic() + PROBE_SECONDS
        until = to_text(now + timedelta(seconds=self.lease_seconds))
        return deliveries.lease(db, to_text(now), until, most, self.name, self._too_far(now, LATEST_RETRY))

    def _too_far(self, now: datetime, seconds: float) -> str:
        return beyond(now, timedelta(seconds=seconds))

    def _start(self, leased: Leased, valid_until: float) -> None:
        job = Job(leased, self._lane(leased), valid_until)
        if self._lanes.has_room(job.lane):
            self._lanes.put(job)
        else:
            self._unwritten.append((job, None))

    def _lane(self, leased: Leased) -> str:
        return MAIL_LANE if leased.channel == "email" else self.push.lane(leased.endpoint or "")

    def _send(self, leased: Leased) -> Answer:
        if not leased.entitled:
            return Answer(problem="no longer alerted", final=True)
        if leased.channel == "email":
            return self.mail.send(
                MailAlert(leased.id, leased.target, leased.incident_id, leased.urgency, leased.summary),
                voice(leased.locale),
            )
        if leased.endpoint is None or leased.p256dh is None or leased.auth is None:
            return Answer(problem="device removed", final=True)
        return self.push.send(
            Push(
                leased.endpoint,
                leased.p256dh,
                leased.auth,
                leased.incident_id,
                leased.kind,
                leased.urgency,
                bool(leased.minimal),
                leased.summary,
            )
        )

    def _keep_alive(self) -> None:
        """Say that this worker lives, and keep what it holds."""
        begun = time.monotonic()
        renew = begun >= self._renew_at and bool(self._lanes.jobs)
        if begun < self._beat_at and not renew:
            return
        now = self.clock.now()
        with self.store.transaction() as db:
            self._watch.look(deliveries.beats(db), begun)
            if not self._began:
                self._begin(db, now)
            deliveries.beat(db, self.name, to_text(now), to_text(now - FORGET_BEATS_AFTER), to_text(now + LEEWAY))
            if renew:
                self._renew(db, now, begun)
        self._began = True
        self._beat_at = begun + BEAT_SECONDS

    def _begin(self, db: Database, now: datetime) -> None:
        """Before the first sign of life: what waited too long while no worker lived is told together."""
        last_beat = newest_beat(db)
        if was_away(now, last_beat, self.policy):
            folded = fold_stale(db, now, last_beat, self.policy)
            if folded.alerts:
                logger.warning("%s alerts waited for too long and are told together", folded.alerts)

    def _renew(self, db: Database, now: datetime, begun: float) -> None:
        jobs = list(self._lanes.jobs.values())
        until = to_text(now + timedelta(seconds=self.lease_seconds))
        kept = deliveries.renew(db, [job.held for job in jobs], until)
        for job in jobs:
            job.valid_until = begun + self.lease_seconds if job.leased.id in kept else 0.0
        self._renew_at = begun + self.lease_seconds / 3
