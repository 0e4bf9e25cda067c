from __future__ import annotations

import pytest
from flask import Flask

from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.store.db import Store
from tests.people.town import COUNSEL, OAK, Town, form_token, press, text


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


def test_a_link_leads_to_the_board(town: Town) -> None:
    browser = town.browser()
    answer = press(browser, town.link(COUNSEL))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/board")
    assert "Daniel Osei" in text(browser.get("/board"))


def test_a_mail_programs_preview_does_not_use_a_link_up(town: Town) -> None:
    path = town.link(COUNSEL)
    for _ in range(3):
        assert "Sign in on this browser?" in text(town.browser().get(path))
    assert press(town.browser(), path).status_code == 303


def test_a_used_link_says_so_and_what_to_do(town: Town) -> None:
    path = town.link(COUNSEL)
    press(town.browser(), path)
    answer = town.browser().get(path)
    assert answer.status_code == 410
    assert "This link was used already" in text(answer) and "new one" in text(answer)


def test_a_link_that_is_too_old_says_so(town: Town) -> None:
    path = town.link(COUNSEL)
    town.clock.advance(minutes=16)
    late = town.browser()
    assert "This link is too old" in text(late.get(path))
    assert late.get("/board").status_code == 303


def test_a_broken_link_says_that_it_does_not_work(town: Town) -> None:
    assert "This link does not work" in text(town.browser().get("/sign-in/abc"))


def test_sign_in_leads_back_to_where_the_person_wanted_to_go(town: Town) -> None:
    browser = town.browser()
    browser.get(browser.get("/board?tab=closed").headers["Location"])
    assert press(browser, town.link(COUNSEL)).headers["Location"] == "/board?tab=closed"


def test_signing_in_never_leads_to_another_site(town: Town) -> None:
    browser = town.browser()
    browser.get("/sign-in?next=//evil.example")
    assert press(browser, town.link(COUNSEL)).headers["Location"] == "/board"


def test_signing_in_again_ends_the_session_before(town: Town) -> None:
    browser = town.browser(COUNSEL)
    name = "guidance-session"
    before = browser.get_cookie(name)
    press(browser, town.link(OAK))
    assert before is not None and "Ruth Delgado" in text(browser.get("/board"))
    thief = town.browser()
    thief.set_cookie(name, before.value)
    assert thief.get("/board").status_code == 303


def test_signing_out_ends_the_session_on_the_server_too(town: Town) -> None:
    browser = town.browser(COUNSEL)
    cookie = browser.get_cookie("guidance-session")
    assert cookie is not None
    answer = press(browser, "/board", to="/sign-out")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert browser.get_cookie("guidance-session") is None
    thief = town.browser()
    thief.set_cookie("guidance-session", cookie.value)
    assert thief.get("/board").status_code == 303


def test_another_site_cannot_sign_anyone_in_or_out(town: Town) -> None:
    browser = town.browser(COUNSEL)
    cookies = browser.post("/sign-out").headers.getlist("Set-Cookie")
    assert not any(each.startswith("guidance-session=") for each in cookies)
    assert browser.get("/board").status_code == 200
    assert town.browser().post(town.link(OAK)).status_code == 400


def test_a_form_whose_token_went_stale_comes_back_and_the_link_still_works(town: Town) -> None:
    browser, path = town.browser(), town.link(COUNSEL)
    answer = press(browser, path, token="stale")
    assert answer.status_code == 400
    assert "press the button again" in text(answer)
    assert press(browser, path, token=form_token(answer.get_data(as_text=True))).status_code == 303


def test_the_page_tells_how_to_get_a_link_and_asks_for_no_password(town: Town) -> None:
    page = town.browser().get("/sign-in").get_data(as_text=True)
    assert "There is no password" in page and "guidance sign-in-link" in page
    assert 'type="password"' not in page
