"""When a device or a site has caused many alerts within minutes: the next ones are told together.

A flood of reports, by mistake or on purpose, must not wear out those who are alerted, and nothing may get lost. A join
code makes any number of phones, so that what the phones of one site cause together is bounded too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from guidance.clock import LEEWAY, to_text
from guidance.store import alerts
from guidance.store.alerts import BUNDLED, AlertRow
from guidance.store.incidents import add_event

MOST = 5
MOST_OF_SITE = 10
WITHIN = timedelta(minutes=10)
REMEMBERED = timedelta(days=1)


def held_back(db: Database, now: datetime, alert: AlertRow, ask_at: datetime) -> bool:
    """Whether an alert that was just raised tells nobody by itself; it is looked at again at a time."""
    since, until = to_text(now - WITHIN), to_text(now + LEEWAY)
    of_device = len(alerts.told_of_device(db, alert.incident_id, since, until))
    of_site = len(alerts.told_of_site(db, alert.incident_id, since, until))
    if of_device < MOST and of_site < MOST_OF_SITE:
        return False
    alerts.set_tier(db, alert.id, BUNDLED, to_text(ask_at), None)
    many = MOST if of_device >= MOST else MOST_OF_SITE
    what = {"alerts": many, "minutes": int(WITHIN.total_seconds()) // 60}
    add_event(db, alert.incident_id, to_text(now), "bundled", None, what)
    return True


def next_of_bundle(db: Database, now: datetime, due: AlertRow, ask_at: datetime) -> tuple[AlertRow, bool] | None:
    """The alert that stands for all held back alerts of a site, and whether an earlier one is still unanswered.

    None: not yet. While somebody has the earlier ones, they wait until the device, or the site, has been quiet for long
    enough; otherwise they are told as one alert more.
    """
    remembered, until = to_text(now - REMEMBERED), to_text(now + LEEWAY)
    of_device = alerts.told_of_device(db, due.incident_id, remembered, until)
    of_site = alerts.told_of_site(db, due.incident_id, remembered, until)
    unanswered = any(each.state == "active" for each in of_site)
    if _too_many(of_device, now, MOST, unanswered) or _too_many(of_site, now, MOST_OF_SITE, unanswered):
        alerts.ask_bundle_at(db, due.incident_id, to_text(ask_at))
        return None
    chosen = alerts.bundle_of(db, due.incident_id)[0]
    alerts.ask_bundle_at(db, due.incident_id, None)
    return chosen, unanswered


def _too_many(told: list[AlertRow], now: datetime, most: int, unanswered: bool) -> bool:
    recent = sum(each.created_at >= to_text(now - WITHIN) for each in told)
    return recent > most or (recent == most and not unanswered)
