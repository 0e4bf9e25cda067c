"""One report from a place, its incident and its alert, as the tests of incidents that change need them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from guidance.alert.intake import file_report
from guidance.alert.plan import acknowledge_alert, close_alert
from guidance.alert.policy import Policy
from guidance.clock import FixedClock
from guidance.incident import desk
from guidance.incident.receive import Desk, Received, Sender
from guidance.protocol.model import Protocol
from guidance.store import incidents, reports, subscriptions
from guidance.store.db import Store
from guidance.store.incidents import IncidentRow
from guidance.store.subscriptions import SubscriptionRow
from tests.fakes.push_service import new_browser
from tests.reports import LIBRARY, Place, a_place, body


def find(_db: Database, content_hash: str) -> Protocol | None:
    return next((each for each in LIBRARY.protocols.values() if each.hash == content_hash), None)


DESK = Desk(find, Ed25519PrivateKey.generate(), late_hours=2)
LOW = next(name for name, outcome in LIBRARY.protocols["visit"].outcomes.items() if outcome.urgency == "low")
NORMAL = next(name for name, outcome in LIBRARY.protocols["visit"].outcomes.items() if outcome.urgency == "normal")


class Case:
    """One report, its incident, and what people do with it."""

    def __init__(self, store: Store, clock: FixedClock, place: Place | None = None) -> None:
        self.store, self.clock, self.report_id = store, clock, str(uuid4())
        with store.transaction() as db:
            self.place = place or a_place(db, clock)
            if place is None:
                self.browser(db, self.place.counsel.id, "b")

    def browser(self, db: Database, person_id: str, name: str) -> None:
        """A browser of someone; its id is its name."""
        made = new_browser(name, "https://push.test")
        row = SubscriptionRow(name, person_id, made.endpoint, made.p256dh, made.auth, "2026-11-24T11:00:00.000Z")
        subscriptions.save(db, row)

    def send(self, revision: int, joined: bool = True, **members: Any) -> Received:
        """File a revision from the place's phone, or from one that is not enrolled."""
        sender = Sender(self.place.device_id, self.place.site.id, self.place.site.type) if joined else None
        with self.store.transaction() as db:
            sent = body(self.clock, revision, **members)
            return file_report(db, self.clock.now(), self.report_id, sent, sender, DESK, Policy())

    def taken(self, by: str = "") -> None:
        """Somebody (counsel, unless said) has the incident."""
        with self.store.transaction() as db:
            incident, now = self.incident(db), self.clock.now()
            desk.acknowledge(db, now, incident.id, by or self.place.counsel.id)
            acknowledge_alert(db, incident.id, now)

    def ends(self) -> None:
        """Counsel takes the incident and closes it."""
        self.taken()
        with self.store.transaction() as db:
            incident, now = self.incident(db), self.clock.now()
            desk.close(db, now, incident.id, self.place.counsel.id, "resolved")
            close_alert(db, incident.id, now)

    def delivered(self) -> None:
        """All that waited was sent."""
        with self.store.transaction() as db:
            db.execute("UPDATE deliveries SET state = 'sent' WHERE state = 'queued'")

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
