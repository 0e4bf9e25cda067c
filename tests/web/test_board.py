from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from guidance.clock import FixedClock, to_text
from guidance.commands import demo_incidents
from guidance.settings import Settings
from guidance.store import incidents
from guidance.store.db import Store
from guidance.store.incidents import IncidentRow
from guidance.web.board_rows import LIMIT, SORTS, TABS, UNVERIFIED_LIMIT, Wish, turned, wish
from guidance.web.board_words import span_words
from tests.people.town import COUNSEL, ELM, HARBOR, OAK, SCHOOLS, Town, form_token, press, text
from tests.reports import VISIT, walked
from tests.web.desk import HOSPITAL, SCHOOL, act, listed, page_of


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


@pytest.fixture
def incident(town: Town) -> str:
    """An incident at a school, with a walk and a few facts."""
    facts = {"officers_count": 3, "request": ["enter", "person"], "markings": "POLICE on the vest"}
    return town.report(SCHOOL, trail=walked(town.clock, "agency-paper"), facts=facts)


def test_the_board_shows_incidents_newest_first_with_what_one_needs_to_choose(town: Town, incident: str) -> None:
    town.clock.advance(minutes=7)
    newer = town.report(HOSPITAL)
    rows = listed(town.browser(COUNSEL))
    assert [row["id"] for row in rows] == [newer, incident]
    assert rows[1]["words"] == {
        "code": "#" + town.incident(incident).code, "age": "7 min", "state": "Open", "urgency": "Urgent",
        "kind": VISIT.title, "site": SCHOOL, "agency": "Demo City Schools", "who": "Nobody yet",
        "verified": "Verified",
    }  # fmt: skip


def test_page_and_data_show_the_same_words(town: Town, incident: str) -> None:
    counsel = town.browser(COUNSEL)
    page = text(counsel.get("/board"))
    for words in listed(counsel)[0]["words"].values():
        assert words in page


def test_what_an_unknown_phone_sent_is_low_not_verified_and_for_the_committee_alone(town: Town) -> None:
    unknown = town.report()
    (row,) = listed(town.browser(COUNSEL))
    assert (row["id"], row["urgency"], row["verified"]) == (unknown, "low", False)
    assert row["words"]["site"] == "Site not known" and row["words"]["verified"] == "Not verified"
    for who in (OAK, SCHOOLS):
        assert listed(town.browser(who)) == []


@pytest.mark.parametrize(
    ("who", "sees"), [(COUNSEL, True), (OAK, True), (SCHOOLS, True), (ELM, False), (HARBOR, False)]
)
def test_an_incident_exists_only_for_those_whose_it_is(town: Town, incident: str, who: str, sees: bool) -> None:
    browser = town.browser(who)
    assert [row["id"] for row in listed(browser, "?tab=all")] == ([incident] if sees else [])
    assert browser.get(page_of(incident)).status_code == (200 if sees else 404)
    assert (f"#{town.incident(incident).code}" in text(browser.get("/board"))) == sees


@pytest.mark.parametrize("what", ["acknowledge", "note", "close"])
def test_what_one_may_not_see_one_cannot_change(town: Town, incident: str, what: str) -> None:
    elm = town.browser(ELM)
    token = form_token(elm.get("/board").get_data(as_text=True))
    fields = {"text": "x", "audience": "desk", "reason": "resolved"}
    assert press(elm, "", fields, to=f"{page_of(incident)}/{what}", token=token).status_code == 404
    assert press(elm, "", fields, to=f"{page_of(str(uuid4()))}/{what}", token=token).status_code == 404
    assert town.incident(incident).state == "open"
    assert not {"desk_note", "acknowledged", "closed"} & set(town.events(incident))


def test_counts_on_the_tabs_do_not_tell_of_what_one_may_not_see(town: Town, incident: str) -> None:
    town.report()
    assert town.browser(ELM).get("/board/incidents.json").get_json()["counts"]["all"] == 0
    assert town.browser(OAK).get("/board/incidents.json").get_json()["counts"]["all"] == 1
    assert town.browser(COUNSEL).get("/board/incidents.json").get_json()["counts"]["all"] == 2


def test_strangers_push_no_verified_incident_off_the_board(town: Town, incident: str) -> None:
    strangers = UNVERIFIED_LIMIT + LIMIT
    with town.store.transaction() as db:
        for number in range(strangers):
            at = to_text(town.clock.now() + timedelta(seconds=number))
            incidents.add_incident(db, IncidentRow(f"i{number}", f"c{number}", "visit", None, 0, "low", "open", at))
    counsel = town.browser(COUNSEL)
    found = counsel.get("/board/incidents.json").get_json()
    assert incident in [row["id"] for row in found["rows"]]
    assert len(found["rows"]) == UNVERIFIED_LIMIT + 1
    assert found["more"] == {"verified": 0, "unverified": LIMIT}
    assert found["counts"]["all"] == strangers + 1
    assert f"and {LIMIT} more that are not verified" in text(counsel.get("/board"))
    assert "more that" not in text(counsel.get("/board?tab=closed"))
    assert town.browser(OAK).get("/board/incidents.json").get_json()["more"] == {"verified": 0, "unverified": 0}


def test_closed_incidents_have_their_own_tab(town: Town, incident: str) -> None:
    assert act(town, COUNSEL, incident, "close", reason="resolved") == 303
    counsel = town.browser(COUNSEL)
    assert listed(counsel) == []
    assert [row["id"] for row in listed(counsel, "?tab=closed")] == [incident]


def test_the_board_sorts_by_each_column_both_ways(town: Town) -> None:
    town.report(SCHOOL, urgency="normal", trail=[])
    town.clock.advance(minutes=1)
    town.report()
    counsel = town.browser(COUNSEL)
    first, second = (row["id"] for row in listed(counsel))
    for sort in SORTS:
        assert {row["id"] for row in listed(counsel, f"?sort={sort}&order=down")} == {first, second}
    for sort in ("age", "urgency", "site"):
        down = [row["id"] for row in listed(counsel, f"?sort={sort}&order=down")]
        assert [row["id"] for row in listed(counsel, f"?sort={sort}&order=up")] == down[::-1]
    assert [row["urgency"] for row in listed(counsel, "?sort=urgency")] == ["urgent", "low"]


def test_an_address_that_asks_for_nonsense_shows_the_usual_list(town: Town, incident: str) -> None:
    assert wish({"tab": "x", "sort": "y", "order": "z"}) == Wish()
    assert town.browser(COUNSEL).get("/board?tab=%00&sort=;drop&order=1").status_code == 200


def test_a_second_click_on_a_columns_head_turns_it_round() -> None:
    once = turned(Wish(), "site")
    assert (once.sort, once.down) == ("site", False)
    assert turned(once, "site").down
    assert set(TABS) == {"active", "open", "closed", "all"}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "now"),
        (59, "now"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (36000, "10 h"),
        (90000, "1 d 1 h"),
    ],
)
def test_ages_are_short(app: Flask, seconds: int, words: str) -> None:
    with app.test_request_context():
        assert span_words(seconds) == words


def test_the_demo_city_has_incidents_in_every_state_and_one_from_an_unknown_phone(town: Town) -> None:
    with town.store.transaction() as db:
        demo_incidents.work(db, town.app.extensions["guidance"], town.clock.now())
    rows = listed(town.browser(COUNSEL), "?tab=all")
    assert {row["state"] for row in rows} == {"open", "acknowledged", "closed"}
    assert [row["verified"] for row in rows].count(False) == 1
    for row in rows:
        page = text(town.browser(COUNSEL).get(row["href"]))
        assert "does not replay" not in page
