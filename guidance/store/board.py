"""What the board reads: incidents with the names beside them, and how each delivery went. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database


@dataclass(frozen=True)
class BoardRow:
    """One incident as the board lists it. Times are text; site and agency are None when no site is known."""

    id: str
    code: str
    kind: str
    urgency: str
    state: str
    verified: bool
    opened_at: str
    site_id: str | None
    site_name: str | None
    site_type: str | None
    agency_id: str | None
    agency_name: str | None
    agency_short: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    acknowledged_name: str | None
    acknowledged_title: str | None
    closed_at: str | None
    close_reason: str | None


@dataclass(frozen=True)
class DeliveryRow:
    """One attempt to reach one person. Times are text."""

    person_name: str
    person_title: str
    channel: str
    tier: int
    state: str
    attempt: int
    created_at: str
    finished_at: str | None
    detail: str


SELECT = """SELECT incidents.id, code, kind, urgency, state, verified, opened_at, site_id,
                   sites.name AS site_name, sites.type AS site_type, sites.agency_id,
                   agencies.name AS agency_name, agencies.short_name AS agency_short,
                   acknowledged_at, acknowledged_by, people.name AS acknowledged_name,
                   people.title AS acknowledged_title, closed_at, close_reason
            FROM incidents
            LEFT JOIN sites ON sites.id = incidents.site_id
            LEFT JOIN agencies ON agencies.id = sites.agency_id
            LEFT JOIN people ON people.id = incidents.acknowledged_by"""


def incident(db: Database, incident_id: str) -> BoardRow | None:
    """One incident, whoever may see it."""
    row = db.execute(f"{SELECT} WHERE incidents.id = :id", {"id": incident_id}).fetchone()
    return _row(row) if row else None


def incidents(
    db: Database, states: Sequence[str], sites: Sequence[str] | None, verified: bool, limit: int
) -> list[BoardRow]:
    """The newest verified or unverified incidents in these states, of these sites alone (None: of all and of none).

    Those whose alert was held back because one phone sent so many come last, so that they push no other off.
    """
    bound: dict[str, Any] = {"limit": limit, "verified": int(verified)}
    conditions = [f"state IN ({_names(states, 'state', bound)})", "verified = :verified", *_of_sites(sites, bound)]
    held_back = "EXISTS (SELECT 1 FROM alerts WHERE alerts.incident_id = incidents.id AND tier = 0)"
    order = f"{held_back}, opened_at DESC, code"
    rows = db.execute(f"{SELECT} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT :limit", bound)
    return [_row(row) for row in rows]


def count(db: Database, states: Sequence[str], sites: Sequence[str] | None, verified: bool) -> int:
    """How many there are of those, listed or not."""
    bound: dict[str, Any] = {"verified": int(verified)}
    conditions = [f"state IN ({_names(states, 'state', bound)})", "verified = :verified", *_of_sites(sites, bound)]
    (many,) = db.execute(f"SELECT count(*) FROM incidents WHERE {' AND '.join(conditions)}", bound).fetchone()
    return int(many)


def counts(db: Database, sites: Sequence[str] | None) -> dict[str, int]:
    """How many incidents there are in each state, within the same limit of sites."""
    bound: dict[str, Any] = {}
    conditions = ["1 = 1", *_of_sites(sites, bound)]
    rows = db.execute(
        f"SELECT state, count(*) AS many FROM incidents WHERE {' AND '.join(conditions)} GROUP BY state", bound
    )
    return {row["state"]: row["many"] for row in rows}


def deliveries(db: Database, incident_id: str) -> list[DeliveryRow]:
    """The deliveries about an incident, in the order in which people were told.

    Of each target the newest round in which it was not spared by an acknowledgement; how often all were told
    stands on the timeline.
    """
    rows = db.execute(
        """SELECT people.name AS person_name, people.title AS person_title, channel, deliveries.tier,
                  deliveries.state, attempt, deliveries.created_at, finished_at, detail
           FROM (SELECT *, row_number() OVER (
                     PARTITION BY alert_id, tier, channel, target ORDER BY state = 'cancelled', round DESC
                 ) AS newest FROM deliveries
                 WHERE alert_id = (SELECT id FROM alerts WHERE incident_id = :incident)) AS deliveries
           JOIN people ON people.id = deliveries.person_id
           WHERE newest = 1
           ORDER BY deliveries.tier, people.name, channel, deliveries.id""",
        {"incident": incident_id},
    )
    return [DeliveryRow(**dict(row)) for row in rows]


def _of_sites(sites: Sequence[str] | None, bound: dict[str, Any]) -> list[str]:
    return [] if sites is None else ["verified = 1", f"site_id IN ({_names(sites, 'site', bound)})"]


def _names(values: Sequence[str], prefix: str, bound: dict[str, Any]) -> str:
    names = {f"{prefix}{number}": value for number, value in enumerate(values)}
    bound.update(names)
    return ", ".join(f":{name}" for name in names) or "NULL"


def _row(row: Any) -> BoardRow:
    return BoardRow(**{**dict(row), "verified": bool(row["verified"])})
