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
from guidance.store import deliveries, log, people, subscriptions
from guidance.store.people import Grant
from guidance.store.subscriptions import SubscriptionRow
from guidance.web.cookies import session_cookie
from tests.alert.city import AT_THE_SITE, EVERYWHERE, City
from tests.alert.test_endpoint import HOSTILE
from tests.fakes.push_service import new_browser
from tests.people.town import form_token, press

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

    def link(self, name: str) -> str:
        """The path of a fresh sign-in link."""
        with self.city.store.transaction() as db:
            person = people.person(db, name)
            assert person is not None
            address = sign_in.make_link(db, self.clock.now(), self.settings, person)
        return address.removeprefix(self.settings.base_url)

    def again(self, name: str) -> FlaskClient:
        """Another browser of someone, signed in."""
        client = self.app.test_client()
        assert press(client, self.link(name)).status_code == 303
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


def test_taking_over_someone_elses_browser_asks_and_tells(office: Office) -> None:
    ada, ben, browser = office.signed_in("ada"), office.signed_in("ben"), new_browser("b", ORIGIN)
    put(ada, browser.info)
    answer = put(ben, browser.info)
    assert answer.status_code == 409 and "someone else" in answer.get_json()["detail"]
    assert office.browsers("ada") and not office.browsers("ben")
    assert put(ben, {**browser.info, "take_over": True}).status_code == 200
    assert not office.browsers("ada")
    assert [row.endpoint for row in office.browsers("ben")] == [browser.endpoint]
    page = ada.get("/board").get_data(as_text=True)
    assert "Someone else turned on alerts in a browser that was yours" in page
    assert "Alerts stopped" not in ben.get("/board").get_data(as_text=True)
    press(ada, "/board", to="/board/alerts-seen")
    assert "Alerts stopped" not in ada.get("/board").get_data(as_text=True)


def test_signing_out_ends_the_alerts_of_this_browser_and_of_no_other(office: Office) -> None:
    ada, here, elsewhere = office.signed_in("ada"), new_browser("b", ORIGIN), new_browser("c", ORIGIN)
    second = office.again("ada")
    put(ada, here.info)
    put(second, elsewhere.info)
    press(ada, "/board", to="/sign-out")
    assert [row.endpoint for row in office.browsers("ada")] == [elsewhere.endpoint]


def test_alerts_end_at_sign_out_though_the_session_was_over_by_its_age(office: Office) -> None:
    ada = office.signed_in("ada")
    put(ada, new_browser("b", ORIGIN).info)
    token = form_token(ada.get("/board").get_data(as_text=True))
    office.clock.advance(hours=2)
    assert office.browsers("ada"), "alerts outlive a session that is over by its age"
    ada.post("/sign-out", data={"csrf_token": token})
    assert not office.browsers("ada")


def test_the_same_person_who_signs_in_again_keeps_the_alerts_and_another_person_ends_them(office: Office) -> None:
    ada = office.signed_in("ada")
    put(ada, new_browser("b", ORIGIN).info)
    press(ada, office.link("ada"))
    assert len(office.browsers("ada")) == 1
    office.city.person("ben", EVERYWHERE)
    press(ada, office.link("ben"))
    assert not office.browsers("ada")
    assert "Someone else turned on alerts" in office.again("ada").get("/board").get_data(as_text=True)


def test_who_may_not_be_alerted_any_more_has_no_browser_that_is(office: Office) -> None:
    put(office.signed_in("ada"), new_browser("b", ORIGIN).info)
    put(office.signed_in("ben"), new_browser("c", ORIGIN).info)
    incident_id, _ = office.city.incident(office.clock.now())
    with office.city.store.transaction() as db:
        people.disable(db, "ada", "2026-11-24T12:00:00.000Z")
        db.execute("DELETE FROM person_roles WHERE person_id = 'ben'")
        leased = deliveries.lease(db, "2026-11-24T12:00:00.000Z", "2026-11-24T12:00:10.000Z", 9)
        assert subscriptions.entitled(db, "ben") == []
    assert incident_id and [each.entitled for each in leased] == [0, 0]
    assert not office.browsers("ada")


@pytest.mark.parametrize("how", ["gone_at", "refused_at"])
def test_a_browser_whose_service_has_refused_it_is_told_to_subscribe_anew(office: Office, how: str) -> None:
    ada, browser = office.signed_in("ada"), new_browser("b", ORIGIN)
    put(ada, browser.info)
    with office.city.store.transaction() as db:
        db.execute(f"UPDATE push_subscriptions SET {how} = '2026-11-24T11:00:00.000Z'")
        subscriptions.add_loss(db, "ada", "refused", "2026-11-24T11:00:00.000Z")
    assert "Turn alerts on again" in ada.get("/board").get_data(as_text=True)
    assert put(ada, browser.info).get_json()["renew"] is True
    assert "renew" not in put(ada, new_browser("c", ORIGIN).info).get_json()
    assert "Alerts stopped" not in ada.get("/board").get_data(as_text=True)


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
