"""Decides and writes down who is told next. Always inside the caller's transaction; nothing is sent here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlite_utils import Database

from guidance.alert import bundle
from guidance.alert.alone import Aside
from guidance.alert.policy import (
    FIRST_TIER,
    LAST_TIER,
    REPEATED_FOR,
    Candidate,
    Policy,
    Target,
    pages,
    people,
    targets,
    targets_so_far,
)
from guidance.clock import beyond, to_text
from guidance.store import alerts, deliveries, subscriptions
from guidance.store.alerts import BUNDLED, AlertRow, NewDelivery
from guidance.store.incidents import IncidentRow, add_event, find_incident

RETRY_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class AlertPlan:
    """What came of it: `tier` told (None: nobody), `people` in it, `skipped` tiers that reach nobody."""

    tier: int | None = None
    people: int = 0
    skipped: tuple[int, ...] = ()


NOBODY = AlertPlan()


def raise_alert(
    db: Database,
    now: datetime,
    incident_id: str,
    site_id: str | None,
    urgency: str,
    policy: Policy,
    news: tuple[str, ...] = (),
) -> AlertPlan:
    """Alert the first tier that can be reached. Harmless to repeat: an incident has one alert.

    A second call with a higher urgency makes what is still unsent urgent, and whoever was told less is told again:
    everyone so far or, once somebody has the incident, that person. So it is with `news`, the interrupts that the desk
    tells of for the first time. The alert of an incident that was closed and is
    open again begins anew. An incident that is not verified, or of low urgency, alerts nobody. The incident and its
    report must be written before, in the same transaction: what is verified and who sent it is read from there.
    """
    if site_id is None or not pages(urgency, alerts.site_to_page(db, incident_id)):
        return NOBODY
    incident, known = find_incident(db, incident_id), alerts.alert_of(db, incident_id)
    assert incident is not None, "its site was read a moment ago"
    if known is not None and (known.state != "closed" or incident.state != "open"):
        if urgency == "urgent" and (alerts.set_urgent(db, incident_id) or news):
            _tell_worse(db, now, known, incident, policy, news)
        return NOBODY
    alert = _new_alert(db, now, incident, known, urgency)
    if alert.state == "acknowledged":  # somebody had it before anyone was to be told
        _tell_worse(db, now, alert, incident, policy)
        return NOBODY
    if bundle.held_back(db, now, alert, now + timedelta(seconds=policy.tier_seconds)):
        return NOBODY
    return _tell(db, now, alert, FIRST_TIER, site_id, policy)


def _new_alert(db: Database, now: datetime, incident: IncidentRow, known: AlertRow | None, urgency: str) -> AlertRow:
    if known is not None:
        return alerts.raise_again(db, known.id, FIRST_TIER, urgency, to_text(now))
    state = "acknowledged" if incident.state == "acknowledged" else "active"
    alert = AlertRow(str(uuid4()), incident.id, urgency, state, FIRST_TIER, to_text(now), None)
    alerts.add_alert(db, alert)
    return alert


def acknowledge_alert(db: Database, incident_id: str, now: datetime) -> bool:
    """Someone has it: no further tier, and what is queued is cancelled. False when it was stopped before."""
    return alerts.end_alert(db, incident_id, "acknowledged", to_text(now))


def close_alert(db: Database, incident_id: str, now: datetime) -> bool:
    """The incident is closed: as an acknowledgement, for good. False when it was closed before or never raised."""
    return alerts.end_alert(db, incident_id, "closed", to_text(now))


def escalate_due(db: Database, now: datetime, policy: Policy, aside: Aside | None = None) -> int:
    """Tell the next tier of every alert whose time has come; returns how many. Two workers never both do it.

    Its time has also come when it lies further ahead than a tier lasts: the clock ran ahead when it was set.
    """
    due = alerts.due_alerts(db, to_text(now), _too_far(now, policy.tier_seconds))
    return (aside or Aside()).each(db, due, _id, lambda alert: _escalate(db, now, alert, policy))


def rescue_stranded(db: Database, now: datetime, policy: Policy, aside: Aside | None = None) -> int:
    """Go on at once where a tier reached nobody; returns how many alerts went on.

    Where there is a next tier, it is told now. Where all have been, someone who can be reached since is told.
    """
    stranded = alerts.stranded_alerts(db, to_text(now - REPEATED_FOR))

    def rescue(alert: AlertRow) -> bool:
        return _escalate(db, now, alert, policy) or _tell_late_comers(db, now, alert, policy)

    return (aside or Aside()).each(db, stranded, _id, rescue)


def repeat_due(db: Database, now: datetime, policy: Policy, aside: Aside | None = None) -> int:
    """Tell everyone again of each alert that nobody has, where it is time; returns how many. Not later than a day after
    raising.

    Two workers never both do it. An alert that looks too old is left as it is: the clock may be wrong for a moment.
    """
    since, too_far = to_text(now - REPEATED_FOR), _too_far(now, policy.repeat_seconds)
    due = alerts.due_repeats(db, to_text(now), since, too_far)
    return (aside or Aside()).each(db, due, _id, lambda alert: _repeat(db, now, alert, policy))


def retry_failed(db: Database, now: datetime) -> int:
    """Try again what failed for a while, as long as nobody has the alert and all were told; returns how many."""
    before, since = to_text(now - RETRY_AFTER), to_text(now - REPEATED_FOR)
    which = deliveries.Retry(before, beyond(now, timedelta(0)), since, LAST_TIER)
    return deliveries.retry_failed(db, to_text(now), which)


def _repeat(db: Database, now: datetime, alert: AlertRow, policy: Policy) -> bool:
    candidates = _candidates(db, alerts.site_to_page(db, alert.incident_id))
    return _tell_again(db, now, alert, targets_so_far(alert.tier, candidates, policy), policy)


def _tell_again(db: Database, now: datetime, alert: AlertRow, found: tuple[Target, ...], policy: Policy) -> bool:
    """Begin a new round for these targets. Of a last tier that nobody answers, the one after it comes by itself."""
    repeat_at = _repeat_at(now, alert.tier, policy) if alert.state == "active" else None
    if not alerts.begin_round(db, alert, repeat_at):
        return False
    held = alert.state == "acknowledged"
    new = alerts.add_deliveries(db, alert.id, alert.tier, to_text(now), _rows(found), alert.round + 1, held)
    if new and not held:
        told = {"round": alert.round + 1, "people": people(found)}
        add_event(db, alert.incident_id, to_text(now), "alerted_again", None, told)
    return bool(new)


def _tell_worse(
    db: Database, now: datetime, alert: AlertRow, incident: IncidentRow, policy: Policy, news: tuple[str, ...] = ()
) -> None:
    """It is worse than what people were told: tell everyone so far again or, once somebody has it, that person."""
    if alert.tier == BUNDLED:  # nobody was told; ask again, also where it had been told together with others
        alerts.set_tier(db, alert.id, BUNDLED, to_text(now + timedelta(seconds=policy.tier_seconds)), None)
    candidates = _candidates(db, incident.site_id)
    found = targets_so_far(alert.tier, candidates, policy)
    if alert.state == "acknowledged":
        found = _devices(db, incident.acknowledged_by) or targets(FIRST_TIER, candidates, policy)
    what = {"urgency": incident.urgency, "state": alert.state, "people": people(found), "news": news}
    add_event(db, incident.id, to_text(now), "got_worse", None, what)
    _tell_again(db, now, alert, found, policy)


def _devices(db: Database, person_id: str | None) -> tuple[Target, ...]:
    found = subscriptions.entitled(db, person_id) if person_id else []
    return tuple(Target(each.person_id, "push", each.id) for each in found)


def _escalate(db: Database, now: datetime, alert: AlertRow, policy: Policy) -> bool:
    if alert.tier == BUNDLED:
        return _still_due(db, now, alert, policy) and _tell_bundle(db, now, alert, policy)
    if not alerts.leave_tier(db, alert.id, alert.tier):
        return False
    _tell(db, now, alert, alert.tier + 1, alerts.site_to_page(db, alert.incident_id), policy)
    return True


def _still_due(db: Database, now: datetime, alert: AlertRow, policy: Policy) -> bool:
    return alerts.still_due(db, alert.id, to_text(now), _too_far(now, policy.tier_seconds))


def _tell_bundle(db: Database, now: datetime, due: AlertRow, policy: Policy) -> bool:
    """Tell one alert for all that were held back; everyone at once where nobody has answered the earlier ones."""
    found = bundle.next_of_bundle(db, now, due, now + timedelta(seconds=policy.tier_seconds))
    if found is None:
        return False
    chosen, unanswered = found
    alert = alerts.raise_again(db, chosen.id, FIRST_TIER, chosen.urgency, to_text(now))
    site_id = alerts.site_to_page(db, alert.incident_id)
    _tell(db, now, alert, LAST_TIER if unanswered else FIRST_TIER, site_id, policy)
    return True


def _tell(db: Database, now: datetime, alert: AlertRow, tier: int, site_id: str | None, policy: Policy) -> AlertPlan:
    """Tell the first tier from `tier` on that reaches anyone, and write into the timeline which ones do not."""
    candidates = _candidates(db, site_id)
    skipped: list[int] = []
    for number in range(tier, LAST_TIER + 1):
        found = targets(number, candidates, policy)
        if found:
            _queue(db, now, alert, number, found, policy)
            return AlertPlan(number, people(found), tuple(skipped))
        add_event(db, alert.incident_id, to_text(now), "tier_skipped", None, {"tier": number})
        skipped.append(number)
    alerts.set_tier(db, alert.id, LAST_TIER, None, _repeat_at(now, LAST_TIER, policy))
    return AlertPlan(skipped=tuple(skipped))


def _tell_late_comers(db: Database, now: datetime, alert: AlertRow, policy: Policy) -> bool:
    candidates = _candidates(db, alerts.site_to_page(db, alert.incident_id))
    for number in range(FIRST_TIER, LAST_TIER + 1):
        found = targets(number, candidates, policy)
        if found and _queue(db, now, alert, number, found, policy):
            return True
    return False


def _queue(db: Database, now: datetime, alert: AlertRow, tier: int, found: tuple[Target, ...], policy: Policy) -> bool:
    if not alerts.add_deliveries(db, alert.id, tier, to_text(now), _rows(found), alert.round):
        return False
    next_tier_at = to_text(now + timedelta(seconds=policy.tier_seconds)) if tier < LAST_TIER else None
    alerts.set_tier(db, alert.id, tier, next_tier_at, _repeat_at(now, tier, policy))
    add_event(db, alert.incident_id, to_text(now), "alerted", None, {"tier": tier, "people": people(found)})
    return True


def _rows(found: tuple[Target, ...]) -> list[NewDelivery]:
    return [NewDelivery(str(uuid4()), each.person_id, each.channel, each.target) for each in found]


def _repeat_at(now: datetime, tier: int, policy: Policy) -> str | None:
    if tier < LAST_TIER or not policy.repeat_seconds:
        return None
    return to_text(now + timedelta(seconds=policy.repeat_seconds))


def _candidates(db: Database, site_id: str | None) -> list[Candidate]:
    return [Candidate(**vars(row)) for row in alerts.candidates(db, site_id or "")]


def _id(alert: AlertRow) -> str:
    return alert.id


def _too_far(now: datetime, seconds: int) -> str:
    return beyond(now, timedelta(seconds=seconds))
