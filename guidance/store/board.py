"""What the board reads: incidents with the names beside them, and how each delivery went. Reads only."""

from __future__ import annotations

import json
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
    return row_of(row) if row else None


def counts(db: Database, sites: Sequence[str] | None) -> dict[tuple[bool, str], int]:
    """How many incidents there are, by whether they are verified and by state.

    Of some sites only the verified ones count; None counts all, with a site or without.
    """
    of_sites = "" if sites is None else "WHERE shelf < 2 AND site_id IN (SELECT value FROM json_each(:sites))"
    rows = db.execute(
        f"SELECT shelf < 2 AS verified, state, sum(many) AS many FROM incident_counts {of_sites} GROUP BY 1, 2",
        {"sites": json.dumps(list(sites or ()))},
    )
    return {(bool(row["verified"]), row["state"]): row["many"] for row in rows}


def deliveries(db: Database, incident_id: str, limit: int) -> list[DeliveryRow]:
    """The first `limit` deliveries about an incident, in the order in which people were told.

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
           ORDER BY deliveries.tier, people.name, channel, deliveries.id LIMIT :limit""",
        {"incident": incident_id, "limit": limit},
    )
    return [DeliveryRow(**dict(row)) for row in rows]


def row_of(row: Any) -> BoardRow:
    """A row of `SELECT` as a `BoardRow`."""
    return BoardRow(**{**dict(row), "verified": bool(row["verified"])})
