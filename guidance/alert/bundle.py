"""When a device has caused many alerts within minutes: the next ones are told together. Used by the plan alone.

A flood of reports, by mistake or on purpose, must not wear out those who are alerted, and nothing may get lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from guidance.clock import LEEWAY, to_text
from guidance.store import alerts
from guidance.store.alerts import BUNDLED, AlertRow
from guidance.store.incidents import add_event

MOST = 5
WITHIN = timedelta(minutes=10)
REMEMBERED = timedelta(days=1)


def held_back(db: Database, now: datetime, alert: AlertRow, ask_at: datetime) -> bool:
    """Whether an alert that was just raised tells nobody by itself; it is looked at again at a time."""
    if len(alerts.told_of_device(db, alert.incident_id, to_text(now - WITHIN), to_text(now + LEEWAY))) < MOST:
        return False
    alerts.set_tier(db, alert.id, BUNDLED, to_text(ask_at), None)
    what = {"alerts": MOST, "minutes": int(WITHIN.total_seconds()) // 60}
    add_event(db, alert.incident_id, to_text(now), "bundled", None, what)
    return True


def next_of_bundle(db: Database, now: datetime, due: AlertRow, ask_at: datetime) -> tuple[AlertRow, bool] | None:
    """The alert that stands for all held back alerts of a device, and whether an earlier one is still unanswered.

    None: not yet. While somebody has the earlier ones, they wait until the device has been quiet for long enough;
    otherwise they are told as one alert more.
    """
    told = alerts.told_of_device(db, due.incident_id, to_text(now - REMEMBERED), to_text(now + LEEWAY))
    recent = sum(each.created_at >= to_text(now - WITHIN) for each in told)
    unanswered = any(each.state == "active" for each in told)
    if recent > MOST or (recent == MOST and not unanswered):
        alerts.ask_bundle_at(db, due.incident_id, to_text(ask_at))
        return None
    chosen = alerts.bundle_of(db, due.incident_id)[0]
    alerts.ask_bundle_at(db, due.incident_id, None)
    return chosen, unanswered
