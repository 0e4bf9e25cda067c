"""Incidents and their timelines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database


@dataclass(frozen=True)
class IncidentRow:
    """One incident. Empty site: reported by a phone that is not enrolled."""

    id: str
    code: str
    kind: str
    site_id: str | None
    verified: int
    urgency: str
    state: str
    opened_at: str
    acknowledged_at: str | None = None
    acknowledged_by: str | None = None
    closed_at: str | None = None
    closed_by: str | None = None
    close_reason: str | None = None


@dataclass(frozen=True)
class EventRow:
    """One entry of a timeline. `data` holds what the kind of event says it holds."""

    seq: int
    incident_id: str
    at: str
    kind: str
    person_id: str | None
    data: Mapping[str, Any]


def add_incident(db: Database, incident: IncidentRow) -> None:
    """Keep a new incident."""
    db.execute(
        "INSERT INTO incidents (id, code, kind, site_id, verified, urgency, state, opened_at) "
        "VALUES (:id, :code, :kind, :site_id, :verified, :urgency, :state, :opened_at)",
        vars(incident),
    )


def code_is_taken(db: Database, code: str) -> bool:
    """Whether another incident has this short code."""
    return db.execute("SELECT 1 FROM incidents WHERE code = :code", {"code": code}).fetchone() is not None


def find_incident(db: Database, incident_id: str) -> IncidentRow | None:
    """The incident, or None."""
    row = db.execute("SELECT * FROM incidents WHERE id = :id", {"id": incident_id}).fetchone()
    return IncidentRow(**dict(row)) if row else None


def newest_incidents(db: Database, limit: int = 500) -> list[IncidentRow]:
    """Incidents, newest first."""
    rows = db.execute("SELECT * FROM incidents ORDER BY opened_at DESC, id LIMIT :limit", {"limit": limit})
    return [IncidentRow(**dict(row)) for row in rows]


def set_verified(db: Database, incident_id: str, site_id: str) -> bool:
    """An enrolled device stands behind the report now; false when one did already."""
    rows = db.execute(
        "UPDATE incidents SET verified = 1, site_id = :site WHERE id = :id AND verified = 0 RETURNING id",
        {"id": incident_id, "site": site_id},
    ).fetchall()
    return bool(rows)


def set_urgency(db: Database, incident_id: str, urgency: str) -> None:
    """Change how urgent an incident is."""
    db.execute("UPDATE incidents SET urgency = :urgency WHERE id = :id", {"id": incident_id, "urgency": urgency})


def set_acknowledged(db: Database, incident_id: str, at: str, person_id: str) -> bool:
    """The first acknowledgement wins; false when the incident is not open any more."""
    rows = db.execute(
        "UPDATE incidents SET state = 'acknowledged', acknowledged_at = :at, acknowledged_by = :person "
        "WHERE id = :id AND state = 'open' RETURNING id",
        {"id": incident_id, "at": at, "person": person_id},
    ).fetchall()
    return bool(rows)


def set_closed(db: Database, incident_id: str, at: str, person_id: str, reason: str) -> bool:
    """Close an incident; false when it is closed already."""
    rows = db.execute(
        "UPDATE incidents SET state = 'closed', closed_at = :at, closed_by = :person, close_reason = :reason "
        "WHERE id = :id AND state <> 'closed' RETURNING id",
        {"id": incident_id, "at": at, "person": person_id, "reason": reason},
    ).fetchall()
    return bool(rows)


def reopen(db: Database, incident_id: str) -> bool:
    """Open a closed incident for anyone to take; who had it and closed it stays on its timeline. False when open."""
    rows = db.execute(
        "UPDATE incidents SET state = 'open', acknowledged_at = NULL, acknowledged_by = NULL, closed_at = NULL, "
        "closed_by = NULL, close_reason = NULL WHERE id = :id AND state = 'closed' RETURNING id",
        {"id": incident_id},
    ).fetchall()
    return bool(rows)


def add_event(
    db: Database, incident_id: str, at: str, kind: str, person_id: str | None, data: Mapping[str, Any]
) -> None:
    """Add to a timeline. Entries are never changed; a correction is a new entry."""
    db.execute(
        "INSERT INTO incident_events (incident_id, at, kind, person_id, data) "
        "VALUES (:incident, :at, :kind, :person, :data)",
        {
            "incident": incident_id,
            "at": at,
            "kind": kind,
            "person": person_id,
            "data": json.dumps(dict(data), ensure_ascii=False, sort_keys=True),
        },
    )


def add_event_once(
    db: Database, incident_id: str, at: str, kind: str, person_id: str | None, data: Mapping[str, Any]
) -> None:
    """Add to a timeline what happens again and again only where the very same is not on it yet."""
    if not any(
        (event.kind, event.person_id, dict(event.data)) == (kind, person_id, dict(data))
        for event in events_of(db, incident_id)
    ):
        add_event(db, incident_id, at, kind, person_id, data)


def events_of(db: Database, incident_id: str) -> list[EventRow]:
    """A timeline, oldest first."""
    rows = db.execute(
        "SELECT * FROM incident_events WHERE incident_id = :incident ORDER BY seq", {"incident": incident_id}
    )
    return [EventRow(**{**dict(row), "data": json.loads(row["data"])}) for row in rows]


def last_event(db: Database) -> int:
    """Number of the newest event of all timelines; 0 when there is none."""
    (seq,) = db.execute("SELECT ifnull(max(seq), 0) FROM incident_events").fetchone()
    return int(seq)


def incidents_changed_since(db: Database, seq: int) -> list[str]:
    """Ids of incidents with events after number `seq`."""
    rows = db.execute("SELECT DISTINCT incident_id FROM incident_events WHERE seq > :seq", {"seq": seq})
    return [row["incident_id"] for row in rows]


def people_alerted(db: Database, incident_id: str) -> int:
    """How many people a push service or mail server has accepted an alert for."""
    (count,) = db.execute(
        "SELECT count(DISTINCT deliveries.person_id) FROM deliveries JOIN alerts ON alerts.id = deliveries.alert_id "
        "WHERE alerts.incident_id = :incident AND deliveries.state = 'sent'",
        {"incident": incident_id},
    ).fetchone()
    return int(count)
