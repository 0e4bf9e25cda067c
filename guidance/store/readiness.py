"""What the readiness of sites is counted from: staff, practice runs, phones in use, someone whom a push reaches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True)
class Reach:
    """What a site has. `staff` is None until its supervisor says it.

    `proven` counts people of the site whose push subscription is proven to arrive, `hoped` those who have one that
    nothing speaks against.
    """

    site_id: str
    staff: int | None
    phones: int
    phones_seen: int
    proven: int
    hoped: int


@dataclass(frozen=True)
class SiteRun:
    """The newest revision of one practice run at a site; `person` tells runs of different people apart."""

    site_id: str
    person: str
    scenario_id: str
    outcome: str
    seconds_to_outcome: float | None
    seconds_to_alert: float | None
    received_at: str


def reach(
    db: Database, site_ids: Sequence[str], seen_since: str, proven_since: str = "", now: str = "9999"
) -> dict[str, Reach]:
    """What these sites have, by site id; a phone counts as seen when it was in use since then.

    A browser is proven when its push service took a message since `proven_since` and has not refused one after that. A
    proof from after `now` is of a clock that ran ahead, and counts for nothing.
    """
    rows = db.execute(
        """SELECT sites.id AS site_id, sites.staff_count AS staff,
                  (SELECT count(*) FROM devices WHERE site_id = sites.id AND revoked_at IS NULL) AS phones,
                  (SELECT count(*) FROM devices
                   WHERE site_id = sites.id AND revoked_at IS NULL AND seen_at >= :since) AS phones_seen,
                  (SELECT count(DISTINCT people.id) FROM people
                   JOIN person_roles ON person_roles.person_id = people.id
                   JOIN push_subscriptions ON push_subscriptions.person_id = people.id
                   WHERE person_roles.role = 'supervisor' AND people.disabled_at IS NULL
                     AND (person_roles.site_id = sites.id OR person_roles.agency_id = sites.agency_id)
                     AND proven_at >= :proven AND proven_at <= :now
                     AND refused_at IS NULL AND gone_at IS NULL) AS proven,
                  (SELECT count(DISTINCT people.id) FROM people
                   JOIN person_roles ON person_roles.person_id = people.id
                   JOIN push_subscriptions ON push_subscriptions.person_id = people.id
                   WHERE person_roles.role = 'supervisor' AND people.disabled_at IS NULL
                     AND (person_roles.site_id = sites.id OR person_roles.agency_id = sites.agency_id)
                     AND refused_at IS NULL AND gone_at IS NULL) AS hoped
           FROM sites WHERE sites.id IN (SELECT value FROM json_each(:sites))""",
        {"since": seen_since, "proven": proven_since, "now": now, "sites": json.dumps(list(site_ids))},
    )
    return {row["site_id"]: Reach(**dict(row)) for row in rows}


def site_runs(db: Database, site_id: str, since: str, limit: int) -> list[SiteRun]:
    """The newest `limit` practice runs at a site since a moment, newest first."""
    rows = db.execute(
        """SELECT site_id, coalesce(participant_id, device_id, id) AS person, scenario_id, outcome, seconds_to_outcome,
                  seconds_to_alert, received_at
           FROM practice_runs WHERE site_id = :site AND newest = 1 AND received_at >= :since
           ORDER BY received_at DESC, id DESC LIMIT :limit""",
        {"site": site_id, "since": since, "limit": limit},
    )
    return [SiteRun(*row) for row in rows]


def set_staff(db: Database, site_id: str, staff: int | None) -> None:
    """Say how many people work at a site's desk."""
    db.execute("UPDATE sites SET staff_count = :staff WHERE id = :id", {"id": site_id, "staff": staff})
