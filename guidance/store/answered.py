"""What people did about alerts after a copy was made, so that nobody is told again of what somebody has."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlite_utils import Database

from guidance.store import alerts, incidents

Row = dict[str, Any]
Ask = Callable[[str], list[Row]]

ANSWERED = """SELECT incidents.*, alerts.state AS alert_state, alerts.round,
                     (SELECT data FROM incident_events WHERE incident_id = incidents.id AND kind = 'closed'
                      ORDER BY seq DESC LIMIT 1) AS closing
              FROM incidents JOIN alerts ON alerts.incident_id = incidents.id
              WHERE incidents.state <> 'open'"""


def keep_answered(ask: Ask, db: Database, now: str) -> int:
    """Write into `db` who took or closed an incident in the database before; returns how many incidents that is.

    One whose person `db` does not know stays open, and alerts.
    """
    people = {row["id"] for row in db.execute("SELECT id FROM people")}
    waiting = {
        row["id"]: row["round"]
        for row in db.execute(
            "SELECT incidents.id, alerts.round FROM incidents JOIN alerts ON alerts.incident_id = incidents.id "
            "WHERE incidents.state <> 'closed'"
        )
    }
    kept = 0
    for row in ask(ANSWERED):
        # A later round here means that the alert was raised again since.
        if row["id"] in waiting and waiting[row["id"]] <= row["round"]:
            taken, closed = _take(db, row, people), _close(db, row, people)
            kept += taken or closed
            if (taken or closed) and row["alert_state"] != "active":
                alerts.end_alert(db, row["id"], row["alert_state"], now)
    return kept


def keep_sent(ask: Ask, db: Database) -> int:
    """Write into `db` which of its waiting messages were sent or given up in the database before."""
    waiting = {row["id"] for row in db.execute("SELECT id FROM deliveries WHERE state IN ('queued', 'leased')")}
    done = "SELECT * FROM deliveries WHERE state IN ('sent', 'failed', 'cancelled')"
    ended = [row for row in ask(done) if row["id"] in waiting] if waiting else []
    for row in ended:
        db.execute(
            "UPDATE deliveries SET state = :state, attempt = :attempt, finished_at = :finished_at, "
            "lease_until = NULL, detail = :detail, lasting = :lasting WHERE id = :id",
            row,
        )
    return len(ended)


def _take(db: Database, row: Row, people: set[str]) -> bool:
    person, at = row["acknowledged_by"], row["acknowledged_at"]
    if person not in people or not incidents.set_acknowledged(db, row["id"], at, person):
        return False
    incidents.add_event(db, row["id"], at, "acknowledged", person, {})
    return True


def _close(db: Database, row: Row, people: set[str]) -> bool:
    person, at, reason = row["closed_by"], row["closed_at"], row["close_reason"]
    if person not in people or not incidents.set_closed(db, row["id"], at, person, reason):
        return False
    closing = json.loads(row["closing"] or "{}")
    incidents.add_event(db, row["id"], at, "closed", person, {"reason": reason, "text": closing.get("text", "")})
    return True
