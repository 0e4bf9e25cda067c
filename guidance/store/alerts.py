"""Rows of alerts, and who could be told of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from guidance.store.deliveries import LATEST

# The tier of an alert that waits to be told together with others of its device.
BUNDLED = 0
OF_ITS_DEVICE = (
    "EXISTS (SELECT 1 FROM reports WHERE reports.incident_id = alerts.incident_id AND device_id = "
    "(SELECT device_id FROM reports WHERE incident_id = :incident AND device_id IS NOT NULL LIMIT 1))"
)
OF_ITS_SITE = (
    "EXISTS (SELECT 1 FROM incidents AS other WHERE other.id = alerts.incident_id AND other.site_id = "
    "(SELECT site_id FROM incidents WHERE id = :incident))"
)
WAITING_IN_BUNDLE = "tier = :bundled AND state = 'active' AND next_tier_at IS NOT NULL"


@dataclass(frozen=True)
class AlertRow:
    """The alert of one incident. `next_tier_at` is None when no further tier will be told.

    `round` counts how often people were told again, `repeat_at` is when they next will be (None: not planned).
    `folded_at`: it was too old to help when a worker came back, and was told together with others.
    """

    id: str
    incident_id: str
    urgency: str
    state: str
    tier: int
    created_at: str
    next_tier_at: str | None
    round: int = 0
    repeat_at: str | None = None
    folded_at: str | None = None


@dataclass(frozen=True)
class CandidateRow:
    """Someone with a role that alerts may reach; `devices` are ids of subscriptions that still work."""

    person_id: str
    supervisor: bool
    committee: bool
    on_duty: bool
    devices: tuple[str, ...]
    email: str


@dataclass(frozen=True)
class NewDelivery:
    """A delivery to be made. `target` is a subscription's id or an e-mail address."""

    id: str
    person_id: str
    channel: str
    target: str


def add_alert(db: Database, alert: AlertRow) -> bool:
    """Keep a new alert; false when the incident has one already."""
    rows = db.execute(
        "INSERT INTO alerts (id, incident_id, urgency, state, tier, created_at, next_tier_at) "
        "VALUES (:id, :incident_id, :urgency, :state, :tier, :created_at, :next_tier_at) "
        "ON CONFLICT (incident_id) DO NOTHING RETURNING id",
        vars(alert),
    ).fetchall()
    return bool(rows)


def alert_of(db: Database, incident_id: str) -> AlertRow | None:
    """The alert of an incident, or None."""
    row = db.execute("SELECT * FROM alerts WHERE incident_id = :incident", {"incident": incident_id}).fetchone()
    return AlertRow(**dict(row)) if row else None


def raise_again(db: Database, alert_id: str, tier: int, urgency: str, now: str) -> AlertRow:
    """A closed alert begins anew, in a round of its own; `created_at` is from now on when it was raised last."""
    row = db.execute(
        "UPDATE alerts SET state = 'active', urgency = :urgency, tier = :tier, round = round + 1, created_at = :now, "
        "next_tier_at = NULL, repeat_at = NULL, folded_at = NULL WHERE id = :id RETURNING *",
        {"id": alert_id, "tier": tier, "urgency": urgency, "now": now},
    ).fetchone()
    return AlertRow(**dict(row))


def set_urgent(db: Database, incident_id: str) -> bool:
    """What is still to be sent goes as urgent; false when it does already."""
    rows = db.execute(
        "UPDATE alerts SET urgency = 'urgent' WHERE incident_id = :incident AND urgency <> 'urgent' RETURNING id",
        {"incident": incident_id},
    ).fetchall()
    return bool(rows)


def candidates(db: Database, site_id: str) -> list[CandidateRow]:
    """Everyone who looks after this site or sits on the committee, with the devices that still work."""
    devices = _devices(db)
    rows = db.execute(
        """SELECT people.id, people.email, people.on_duty,
                  max(role = 'committee') AS committee,
                  max(role = 'supervisor' AND (
                      site_id = :site OR agency_id = (SELECT agency_id FROM sites WHERE id = :site)
                  )) AS supervisor
           FROM people JOIN person_roles ON person_roles.person_id = people.id
           WHERE disabled_at IS NULL AND role IN ('committee', 'supervisor')
           GROUP BY people.id, people.email, people.on_duty ORDER BY people.id""",
        {"site": site_id},
    ).fetchall()
    return [
        CandidateRow(
            row["id"],
            bool(row["supervisor"]),
            bool(row["committee"]),
            bool(row["on_duty"]),
            tuple(devices.get(row["id"], ())),
            row["email"],
        )
        for row in rows
    ]


def _devices(db: Database) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in db.execute("SELECT id, person_id FROM push_subscriptions WHERE gone_at IS NULL ORDER BY created_at, id"):
        found.setdefault(row["person_id"], []).append(row["id"])
    return found


def add_deliveries(
    db: Database,
    alert_id: str,
    tier: int,
    now: str,
    deliveries: Sequence[NewDelivery],
    in_round: int = 0,
    after_ack: bool = False,
) -> int:
    """Queue deliveries, due at once. Returns how many are new: those of the same round, tier and target are there.

    `after_ack`: they are wanted while somebody has the incident, not while nobody has.
    """
    shared = {"alert": alert_id, "round": in_round, "tier": tier, "now": now, "after_ack": int(after_ack)}
    before = db.conn.total_changes
    db.conn.executemany(
        "INSERT INTO deliveries (id, alert_id, round, tier, person_id, channel, target, state, due_at, created_at, "
        "after_ack) VALUES (:id, :alert, :round, :tier, :person_id, :channel, :target, 'queued', :now, :now, "
        ":after_ack) "
        "ON CONFLICT (alert_id, round, tier, channel, target) DO NOTHING",
        [{**vars(each), **shared} for each in deliveries],
    )
    return db.conn.total_changes - before


def set_tier(db: Database, alert_id: str, tier: int, next_tier_at: str | None, repeat_at: str | None) -> None:
    """This tier has been told; the next is told, or everyone again, at that time, unless someone acknowledges."""
    db.execute(
        "UPDATE alerts SET tier = :tier, next_tier_at = :next, repeat_at = :repeat WHERE id = :id AND state = 'active'",
        {"id": alert_id, "tier": tier, "next": next_tier_at, "repeat": repeat_at},
    )


def due_alerts(db: Database, now: str, too_far: str = LATEST) -> list[AlertRow]:
    """Alerts whose next tier is to be told now. Due is also what a clock that ran ahead put beyond `too_far`."""
    rows = db.execute(
        "SELECT * FROM alerts WHERE state = 'active' AND (next_tier_at <= :now OR next_tier_at > :too_far) "
        "ORDER BY next_tier_at, id",
        {"now": now, "too_far": too_far},
    )
    return [AlertRow(**dict(row)) for row in rows]


def leave_tier(db: Database, alert_id: str, tier: int) -> bool:
    """Take the step out of a tier; false when someone else took it or the alert has ended."""
    rows = db.execute(
        "UPDATE alerts SET next_tier_at = NULL "
        "WHERE id = :id AND tier = :tier AND state = 'active' AND next_tier_at IS NOT NULL RETURNING id",
        {"id": alert_id, "tier": tier},
    ).fetchall()
    return bool(rows)


def due_repeats(db: Database, now: str, raised_since: str, too_far: str = LATEST) -> list[AlertRow]:
    """Alerts of which everyone is to be told again now. Due is also what a clock that ran ahead put beyond `too_far`.

    Those raised before `raised_since` are passed over, and not changed: a clock that is wrong for a moment must not end
    anything for good.
    """
    rows = db.execute(
        "SELECT * FROM alerts WHERE state = 'active' AND repeat_at IS NOT NULL AND created_at >= :since "
        "AND folded_at IS NULL AND (repeat_at <= :now OR repeat_at > :too_far) ORDER BY repeat_at, id",
        {"now": now, "since": raised_since, "too_far": too_far},
    )
    return [AlertRow(**dict(row)) for row in rows]


def begin_round(db: Database, alert: AlertRow, repeat_at: str | None) -> bool:
    """Go on to the next round, the one after at that time; false when someone else did or the alert changed.

    What the present tier still has queued goes along, so that nobody is sent the same twice.
    """
    rows = db.execute(
        "UPDATE alerts SET round = round + 1, repeat_at = :repeat "
        "WHERE id = :id AND round = :round AND state = :state RETURNING id",
        {"id": alert.id, "round": alert.round, "state": alert.state, "repeat": repeat_at},
    ).fetchall()
    if rows:
        db.execute(
            "UPDATE deliveries SET round = :next "
            "WHERE alert_id = :id AND round = :round AND tier = :tier AND state = 'queued'",
            {"id": alert.id, "round": alert.round, "tier": alert.tier, "next": alert.round + 1},
        )
    return bool(rows)


def active_since(db: Database, since: str) -> dict[str, str]:
    """When each alert that nobody has was raised, by its id; only those since a moment."""
    rows = db.execute(
        "SELECT id, created_at FROM alerts WHERE created_at >= :since AND state = 'active'", {"since": since}
    )
    return {row["id"]: row["created_at"] for row in rows}


def raised_outside(db: Database, ids: Sequence[str], since: str, until: str) -> list[str]:
    """Which of these alerts were raised outside of a time, and nobody has them."""
    rows = db.execute(
        "SELECT id FROM alerts WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'active' "
        "AND (created_at < :since OR created_at > :until)",
        {"ids": json.dumps(list(ids)), "since": since, "until": until},
    )
    return [row["id"] for row in rows]


def set_raised(db: Database, alert_id: str, at: str) -> None:
    """The alert was raised at this moment, whatever the clock said then."""
    db.execute("UPDATE alerts SET created_at = :at WHERE id = :id", {"id": alert_id, "at": at})


def stranded_alerts(db: Database, since: str) -> list[AlertRow]:
    """Active alerts younger than `since` whose present tier reached nobody and is trying nobody."""
    rows = db.execute(
        """SELECT * FROM alerts WHERE state = 'active' AND tier > 0 AND created_at >= :since AND folded_at IS NULL
           AND NOT EXISTS (
               SELECT 1 FROM deliveries WHERE alert_id = alerts.id AND deliveries.tier = alerts.tier
               AND deliveries.state IN ('queued', 'leased', 'sent')
           ) ORDER BY created_at, id""",
        {"since": since},
    )
    return [AlertRow(**dict(row)) for row in rows]


def told_of_device(db: Database, incident_id: str, since: str, until: str = LATEST) -> list[AlertRow]:
    """Alerts of other incidents of the same device that were raised within a time and told by themselves."""
    rows = db.execute(
        "SELECT * FROM alerts WHERE tier > 0 AND created_at >= :since AND created_at <= :until "
        f"AND incident_id <> :incident AND {OF_ITS_DEVICE}",
        {"incident": incident_id, "since": since, "until": until},
    )
    return [AlertRow(**dict(row)) for row in rows]


def told_of_site(db: Database, incident_id: str, since: str, until: str = LATEST) -> list[AlertRow]:
    """Alerts of other incidents of the same site that were raised within a time and told by themselves."""
    rows = db.execute(
        "SELECT * FROM alerts WHERE tier > 0 AND created_at >= :since AND created_at <= :until "
        f"AND incident_id <> :incident AND {OF_ITS_SITE}",
        {"incident": incident_id, "since": since, "until": until},
    )
    return [AlertRow(**dict(row)) for row in rows]


def bundle_of(db: Database, incident_id: str) -> list[AlertRow]:
    """The alerts of the incident's site that wait to be told together, the most pressing first."""
    rows = db.execute(
        f"SELECT * FROM alerts WHERE {OF_ITS_SITE} AND {WAITING_IN_BUNDLE} "
        "ORDER BY urgency <> 'urgent', created_at, rowid",
        {"incident": incident_id, "bundled": BUNDLED},
    )
    return [AlertRow(**dict(row)) for row in rows]


def ask_bundle_at(db: Database, incident_id: str, at: str | None) -> None:
    """Look at those alerts again at a time; None: they have been told together."""
    db.execute(
        f"UPDATE alerts SET next_tier_at = :at WHERE {OF_ITS_SITE} AND {WAITING_IN_BUNDLE}",
        {"incident": incident_id, "at": at, "bundled": BUNDLED},
    )


def still_due(db: Database, alert_id: str, now: str, too_far: str = LATEST) -> bool:
    """Whether an alert that was due a moment ago still is."""
    row = db.execute(
        "SELECT 1 FROM alerts WHERE id = :id AND state = 'active' "
        "AND (next_tier_at <= :now OR next_tier_at > :too_far)",
        {"id": alert_id, "now": now, "too_far": too_far},
    ).fetchone()
    return row is not None


def end_alert(db: Database, incident_id: str, state: str, now: str) -> bool:
    """Stop an alert (`acknowledged` or `closed`) and what it has queued; false when there is nothing to stop."""
    rows = db.execute(
        "UPDATE alerts SET state = :state, next_tier_at = NULL, repeat_at = NULL "
        "WHERE incident_id = :incident AND state <> 'closed' AND state <> :state RETURNING id",
        {"incident": incident_id, "state": state},
    ).fetchall()
    for row in rows:
        db.execute(
            "UPDATE deliveries SET state = 'cancelled', finished_at = :now "
            "WHERE alert_id = :alert AND state = 'queued'",
            {"alert": row["id"], "now": now},
        )
    return bool(rows)


def site_to_page(db: Database, incident_id: str) -> str | None:
    """The site of an incident that an enrolled device stands behind; None for every other."""
    row = db.execute(
        "SELECT site_id FROM incidents WHERE id = :id AND verified = 1 AND site_id IS NOT NULL", {"id": incident_id}
    ).fetchone()
    return row["site_id"] if row else None
