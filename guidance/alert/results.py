"""Writing down what came of sends: rows, timeline, log. Inside the worker's transaction."""

from __future__ import annotations

import logging
import random
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from guidance.alert.lanes import Done
from guidance.alert.outcome import Verdict, judge
from guidance.clock import to_text
from guidance.store import deliveries, log, subscriptions
from guidance.store.db import part_of
from guidance.store.deliveries import Leased, Result
from guidance.store.incidents import add_event, add_event_once

logger = logging.getLogger("guidance.alert")
GIVEN_BACK_FOR = timedelta(seconds=1)
PROVEN_FOR = timedelta(hours=1)


def write_results(db: Database, now: datetime, finished: Iterable[Done]) -> bool:
    """Write every result down; true when some delivery has ended without reaching anyone."""
    unused: list[tuple[str, int]] = []
    sent: dict[str, list[Leased]] = {}
    failed = False
    for job, answer in finished:
        if answer is None:
            unused.append(job.held)
            continue
        verdict = judge(answer, job.leased.attempt, bool(job.leased.minimal), datetime.now(UTC), random.random)
        if verdict.state == "sent":
            sent.setdefault(verdict.detail, []).append(job.leased)
        else:
            failed |= _write_failure_alone(db, now, job.leased, verdict)
    for detail, taken in sent.items():
        _write_sent(db, now, taken, detail)
    if unused:
        deliveries.give_back(db, unused, to_text(now + GIVEN_BACK_FOR))
    return failed


def _write_failure_alone(db: Database, now: datetime, leased: Leased, verdict: Verdict) -> bool:
    """A result whose story cannot be written must not keep others from being written, nor the same from being sent on
    and on: it is at least marked as failed."""
    try:
        with part_of(db):
            return _write_failure(db, now, leased, verdict)
    except sqlite3.OperationalError:
        raise
    except Exception:
        logger.exception("what came of delivery %s could not be told", leased.id)
        deliveries.record(db, Result(leased.id, leased.fence, "failed", "internal", lasting=True), to_text(now))
        return True


def _write_sent(db: Database, now: datetime, taken: list[Leased], detail: str) -> None:
    deliveries.record_sent(db, [(each.id, each.fence) for each in taken], detail, to_text(now))
    pushed = [each.target for each in taken if each.channel == "push"]
    subscriptions.prove(db, pushed, to_text(now), to_text(now - PROVEN_FOR))


def _write_failure(db: Database, now: datetime, leased: Leased, verdict: Verdict) -> bool:
    """Whether this delivery has ended, and this worker was still the one to say so."""
    again = verdict.state == "retry"
    due = to_text(now + timedelta(seconds=verdict.wait)) if again else None
    state = "queued" if again else "failed"
    result = Result(leased.id, leased.fence, state, verdict.detail, due, verdict.minimal, verdict.lasting)
    if not deliveries.record(db, result, to_text(now)) or again:
        return False
    _tell_failure(db, to_text(now), leased, verdict)
    return True


def _tell_failure(db: Database, now: str, leased: Leased, verdict: Verdict) -> None:
    """Into the timeline: what failed, and whether the person can still be reached by a push at all."""
    about = {"person_id": leased.person_id, "channel": leased.channel}
    if verdict.refused and leased.channel == "push" and subscriptions.refuse(db, leased.target, now):
        log.add_entry(db, now, "system", "subscription.refused", leased.target, verdict.detail)
        if verdict.detail.isdigit():  # what the service said; what stands in our own settings nobody can turn on again
            subscriptions.add_loss(db, leased.person_id, "refused", now)
        if not subscriptions.reachable(db, leased.person_id):
            add_event(db, leased.incident_id, now, "unreachable", None, about)
    if verdict.state == "failed":
        what = {**about, "detail": verdict.detail}
        add_event_once(db, leased.incident_id, now, "delivery_failed", None, what)
    elif subscriptions.mark_gone(db, leased.target, now):
        log.add_entry(db, now, "system", "subscription.gone", leased.target, verdict.detail)
        subscriptions.add_loss(db, leased.person_id, "gone", now)
        add_event(db, leased.incident_id, now, "device_gone", None, about)
        if not subscriptions.reachable(db, leased.person_id):
            add_event(db, leased.incident_id, now, "unreachable", None, about)
