"""Alerts that are told together because they were too old to help when a worker came back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from guidance.store.alerts import AlertRow


@dataclass(frozen=True)
class SummaryRow:
    """One message that tells of several alerts; `alert_id` is the most pressing of them."""

    id: str
    alert_id: str
    tier: int
    person_id: str
    channel: str
    target: str
    summary: int


def overdue_alerts(db: Database, before: str, raised_since: str) -> list[AlertRow]:
    """Alerts that nobody has and for which something was to be done before a moment, oldest first.

    A repeat counts only where the alert was raised since `raised_since`: of an older one nobody was to be told again.
    """
    rows = db.execute(
        """SELECT * FROM alerts WHERE state = 'active' AND folded_at IS NULL AND (
               next_tier_at < :before OR (repeat_at < :before AND created_at >= :since) OR EXISTS (
                   SELECT 1 FROM deliveries WHERE alert_id = alerts.id AND deliveries.round = alerts.round
                   AND deliveries.state IN ('queued', 'leased') AND due_at < :before))
           ORDER BY created_at, id""",
        {"before": before, "since": raised_since},
    )
    return [AlertRow(**dict(row)) for row in rows]


def fold(db: Database, alert_id: str, tier: int, now: str) -> None:
    """Begin a round in which only a summary tells of this alert; what else is queued for it is given up."""
    db.execute(
        "UPDATE alerts SET folded_at = :now, tier = :tier, round = round + 1, next_tier_at = NULL, repeat_at = NULL "
        "WHERE id = :id",
        {"id": alert_id, "tier": tier, "now": now},
    )
    db.execute(
        "UPDATE deliveries SET state = 'cancelled', lease_until = NULL, finished_at = :now, detail = 'told together' "
        "WHERE alert_id = :id AND state IN ('queued', 'leased')",
        {"id": alert_id, "now": now},
    )


def add_summary(db: Database, row: SummaryRow, now: str) -> None:
    """Queue one message that tells of several alerts, in the present round of the alert that stands for them."""
    db.execute(
        """INSERT INTO deliveries (id, alert_id, round, tier, person_id, channel, target, state, due_at, created_at,
                                   summary)
           SELECT :id, :alert_id, round, :tier, :person_id, :channel, :target, 'queued', :now, :now, :summary
           FROM alerts WHERE alerts.id = :alert_id""",
        {**vars(row), "now": now},
    )


def unfold(db: Database, raised_since: str, now: str) -> int:
    """Repeat folded alerts again that were raised since a moment; returns how many."""
    rows = db.execute(
        "UPDATE alerts SET folded_at = NULL, repeat_at = :now "
        "WHERE tier > 0 AND created_at > :since AND folded_at IS NOT NULL AND state = 'active' RETURNING id",
        {"since": raised_since, "now": now},
    ).fetchall()
    return len(rows)
