"""A closed incident opens again when it turns out to be worse than what was closed, and for nothing less."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from guidance.alert.intake import file_report
from guidance.alert.plan import acknowledge_alert, close_alert
from guidance.alert.policy import Policy
from guidance.clock import FixedClock
from guidance.incident import desk
from guidance.incident.progress import progress_of
from guidance.incident.receive import Desk, Received, Sender
from guidance.protocol.model import Protocol
from guidance.store import alerts, incidents, reports, subscriptions
from guidance.store.db import Store
from guidance.store.incidents import IncidentRow
from tests.fakes.push_service import new_browser
from tests.reports import LIBRARY, Place, a_place, body, walked


def find(_db: Database, content_hash: str) -> Protocol | None:
    return next((each for each in LIBRARY.protocols.values() if each.hash == content_hash), None)


DESK = Desk(find, Ed25519PrivateKey.generate(), late_hours=2)
LOW = next(name for name, outcome in LIBRARY.protocols["visit"].outcomes.items() if outcome.urgency == "low")
NORMAL = next(name for name, outcome in LIBRARY.protocols["visit"].outcomes.items() if outcome.urgency == "normal")


@pytest.fixture
def place(store: Store, clock: FixedClock) -> Place:
    with store.transaction() as db:
        made = a_place(db, clock)
        browser = new_browser("b", "https://push.test")
        subscriptions.save(
            db,
            subscriptions.SubscriptionRow(
                "b", made.counsel.id, browser.endpoint, browser.p256dh, browser.auth, "2026-11-24T11:00:00.000Z"
            ),
        )
        return made


class Case:
    """One report, its incident, and what people do with it."""

    def __init__(self, store: Store, clock: FixedClock, place: Place) -> None:
        self.store, self.clock, self.place, self.report_id = store, clock, place, str(uuid4())

    def send(self, revision: int, joined: bool = True, **members: Any) -> Received:
        """File a revision from the place's phone, or from one that is not enrolled."""
        sender = Sender(self.place.device_id, self.place.site.id, self.place.site.type) if joined else None
        with self.store.transaction() as db:
            sent = body(self.clock, revision, **members)
            return file_report(db, self.clock.now(), self.report_id, sent, sender, DESK, Policy())

    def ends(self) -> None:
        """Counsel takes the incident and closes it."""
        with self.store.transaction() as db:
            incident, now, counsel = self.incident(db), self.clock.now(), self.place.counsel.id
            desk.acknowledge(db, now, incident.id, counsel)
            acknowledge_alert(db, incident.id, now)
            desk.close(db, now, incident.id, counsel, "resolved")
            close_alert(db, incident.id, now)

    def incident(self, db: Database) -> IncidentRow:
        """The incident as it stands."""
        report = reports.find_report(db, self.report_id)
        found = incidents.find_incident(db, report.incident_id) if report else None
        assert found
        return found

    def kinds(self) -> list[str]:
        """The timeline's kinds."""
        with self.store.reader() as db:
            return [event.kind for event in incidents.events_of(db, self.incident(db).id)]

    def told(self) -> list[tuple[int, str]]:
        """Round and state of each delivery."""
        with self.store.reader() as db:
            return [tuple(row) for row in db.execute("SELECT round, state FROM deliveries ORDER BY round")]


@pytest.fixture
def case(store: Store, clock: FixedClock, place: Place) -> Case:
    return Case(store, clock, place)


def test_a_closed_incident_that_gets_worse_opens_again_and_is_alerted_anew(case: Case) -> None:
    case.send(1, trail=walked(case.clock, NORMAL))
    case.ends()
    case.clock.advance(minutes=10)
    assert case.send(2).urgency == "urgent"
    with case.store.reader() as db:
        incident, alert = case.incident(db), alerts.alert_of(db, case.incident(db).id)
        report = reports.find_report(db, case.report_id)
        assert report
        progress = progress_of(db, report)
    assert (incident.state, incident.urgency) == ("open", "urgent")
    assert not any((incident.acknowledged_at, incident.acknowledged_by, incident.closed_at, incident.closed_by))
    assert alert and (alert.state, alert.urgency, alert.tier) == ("active", "urgent", 1)
    assert case.told() == [(0, "cancelled"), (1, "queued")]
    assert case.kinds()[-5:] == ["acknowledged", "closed", "report_revised", "reopened", "alerted"]
    assert progress.closed is None and progress.acknowledged is None


def test_an_unverified_report_that_was_closed_opens_again_when_an_enrolled_phone_stands_behind_it(case: Case) -> None:
    case.send(1, joined=False)
    case.ends()
    assert case.told() == []
    case.send(2)
    assert case.kinds()[-4:] == ["report_revised", "verified", "reopened", "alerted"]
    assert case.told() == [(0, "queued")]


@pytest.mark.parametrize("first", ["urgent", NORMAL])
def test_details_after_all_was_over_page_nobody(case: Case, first: str) -> None:
    trail = [] if first == "urgent" else walked(case.clock, first)
    case.send(1, trail=trail)
    case.ends()
    told = case.told()
    assert not case.send(2, trail=trail, facts={"entered": "no"}).page
    assert not case.send(3, trail=walked(case.clock, LOW)).page
    assert case.told() == told and "reopened" not in case.kinds()
    with case.store.reader() as db:
        assert case.incident(db).state == "closed"


def test_a_stranger_opens_nothing_again(case: Case) -> None:
    case.send(1, trail=walked(case.clock, NORMAL))
    case.ends()
    assert not case.send(2, joined=False, urgency="urgent").page
    assert "reopened" not in case.kinds()


def test_what_opened_again_can_be_taken_and_closed_again(case: Case) -> None:
    case.send(1, trail=walked(case.clock, NORMAL))
    case.ends()
    case.send(2)
    case.ends()
    with case.store.reader() as db:
        incident, alert = case.incident(db), alerts.alert_of(db, case.incident(db).id)
    assert incident.state == "closed" and alert and alert.state == "closed"
    assert case.told() == [(0, "cancelled"), (1, "cancelled")]
