"""Incidents and their timelines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


COLUMNS = (
    "id, code, kind, site_id, verified, urgency, state, opened_at, acknowledged_at, acknowledged_by, closed_at, "
    "closed_by, close_reason"
)


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
    row = db.execute(f"SELECT {COLUMNS} FROM incidents WHERE id = :id", {"id": incident_id}).fetchone()
    return IncidentRow(**dict(row)) if row else None


def newest_incidents(db: Database, limit: int = 500) -> list[IncidentRow]:
    """Incidents, newest first."""
    rows = db.execute(f"SELECT {COLUMNS} FROM incidents ORDER BY opened_at DESC, id LIMIT :limit", {"limit": limit})
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
            "data": _as_text(data),
        },
    )


def add_event_once(
    db: Database, incident_id: str, at: str, kind: str, person_id: str | None, data: Mapping[str, Any]
) -> None:
    """Add to a timeline what happens again and again only where the very same is not on it yet."""
    present = db.execute(
        "SELECT 1 FROM incident_events WHERE incident_id = :incident AND kind = :kind AND person_id IS :person "
        "AND data = :data LIMIT 1",
        {"incident": incident_id, "kind": kind, "person": person_id, "data": _as_text(data)},
    ).fetchone()
    if present is None:
        add_event(db, incident_id, at, kind, person_id, data)


def events_of(db: Database, incident_id: str) -> list[EventRow]:
    """A whole timeline, oldest first. It has no bound; pages take `latest_events`."""
    rows = db.execute(
        "SELECT * FROM incident_events WHERE incident_id = :incident ORDER BY seq", {"incident": incident_id}
    )
    return [_event(row) for row in rows]


def latest_events(
    db: Database, incident_id: str, limit: int, *, before: int | None = None, kind: str | None = None
) -> list[EventRow]:
    """The last events of a timeline in their order: at most `limit`, of one kind or all, before an event or the last.

    `before` is the number of an event.
    """
    rows = db.execute(
        """SELECT * FROM incident_events
           WHERE incident_id = :incident AND (:before IS NULL OR seq < :before) AND (:kind IS NULL OR kind = :kind)
           ORDER BY seq DESC LIMIT :limit""",
        {"incident": incident_id, "before": before, "kind": kind, "limit": limit},
    ).fetchall()
    return [_event(row) for row in reversed(rows)]


def was_just_said(
    db: Database, incident_id: str, kind: str, person_id: str, text: str, within: tuple[str, str]
) -> bool:
    """Whether a person wrote the same text on a timeline between two moments."""
    row = db.execute(
        """SELECT 1 FROM incident_events WHERE incident_id = :incident AND kind = :kind AND person_id = :person
               AND at > :since AND at < :until AND json_extract(data, '$.text') = :text LIMIT 1""",
        {
            "incident": incident_id,
            "kind": kind,
            "person": person_id,
            "since": within[0],
            "until": within[1],
            "text": text,
        },
    ).fetchone()
    return row is not None


def last_event(db: Database) -> int:
    """Number of the newest event of all timelines; 0 when there is none."""
    (seq,) = db.execute("SELECT ifnull(max(seq), 0) FROM incident_events").fetchone()
    return int(seq)


def last_event_of(db: Database, incident_id: str) -> int:
    """Number of the newest event of one timeline; 0 when there is none."""
    (seq,) = db.execute(
        "SELECT ifnull(max(seq), 0) FROM incident_events WHERE incident_id = :incident", {"incident": incident_id}
    ).fetchone()
    return int(seq)


def last_event_at(db: Database, site_ids: Sequence[str], agency_ids: Sequence[str]) -> int:
    """Number of the newest event of verified incidents at these sites and at the sites of these agencies; else 0."""
    (seq,) = db.execute(
        """SELECT ifnull(max(seq), 0) FROM site_news JOIN sites ON sites.id = site_id
           WHERE site_id IN (SELECT value FROM json_each(:sites))
              OR sites.agency_id IN (SELECT value FROM json_each(:agencies))""",
        {"sites": json.dumps(list(site_ids)), "agencies": json.dumps(list(agency_ids))},
    ).fetchone()
    return int(seq)


def people_alerted(db: Database, incident_id: str) -> int:
    """How many people a push service or mail server has accepted an alert for."""
    (count,) = db.execute(
        "SELECT count(DISTINCT deliveries.person_id) FROM deliveries JOIN alerts ON alerts.id = deliveries.alert_id "
        "WHERE alerts.incident_id = :incident AND deliveries.state = 'sent'",
        {"incident": incident_id},
    ).fetchone()
    return int(count)


def _as_text(data: Mapping[str, Any]) -> str:
    return json.dumps(dict(data), ensure_ascii=False, sort_keys=True)


def _event(row: Any) -> EventRow:
    return EventRow(**{**dict(row), "data": json.loads(row["data"])})
