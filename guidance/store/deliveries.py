"""Rows of deliveries: leased by a worker, tried, written down. Used by the alert worker alone.

A lease carries a fence that rises each time, so that a worker that slept through its lease changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

# Whether a delivery still has a purpose: nobody has the incident or, for one that is meant for then, somebody has.
WANTED = (
    "(SELECT state FROM alerts WHERE alerts.id = alert_id) "
    "= CASE after_ack WHEN 1 THEN 'acknowledged' ELSE 'active' END"
)


@dataclass(frozen=True)
class Leased:
    """One delivery that a worker holds, with what it needs to be made. The last three are None for e-mail, and for
    a subscription that was taken away meanwhile."""

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


def lease(db: Database, now: str, until: str, most: int) -> list[Leased]:
    """Take over up to `most` deliveries that are due, oldest first, until a time."""
    ids = db.execute(
        """UPDATE deliveries SET state = 'leased', fence = fence + 1, attempt = attempt + 1, lease_until = :until
           WHERE id IN (SELECT id FROM deliveries WHERE state = 'queued' AND due_at <= :now
                        ORDER BY due_at LIMIT :most)
           RETURNING id""",
        {"now": now, "until": until, "most": most},
    ).fetchall()
    return _leased(db, [row["id"] for row in ids])


def _leased(db: Database, ids: Sequence[str]) -> list[Leased]:
    if not ids:
        return []
    names = {f"id{number}": each for number, each in enumerate(ids)}
    rows = db.execute(
        f"""SELECT deliveries.id, fence, attempt, minimal, channel, target, deliveries.person_id, alerts.incident_id,
                   kind, alerts.urgency, endpoint, p256dh, auth, people.locale
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


def free_expired(db: Database, now: str) -> int:
    """Queue again what a worker held for too long; returns how many. What nobody needs any more is cancelled."""
    rows = db.execute(
        f"""UPDATE deliveries SET lease_until = NULL,
                  state = CASE WHEN {WANTED} THEN 'queued' ELSE 'cancelled' END
           WHERE state = 'leased' AND lease_until < :now RETURNING id""",
        {"now": now},
    ).fetchall()
    return len(rows)


def retry_failed(db: Database, now: str, failed_before: str, raised_since: str, last_tier: int) -> int:
    """Queue again, from the first attempt, what failed before a moment by a trouble that may pass; returns how many.

    Only in the present round of alerts that were raised since a moment, and for one that nobody has only once its
    last tier was told; a target that two tiers told is tried for the later one alone.
    """
    rows = db.execute(
        f"""UPDATE deliveries SET state = 'queued', attempt = 0, due_at = :now, finished_at = NULL
           WHERE state = 'failed' AND lasting = 0 AND finished_at <= :before AND created_at >= :since
           AND {WANTED}
           AND EXISTS (SELECT 1 FROM alerts WHERE alerts.id = alert_id AND alerts.round = deliveries.round
                       AND (alerts.tier = :last OR after_ack) AND alerts.created_at >= :since)
           AND NOT EXISTS (SELECT 1 FROM deliveries AS later
                           WHERE later.alert_id = deliveries.alert_id AND later.round = deliveries.round
                           AND later.channel = deliveries.channel AND later.target = deliveries.target
                           AND later.tier > deliveries.tier)
           RETURNING id""",
        {"now": now, "before": failed_before, "since": raised_since, "last": last_tier},
    ).fetchall()
    return len(rows)


def next_due(db: Database) -> str | None:
    """When something is to be sent, or a tier or everyone again to be told, next; None when nothing waits."""
    row = db.execute(
        """SELECT min(at) AS at FROM (
               SELECT min(due_at) AS at FROM deliveries WHERE state = 'queued'
               UNION ALL SELECT min(next_tier_at) FROM alerts WHERE state = 'active'
               UNION ALL SELECT min(repeat_at) FROM alerts WHERE state = 'active')"""
    ).fetchone()
    return None if row["at"] is None else str(row["at"])


def first_lease_end(db: Database) -> str | None:
    """When the first of all leases ends; None when nothing is leased."""
    (at,) = db.execute("SELECT min(lease_until) FROM deliveries WHERE state = 'leased'").fetchone()
    return None if at is None else str(at)


def beat(db: Database, worker_id: str, at: str, forget_before: str) -> None:
    """A worker lives; those not heard of since `forget_before` are forgotten."""
    db.execute(
        "INSERT INTO worker_beats (worker_id, at) VALUES (:worker, :at) ON CONFLICT (worker_id) DO UPDATE SET at = :at",
        {"worker": worker_id, "at": at},
    )
    db.execute("DELETE FROM worker_beats WHERE at < :before", {"before": forget_before})
