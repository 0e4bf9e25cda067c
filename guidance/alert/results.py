"""Writing down what came of sends: rows, timeline, log. Inside the worker's transaction."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from guidance.alert.lanes import Done
from guidance.alert.outcome import Verdict, judge
from guidance.clock import to_text
from guidance.store import deliveries, log, subscriptions
from guidance.store.deliveries import Leased, Result
from guidance.store.incidents import add_event

GIVEN_BACK_FOR = timedelta(seconds=1)


def write_results(db: Database, now: datetime, finished: Iterable[Done]) -> bool:
    """Write every result down; true when some delivery has ended without reaching anyone."""
    unused: list[tuple[str, int]] = []
    reached: list[str] = []
    failed = False
    for job, answer in finished:
        if answer is None:
            unused.append(job.held)
            continue
        verdict = judge(answer, job.leased.attempt, job.leased.minimal, datetime.now(UTC), random.random)
        if not deliveries.record(db, _result(job.leased, verdict, now), to_text(now)):
            continue
        if verdict.state == "sent" and job.leased.channel == "push":
            reached.append(job.leased.target)
        if verdict.state in ("failed", "gone"):
            failed = True
            _tell_failure(db, to_text(now), job.leased, verdict)
    deliveries.give_back(db, unused, to_text(now + GIVEN_BACK_FOR))
    subscriptions.prove(db, reached, to_text(now))
    return failed


def _result(leased: Leased, verdict: Verdict, now: datetime) -> Result:
    if verdict.state == "retry":
        due = to_text(now + timedelta(seconds=verdict.wait))
        return Result(leased.id, leased.fence, "queued", verdict.detail, due, verdict.minimal)
    state = "sent" if verdict.state == "sent" else "failed"
    return Result(leased.id, leased.fence, state, verdict.detail, None, verdict.minimal)


def _tell_failure(db: Database, now: str, leased: Leased, verdict: Verdict) -> None:
    """Into the timeline: what failed, and whether the person can still be reached by a push at all."""
    about = {"person_id": leased.person_id, "channel": leased.channel}
    if verdict.state == "failed":
        add_event(db, leased.incident_id, now, "delivery_failed", None, {**about, "detail": verdict.detail})
    elif subscriptions.mark_gone(db, leased.target, now):
        log.add_entry(db, now, "system", "subscription.gone", leased.target, verdict.detail)
        add_event(db, leased.incident_id, now, "device_gone", None, about)
        if not subscriptions.reachable(db, leased.person_id):
            add_event(db, leased.incident_id, now, "unreachable", None, about)
