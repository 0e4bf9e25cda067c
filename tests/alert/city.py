"""A small city for the alert tests: one site, people with roles and browsers, incidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlite_utils import Database

from guidance.alert.plan import AlertPlan, raise_alert
from guidance.alert.policy import Policy
from guidance.clock import to_text
from guidance.store import incidents, people, subscriptions
from guidance.store.db import Store
from guidance.store.incidents import IncidentRow
from guidance.store.people import Agency, Grant, Person, Site
from guidance.store.subscriptions import SubscriptionRow
from tests.fakes.push_service import Browser

SITE = Site("site", "Library 7", "office", "agency", "Libraries")
OTHER = Site("other", "Library 8", "office", "agency-2", "Museums")
EVERYWHERE = (Grant("committee"),)
AT_THE_SITE = (Grant("supervisor", site_id="site"),)
OF_THE_AGENCY = (Grant("supervisor", agency_id="agency"),)
ELSEWHERE = (Grant("supervisor", site_id="other"),)


@dataclass(frozen=True)
class City:
    """Adds to the store; `policy` is the one that alerts are raised with."""

    store: Store
    policy: Policy = field(default_factory=Policy)

    def build(self) -> City:
        """The two agencies and sites."""
        with self.store.transaction() as db:
            people.add_agency(db, Agency("agency", "Libraries", "LIB"))
            people.add_agency(db, Agency("agency-2", "Museums", "MUS"))
            people.add_site(db, SITE)
            people.add_site(db, OTHER)
        return self

    def person(self, name: str, roles: Sequence[Grant], on_duty: bool = True, browsers: Sequence[Browser] = ()) -> str:
        """Someone with roles and browsers; the id is the name."""
        with self.store.transaction() as db:
            people.add_person(db, Person(name, f"Name of {name}", "", f"{name}@city.example", tuple(roles), on_duty))
            for browser in browsers:
                self.browser(db, name, browser)
        return name

    def browser(self, db: Database, person: str, browser: Browser) -> None:
        """A browser of someone; its id is its name."""
        at = "2026-11-24T11:00:00.000Z"
        row = SubscriptionRow(browser.name, person, browser.endpoint, browser.p256dh, browser.auth, at)
        subscriptions.save(db, row)

    def incident(
        self, now: datetime, urgency: str = "urgent", verified: bool = True, kind: str = "visit"
    ) -> tuple[str, AlertPlan]:
        """An incident at the site and its alert, as the ingest would write them."""
        incident_id = str(uuid4())
        with self.store.transaction() as db:
            site_id = "site" if verified else None
            row = IncidentRow(incident_id, incident_id[:8], kind, site_id, int(verified), urgency, "open", to_text(now))
            incidents.add_incident(db, row)
            return incident_id, raise_alert(db, now, incident_id, site_id, urgency, self.policy)

    def write(self, sql: str) -> None:
        """Make rows as a test needs them."""
        with self.store.transaction() as db:
            db.execute(sql)

    def events(self, incident_id: str) -> list[tuple[str, dict[str, object]]]:
        """The timeline: kind and data of each entry."""
        with self.store.reader() as db:
            return [(event.kind, dict(event.data)) for event in incidents.events_of(db, incident_id)]

    def deliveries(self, columns: str = "target, tier, state") -> list[tuple[object, ...]]:
        """Columns of every delivery."""
        with self.store.reader() as db:
            return [
                tuple(row) for row in db.execute(f"SELECT {columns} FROM deliveries ORDER BY tier, channel, target")
            ]
