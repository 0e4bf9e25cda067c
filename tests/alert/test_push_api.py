from __future__ import annotations

import base64
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from guidance.clock import FixedClock
from guidance.keys import Keys
from guidance.people import sign_in
from guidance.settings import Settings
from guidance.store import log, people, subscriptions
from guidance.store.people import Grant
from guidance.store.subscriptions import SubscriptionRow
from guidance.web.cookies import session_cookie
from tests.alert.city import AT_THE_SITE, EVERYWHERE, City
from tests.alert.test_endpoint import HOSTILE
from tests.fakes.push_service import new_browser

ORIGIN = "https://updates.push.services.mozilla.com"
HEADERS = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}


class Office:
    """A city whose people can sign in."""

    def __init__(self, app: Flask, settings: Settings, clock: FixedClock, city: City) -> None:
        self.app, self.settings, self.clock, self.city = app, settings, clock, city

    def signed_in(self, name: str, roles: tuple[Grant, ...] = EVERYWHERE) -> FlaskClient:
        """The browser of someone new, signed in."""
        self.city.person(name, roles)
        client = self.app.test_client()
        with self.city.store.transaction() as db:
            person = people.person(db, name)
            assert person is not None
            token = sign_in.make_link(db, self.clock.now(), self.settings, person).rpartition("/")[2]
            used = sign_in.use_link(db, self.clock.now(), token)
            assert used is not None
        client.set_cookie(session_cookie(self.settings), used[1])
        return client

    def browsers(self, name: str) -> list[SubscriptionRow]:
        """What is kept for someone."""
        with self.city.store.reader() as db:
            return subscriptions.subscriptions_of(db, name)


@pytest.fixture
def office(app: Flask, settings: Settings, clock: FixedClock, city: City) -> Office:
    return Office(app, settings, clock, city)


def put(client: FlaskClient, body: Any, headers: dict[str, str] | None = None) -> TestResponse:
    return client.put("/api/push/subscription", json=body, headers=HEADERS if headers is None else headers)


def test_the_key_is_the_installations_public_one(client: FlaskClient, keys: Keys) -> None:
    key = client.get("/api/push/key").get_json()["key"]
    assert key == keys.vapid_public
    assert base64.urlsafe_b64decode(key + "=")[0] == 4


@pytest.mark.parametrize("roles", [EVERYWHERE, AT_THE_SITE])
def test_a_browser_is_kept_once_for_its_person(office: Office, roles: tuple[Grant, ...]) -> None:
    ada, browser = office.signed_in("ada", roles), new_browser("b", ORIGIN)
    first, again = put(ada, browser.info), put(ada, {**browser.info, "expirationTime": None})
    assert first.status_code == again.status_code == 200
    assert first.get_json() == again.get_json() == {"id": office.browsers("ada")[0].id}
    assert len(office.browsers("ada")) == 1
    with office.city.store.reader() as db:
        assert {entry.action for entry in log.entries_about(db, first.get_json()["id"])} == {"subscription.saved"}


def test_a_browser_belongs_to_whoever_signed_in_on_it_last(office: Office) -> None:
    ada, ben, browser = office.signed_in("ada"), office.signed_in("ben"), new_browser("b", ORIGIN)
    put(ada, browser.info)
    put(ben, browser.info)
    assert not office.browsers("ada")
    assert [row.endpoint for row in office.browsers("ben")] == [browser.endpoint]


def test_a_person_has_at_most_five_browsers_the_newest(office: Office) -> None:
    ada = office.signed_in("ada")
    for number in range(7):
        office.clock.advance(seconds=1)
        assert put(ada, new_browser(f"b{number}", ORIGIN).info).status_code == 200
    assert [row.endpoint[-2:] for row in office.browsers("ada")] == ["b6", "b5", "b4", "b3", "b2"]


def test_only_ones_own_browser_can_be_taken_away(office: Office) -> None:
    ada, ben, browser = office.signed_in("ada"), office.signed_in("ben"), new_browser("b", ORIGIN)
    put(ada, browser.info)
    where: dict[str, Any] = {"json": {"endpoint": browser.endpoint}, "headers": HEADERS}
    assert ben.delete("/api/push/subscription", **where).status_code == 404
    assert ada.delete("/api/push/subscription", **where).status_code == 204
    assert ada.delete("/api/push/subscription", **where).status_code == 404
    assert not office.browsers("ada")


def test_a_hostile_endpoint_is_not_kept(office: Office) -> None:
    ada, info = office.signed_in("ada"), new_browser("b", ORIGIN).info
    for url in HOSTILE:
        answer = put(ada, {**info, "endpoint": url.replace("{port}", "8443")})
        assert answer.status_code == 422, url
        assert answer.get_json()["errors"][0]["field"] == "/endpoint"
    assert not office.browsers("ada")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/endpoint"),
        ([], "/endpoint"),
        ({"endpoint": 7}, "/endpoint"),
        ({"endpoint": f"{ORIGIN}/x"}, "/keys/p256dh"),
        ({"endpoint": f"{ORIGIN}/x", "keys": {"p256dh": "x"}}, "/keys/auth"),
        ({"endpoint": f"{ORIGIN}/x", "keys": {"p256dh": "x", "auth": "x"}}, "/keys"),
    ],
)
def test_what_is_wrong_is_named(office: Office, body: Any, field: str) -> None:
    answer = put(office.signed_in("ada"), body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.get_json()["errors"][0]["field"] == field


def test_strangers_and_other_sites_are_kept_out(office: Office, client: FlaskClient) -> None:
    browser = new_browser("b", ORIGIN)
    assert put(client, browser.info).status_code == 401
    ada = office.signed_in("ada")
    assert put(ada, browser.info, {"X-Guidance": "1", "Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert put(ada, browser.info, {}).status_code == 403
    assert not office.browsers("ada")
