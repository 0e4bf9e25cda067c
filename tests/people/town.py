"""The demo city's directory for tests, and people signed in to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from guidance.clock import FixedClock
from guidance.keys import load_keys
from guidance.people import demo, directory, join, sign_in
from guidance.practice import classes
from guidance.settings import Settings
from guidance.store import incidents, people, reports
from guidance.store.db import Store
from guidance.store.incidents import IncidentRow
from guidance.store.people import Person
from guidance.store.practice_classes import ClassRow
from tests.reports import body

COUNSEL = "counsel@city.example"
OPERATIONS = "operations@city.example"
OAK = "oak@schools.city.example"
ELM = "elm@schools.city.example"
SCHOOLS = "duty@schools.city.example"
HARBOR = "harbor@hospitals.city.example"


class Town:
    """A running installation with the demo city's directory and no incidents."""

    def __init__(self, app: Flask, store: Store, settings: Settings, clock: FixedClock) -> None:
        self.app, self.store, self.settings, self.clock = app, store, settings, clock
        with store.transaction() as db:
            demo.fill(db, clock.now())

    def person(self, email: str) -> Person:
        """Someone of the city."""
        with self.store.reader() as db:
            return person(db, email)

    def link(self, email: str) -> str:
        """The path of a fresh sign-in link."""
        with self.store.transaction() as db:
            address = sign_in.make_link(db, self.clock.now(), self.settings, person(db, email))
        return address.removeprefix(self.settings.base_url)

    def browser(self, email: str = "") -> FlaskClient:
        """A browser of its own, signed in when an e-mail address is given."""
        client = self.app.test_client()
        if email:
            path = self.link(email)
            assert press(client, path).status_code == 303
        return client

    def join_path(self, site: str) -> str:
        """The path of a fresh join link."""
        with self.store.transaction() as db:
            found = directory.find_site(db, site)
            return "/join/" + join.make_code(db, self.clock.now(), self.settings, found, None)

    def phone(self, site: str) -> FlaskClient:
        """A phone that has joined a site."""
        client = self.app.test_client()
        assert press(client, self.join_path(site)).status_code == 303
        return client

    def class_code(self, made: ClassRow) -> str:
        """The code that opens a class, as its trainer's page derives it."""
        hours = self.settings.class_code_hours
        return classes.code_of(self.clock.now(), load_keys(self.settings.keys).secret, made, hours)

    def report(self, site: str = "", **members: Any) -> str:
        """File a report from a phone of a site, or from one that is not enrolled; returns the incident's id."""
        phone = self.phone(site) if site else self.app.test_client()
        answer = phone.put(
            f"/api/reports/{uuid4()}",
            json=body(self.clock, **members),
            headers={"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        with self.store.reader() as db:
            report = reports.find_report(db, answer.get_json()["id"])
        assert report is not None
        return report.incident_id

    def incident(self, incident_id: str) -> IncidentRow:
        """An incident as it is kept."""
        with self.store.reader() as db:
            found = incidents.find_incident(db, incident_id)
        assert found is not None
        return found

    def events(self, incident_id: str) -> list[str]:
        """The kinds of an incident's timeline, oldest first."""
        with self.store.reader() as db:
            return [event.kind for event in incidents.events_of(db, incident_id)]

    def site_id(self, name: str) -> str:
        """The id of a site."""
        with self.store.reader() as db:
            return directory.find_site(db, name).id


def person(db: Database, email: str) -> Person:
    """Someone who exists."""
    found = people.person_by_email(db, email)
    assert found is not None
    return found


def form_token(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:2000]
    return found[1]


def press(
    client: FlaskClient, page: str, fields: Mapping[str, str] | None = None, to: str = "", token: str = ""
) -> TestResponse:
    """Open a page and send its form, to the page's own address or to another."""
    token = token or form_token(client.get(page).get_data(as_text=True))
    return client.post(to or page, data={"csrf_token": token, **(fields or {})})


def text(answer: TestResponse) -> str:
    """What a person reads on a page, without its markup, in one line."""
    words = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", words)
