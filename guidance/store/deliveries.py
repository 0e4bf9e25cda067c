"""Rows of deliveries: leased by a worker, tried, written down.

A lease carries a fence that rises each time, so that a worker that slept through its lease changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

# Whether a delivery still has a purpose: nobody has the incident or, for one that is meant for then, somebody has.
WANTED = (
    "(SELECT state FROM alerts WHERE alerts.id = alert_id) "
    "= CASE after_ack WHEN 1 THEN 'acknowledged' ELSE 'active' END"
)

# The oldest deliveries of one channel that are due.
DUE_OF = (
    "SELECT id FROM (SELECT id FROM deliveries WHERE state = 'queued' AND (due_at <= :now OR due_at > :too_far) "
    "AND channel = '{}' ORDER BY due_at LIMIT :most)"
)

# Later than any moment that is ever written.
LATEST = "9999"


@dataclass(frozen=True)
class Leased:
    """One delivery that a worker holds, with what it needs to be made.

    Endpoint and keys are None for e-mail, and for a subscription that was taken away meanwhile. `entitled` is 0 when
    the person was disabled or lost the role since. `summary`: of how many alerts this one message tells, 0 for one.
    """

    id: str
    fence: int
    attempt: int
    minimal: int
    channel: str
    target: str
    person_id: str
    incident_id: str
    kind: str
    urgency: str
    endpoint: str | None
    p256dh: str | None
    auth: str | None
    locale: str = "en"
    entitled: int = 1
    summary: int = 0


@dataclass(frozen=True)
class Result:
    """What to write down about one leased delivery. `state` is failed or queued (again, at `due_at`).

    `lasting`: it failed in a way that trying again cannot mend.
    """

    id: str
    fence: int
    state: str
    detail: str
    due_at: str | None = None
    minimal: bool = False
    lasting: bool = False


def lease(db: Database, now: str, until: str, most: int, holder: str = "", too_far: str = LATEST) -> list[Leased]:
    """Take over up to `most` pushes and as many e-mails that are due, oldest first, until a time.

    Each channel has its own share, so that neither waits behind the other's. Due is also what lies beyond `too_far`: a
    clock that ran ahead put it there.
    """
    ids = db.execute(
        f"""UPDATE deliveries SET state = 'leased', fence = fence + 1, attempt = attempt + 1, lease_until = :until,
                  holder = :holder
           WHERE id IN ({DUE_OF.format("push")} UNION ALL {DUE_OF.format("email")}) RETURNING id""",
        {"now": now, "until": until, "most": most, "holder": holder, "too_far": too_far},
    ).fetchall()
    return _leased(db, [row["id"] for row in ids])


def _leased(db: Database, ids: Sequence[str]) -> list[Leased]:
    if not ids:
        return []
    names = {f"id{number}": each for number, each in enumerate(ids)}
    rows = db.execute(
        f"""SELECT deliveries.id, fence, attempt, minimal, channel, target, deliveries.person_id, alerts.incident_id,
                   kind, alerts.urgency, endpoint, p256dh, auth, people.locale,
                   people.disabled_at IS NULL AND EXISTS (
                       SELECT 1 FROM person_roles WHERE person_roles.person_id = people.id
                       AND role IN ('committee', 'supervisor')
                   ) AS entitled,
                   summary
            FROM deliveries JOIN alerts ON alerts.id = deliveries.alert_id
            JOIN incidents ON incidents.id = alerts.incident_id
            JOIN people ON people.id = deliveries.person_id
            LEFT JOIN push_subscriptions ON channel = 'push' AND push_subscriptions.id = target AND gone_at IS NULL
            WHERE deliveries.id IN ({",".join(":" + name for name in names)})""",
        names,
    )
    return [Leased(*row) for row in rows]


def renew(db: Database, held: Sequence[tuple[str, int]], until: str) -> set[str]:
    """Keep leases (id, fence) for longer; returns those that are still held and still wanted."""
    kept: set[str] = set()
    for delivery_id, fence in held:
        rows = db.execute(
            f"""UPDATE deliveries SET lease_until = :until WHERE id = :id AND fence = :fence AND state = 'leased'
               AND {WANTED} RETURNING id""",
            {"id": delivery_id, "fence": fence, "until": until},
        ).fetchall()
        kept.update(row["id"] for row in rows)
    return kept


def give_back(db: Database, held: Sequence[tuple[str, int]], due_at: str) -> None:
    """Return leases that were not used: not an attempt."""
    db.conn.executemany(
        f"""UPDATE deliveries SET lease_until = NULL, attempt = attempt - 1, due_at = :due,
                  state = CASE WHEN {WANTED} THEN 'queued' ELSE 'cancelled' END
           WHERE id = :id AND fence = :fence AND state = 'leased'""",
        [{"id": delivery_id, "fence": fence, "due": due_at} for delivery_id, fence in held],
    )


def record_sent(db: Database, sent: Sequence[tuple[str, int]], detail: str, now: str) -> None:
    """Deliveries (id, fence) were taken, all with the same answer. One whose fence has passed on stays as it is.

    This is written even if a delivery was cancelled or its lease ran out meanwhile: it is true.
    """
    places = ",".join(f"(:id{number},:fence{number})" for number in range(len(sent)))
    values: dict[str, object] = {"detail": detail, "now": now}
    for number, (delivery_id, fence) in enumerate(sent):
        values[f"id{number}"], values[f"fence{number}"] = delivery_id, fence
    db.execute(
        f"""UPDATE deliveries SET state = 'sent', lease_until = NULL, detail = :detail, finished_at = :now
            WHERE (id, fence) IN (VALUES {places}) AND state IN ('leased', 'queued', 'cancelled')""",
        values,
    )


def record(db: Database, result: Result, now: str) -> bool:
    """Write a result down; false when the fence has passed to someone else, and then nothing changes.

    What would be tried again is cancelled when somebody has the incident.
    """
    rows = db.execute(
        f"""UPDATE deliveries SET lease_until = NULL, detail = :detail, minimal = :minimal, lasting = :lasting,
                  due_at = coalesce(:due_at, due_at),
                  finished_at = CASE WHEN :state = 'queued' THEN finished_at ELSE :now END,
                  state = CASE WHEN :state = 'queued' AND NOT {WANTED} THEN 'cancelled' ELSE :state END
           WHERE id = :id AND fence = :fence AND state IN ('leased', 'queued') RETURNING id""",
        {**vars(result), "minimal": int(result.minimal), "lasting": int(result.lasting), "now": now},
    ).fetchall()
    return bool(rows)


def free_expired(db: Database, now: str, too_far: str = LATEST, living: Sequence[str] = ()) -> int:
    """Queue again what a worker held for too long; returns how many. What nobody needs any more is cancelled.

    A lease is over when its end is past, or beyond `too_far`, where a clock that ran ahead put it; but never while its
    holder is one of the `living`.
    """
    rows = db.execute(
        f"""UPDATE deliveries SET lease_until = NULL,
                  state = CASE WHEN {WANTED} THEN 'queued' ELSE 'cancelled' END
           WHERE state = 'leased' AND (lease_until < :now OR lease_until > :too_far)
           AND holder NOT IN (SELECT value FROM json_each(:living)) RETURNING id""",
        {"now": now, "too_far": too_far, "living": json.dumps(list(living))},
    ).fetchall()
    return len(rows)


@dataclass(frozen=True)
class Retry:
    """What `retry_failed` looks at, as texts: what failed before `failed_before` or, by a clock that ran ahead, after
    `too_far`, of alerts raised since `raised_since`."""

    failed_before: str
    too_far: str
    raised_since: str
    last_tier: int


def retry_failed(db: Database, now: str, which: Retry) -> int:
    """Queue again, from the first attempt, what failed some time ago by a trouble that may pass; returns how many.

    Only in the present round of alerts that were raised since a moment, and for one that nobody has only once its
    last tier was told; a target that two tiers told is tried for the later one alone. A refused signature (401, 403)
    may pass too: a clock that was wrong for a moment makes one. Summaries of alerts that were
    too old to help are tried again whatever the age of those.
    """
    rows = db.execute(
        f"""UPDATE deliveries SET state = 'queued', attempt = 0, due_at = :now, finished_at = NULL
           WHERE state = 'failed' AND (lasting = 0 OR detail IN ('401', '403'))
           AND (finished_at <= :before OR finished_at > :too_far) AND created_at >= :since
           AND {WANTED}
           AND EXISTS (SELECT 1 FROM alerts WHERE alerts.id = alert_id AND alerts.round = deliveries.round
                       AND (alerts.tier = :last OR after_ack) AND (alerts.created_at >= :since OR summary > 0))
           AND NOT EXISTS (SELECT 1 FROM deliveries AS later
                           WHERE later.alert_id = deliveries.alert_id AND later.round = deliveries.round
                           AND later.channel = deliveries.channel AND later.target = deliveries.target
                           AND later.tier > deliveries.tier)
           RETURNING id""",
        {
            "now": now,
            "before": which.failed_before,
            "too_far": which.too_far,
            "since": which.raised_since,
            "last": which.last_tier,
        },
    ).fetchall()
    return len(rows)


def next_due(db: Database, raised_since: str = "") -> str | None:
    """When something is to be sent, or a tier or everyone again to be told, next; None when nothing waits.

    Of alerts raised before `raised_since` nobody is told again.
    """
    row = db.execute(
        """SELECT min(at) AS at FROM (
               SELECT min(due_at) AS at FROM deliveries WHERE state = 'queued'
               UNION ALL SELECT min(next_tier_at) FROM alerts WHERE state = 'active'
               UNION ALL SELECT min(repeat_at) FROM alerts
                         WHERE state = 'active' AND repeat_at IS NOT NULL AND created_at >= :since)""",
        {"since": raised_since},
    ).fetchone()
    return None if row["at"] is None else str(row["at"])


def first_lease_end(db: Database) -> str | None:
    """When the first of all leases ends; None when nothing is leased."""
    (at,) = db.execute("SELECT min(lease_until) FROM deliveries WHERE state = 'leased'").fetchone()
    return None if at is None else str(at)


def beat(db: Database, worker_id: str, at: str, forget_before: str, forget_after: str = LATEST) -> None:
    """A worker lives. Those not heard of since `forget_before` are forgotten, and what a clock that ran ahead wrote."""
    db.execute("DELETE FROM worker_beats WHERE at < :before OR at > :after",
               {"before": forget_before, "after": forget_after})  # fmt: skip
    db.execute(
        "INSERT INTO worker_beats (worker_id, at) VALUES (:worker, :at) ON CONFLICT (worker_id) DO UPDATE SET at = :at",
        {"worker": worker_id, "at": at},
    )


def beats(db: Database) -> dict[str, str]:
    """The last sign of life of each worker, by its name."""
    return {row["worker_id"]: row["at"] for row in db.execute("SELECT worker_id, at FROM worker_beats")}
