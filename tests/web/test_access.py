from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask, Response
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Rule

from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.store import sessions
from guidance.store.db import Store
from guidance.web import cookies
from guidance.web.access import Access, safe_next
from tests.people.town import COUNSEL, OAK, Town, form_token, press


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def access_of(app: Flask, rule: Rule) -> Access:
    found: Access = getattr(app.view_functions[rule.endpoint], "access", Access("undeclared"))
    return found


def address(rule: Rule) -> str:
    """Some address of a rule."""
    values = {name: str(uuid4()) if "_id" in name else "en" for name in rule.arguments}
    path = str(rule.rule)
    for name, value in values.items():
        for kind in ("uuid:", "path:", ""):
            path = path.replace(f"<{kind}{name}>", value)
    return path


def test_every_route_declares_who_may_enter(app: Flask) -> None:
    undeclared = [rule.endpoint for rule in rules(app) if access_of(app, rule).kind == "undeclared"]
    assert undeclared == []


def test_everything_under_board_is_for_people_with_a_role(app: Flask) -> None:
    board = [rule for rule in rules(app) if rule.rule.startswith("/board")]
    assert len(board) >= 10
    for rule in board:
        access = access_of(app, rule)
        assert access.kind == "person" and access.roles, rule.rule


def test_nothing_for_people_or_devices_opens_to_a_stranger(app: Flask) -> None:
    for rule in rules(app):
        if access_of(app, rule).kind == "open":
            continue
        for method in (rule.methods or set()) & {"GET", "PUT", "DELETE"}:
            answer = app.test_client().open(address(rule), method=method, headers={"X-Guidance": "1"})
            assert answer.status_code in {303, 401, 404}, f"{method} {rule.rule}: {answer.status_code}"
            if answer.status_code == 303:
                assert answer.headers["Location"].startswith("/sign-in?next=")


def test_a_page_sends_a_stranger_to_sign_in_and_data_says_401(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/board?tab=all").headers["Location"] == "/sign-in?next=%2Fboard%3Ftab%3Dall"
    answer = client.get("/board/incidents.json")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert client.get("/board/live").status_code == 401


def test_answers_to_signed_in_people_are_never_kept_by_caches(town: Town) -> None:
    counsel = town.browser(COUNSEL)
    for path in ("/board", "/board/incidents.json"):
        assert counsel.get(path).headers["Cache-Control"] == "no-store"


def test_a_role_that_a_view_does_not_name_finds_nothing(town: Town) -> None:
    site = town.site_id("Oak Street School")
    assert town.browser(COUNSEL).get(f"/board/sites/{site}/join").status_code == 404
    oak = town.browser(OAK)
    assert oak.get(f"/board/sites/{site}/join").status_code == 200


def test_a_phone_cannot_enter_where_people_enter(town: Town) -> None:
    phone = town.phone("Oak Street School")
    assert phone.get("/board").status_code == 303
    assert phone.get("/board/incidents.json").status_code == 401
    assert phone.get("/api/device").get_json()["site"]["name"] == "Oak Street School"


def test_a_person_is_no_device(town: Town) -> None:
    assert town.browser(COUNSEL).get("/api/device").status_code == 404


def test_use_keeps_a_session_alive_and_a_page_that_asks_by_itself_does_not(town: Town) -> None:
    used, left_open = town.browser(COUNSEL), town.browser(OAK)
    for _ in range(4):
        town.clock.advance(minutes=9)
        assert used.get("/board").status_code == 200
        left_open.get("/board/incidents.json")
    assert used.get("/board").status_code == 200
    assert left_open.get("/board/incidents.json").status_code == 401


def test_a_session_ends_after_its_hours_though_it_was_in_use(town: Town) -> None:
    browser = town.browser(COUNSEL)
    for _ in range(town.settings.session_hours * 3 - 1):
        town.clock.advance(minutes=20)
        assert browser.get("/board").status_code == 200
    town.clock.advance(minutes=20)
    assert browser.get("/board").status_code == 303


def test_using_a_page_often_writes_the_session_seldom(town: Town) -> None:
    browser = town.browser(COUNSEL)
    token = browser.get_cookie(cookies.session_cookie(town.settings))
    assert token is not None
    before = town.store.change_counter()
    for _ in range(5):
        browser.get("/board")
    assert town.store.change_counter() == before
    town.clock.advance(seconds=61)
    browser.get("/board")
    assert town.store.change_counter() != before


def test_what_was_written_is_shown_to_someone_whose_session_ended_meanwhile(town: Town) -> None:
    incident = town.report("Oak Street School")
    browser = town.browser(COUNSEL)
    page = browser.get(f"/board/incidents/{incident}").get_data(as_text=True)
    town.clock.advance(hours=1)
    words = "Keep them outside, I call at once."
    fields = {"csrf_token": form_token(page), "text": words, "audience": "desk"}
    answer = browser.post(f"/board/incidents/{incident}/note", data=fields)
    assert answer.status_code == 401
    assert words in answer.get_data(as_text=True)
    assert "desk_note" not in town.events(incident)


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "board", "",
                "/\t/evil.example", "/board\nX: 1", "javascript:alert(1)"],
)  # fmt: skip
def test_nothing_leads_to_another_site_after_sign_in(address: str) -> None:
    assert safe_next(address) is None


@given(st.text(max_size=40))
def test_whatever_leads_on_is_a_plain_path_of_this_site(address: str) -> None:
    found = safe_next(address)
    assert found is None or (found[0] == "/" and found[1:2] not in {"/", "\\"} and found.isprintable())


def test_session_cookies_are_out_of_reach_of_scripts_and_other_sites(town: Town) -> None:
    answer = press(town.app.test_client(), town.link(COUNSEL))
    (header,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("guidance-session=")]
    assert "HttpOnly" in header and "SameSite=Lax" in header and "Path=/" in header and "Domain" not in header
    assert "Secure" not in header


def test_over_tls_cookies_are_bound_to_the_host(settings: Settings) -> None:
    tls = replace(settings, base_url="https://guidance.city.example")
    response = Response()
    cookies.set_session(response, tls, "token")
    cookies.set_device(response, tls, "token")
    session, device = response.headers.getlist("Set-Cookie")
    assert session.startswith("__Host-guidance-session=") and device.startswith("__Host-guidance-device=")
    assert all("Secure" in each and "HttpOnly" in each and "Path=/" in each for each in (session, device))
    assert "SameSite=Strict" in device and f"Max-Age={400 * 24 * 3600}" in device


def test_the_store_is_asked_for_the_hash_of_a_session_and_never_for_the_token(town: Town) -> None:
    browser = town.browser(COUNSEL)
    cookie = browser.get_cookie(cookies.session_cookie(town.settings))
    assert cookie is not None
    with town.store.reader() as db:
        assert sessions.session(db, cookie.value) is None
