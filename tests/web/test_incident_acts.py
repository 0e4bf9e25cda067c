from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask

from guidance.clock import FixedClock, to_text
from guidance.settings import Settings
from guidance.store import alerts, people
from guidance.store.db import Store
from tests.people.town import COUNSEL, OAK, OPERATIONS, Town, form_token, press, text
from tests.reports import VISIT, walked
from tests.web.desk import SCHOOL, act, listed, page_of


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


@pytest.fixture
def incident(town: Town) -> str:
    """An incident at a school, with a walk and a few facts."""
    facts = {"officers_count": 3, "request": ["enter", "person"], "markings": "POLICE on the vest"}
    return town.report(SCHOOL, trail=walked(town.clock, "agency-paper"), facts=facts)


def test_the_first_acknowledgement_wins_and_the_second_is_told_who_has_it(town: Town, incident: str) -> None:
    assert act(town, COUNSEL, incident, "acknowledge") == 303
    operations = town.browser(OPERATIONS)
    answer = press(operations, page_of(incident), to=f"{page_of(incident)}/acknowledge")
    assert answer.status_code == 409
    assert "Daniel Osei, Law Department duty counsel has it already" in text(answer)
    with town.store.reader() as db:
        counsel = people.person_by_email(db, COUNSEL)
    assert counsel and town.incident(incident).acknowledged_by == counsel.id
    assert town.events(incident).count("acknowledged") == 1


def test_pressing_twice_acknowledges_once(town: Town, incident: str) -> None:
    counsel = town.browser(COUNSEL)
    token = form_token(counsel.get(page_of(incident)).get_data(as_text=True))
    answers = [press(counsel, "", to=f"{page_of(incident)}/acknowledge", token=token).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert town.events(incident).count("acknowledged") == 1


def test_an_acknowledgement_stops_the_alert(town: Town, incident: str) -> None:
    act(town, OAK, incident, "acknowledge")
    with town.store.reader() as db:
        alert = alerts.alert_of(db, incident)
    assert alert is not None and alert.state == "acknowledged" and alert.next_tier_at is None


def test_a_note_to_the_desk_reaches_the_phone_and_one_for_the_record_does_not(town: Town) -> None:
    phone, report = town.phone(SCHOOL), str(uuid4())
    body = {"revision": 1, "kind": "visit", "locale": "en", "sent_at": to_text(town.clock.now()), "trail": [],
            "protocol": {"id": VISIT.id, "hash": VISIT.hash}}  # fmt: skip
    phone.put(f"/api/reports/{report}", json=body, headers={"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"})
    (row,) = listed(town.browser(COUNSEL))
    act(town, COUNSEL, row["id"], "note", text="Keep them outside.", audience="desk")
    act(town, COUNSEL, row["id"], "note", text="Called the precinct.", audience="record")
    progress = phone.get(f"/api/reports/{report}/progress").get_json()
    assert [note["text"] for note in progress["notes"]] == ["Keep them outside."]
    page = text(town.browser(COUNSEL).get(page_of(row["id"])))
    assert "Keep them outside." in page and "Called the precinct." in page


def test_pressing_twice_writes_a_note_once(town: Town, incident: str) -> None:
    for _ in range(2):
        act(town, COUNSEL, incident, "note", text="Keep them outside.", audience="desk")
    assert town.events(incident).count("desk_note") == 1
    town.clock.advance(minutes=1)
    act(town, COUNSEL, incident, "note", text="Keep them outside.", audience="desk")
    assert town.events(incident).count("desk_note") == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "   ", "audience": "desk"}, "The note is empty"),
        ({"text": "x" * 501, "audience": "desk"}, "At most 500 characters fit"),
        ({"text": "hello", "audience": "everyone"}, "Choose one of what is offered"),
    ],
)
def test_a_note_that_is_not_right_comes_back_as_it_was(
    town: Town, incident: str, fields: dict[str, str], words: str
) -> None:
    counsel = town.browser(COUNSEL)
    answer = press(counsel, page_of(incident), fields, to=f"{page_of(incident)}/note")
    assert answer.status_code == 400
    assert words in text(answer)
    assert fields["text"].strip() in answer.get_data(as_text=True)
    assert "desk_note" not in town.events(incident)


def test_a_stale_form_keeps_the_note_that_was_typed(town: Town, incident: str) -> None:
    counsel = town.browser(COUNSEL)
    fields = {"text": "Keep them outside.", "audience": "record"}
    answer = press(counsel, page_of(incident), fields, to=f"{page_of(incident)}/note", token="stale")
    assert answer.status_code == 400
    assert "Nothing was lost" in text(answer) and "Keep them outside.</textarea>" in answer.get_data(as_text=True)
    assert "record_note" not in town.events(incident)


def test_closing_needs_a_reason_and_another_reason_needs_words(town: Town, incident: str) -> None:
    assert act(town, COUNSEL, incident, "close") == 400
    assert act(town, COUNSEL, incident, "close", reason="because") == 400
    assert act(town, COUNSEL, incident, "close", reason="other") == 400
    assert town.incident(incident).state == "open"
    assert act(town, COUNSEL, incident, "close", reason="other", text="Left before we came.") == 303
    assert town.incident(incident).state == "closed"
    page = text(town.browser(COUNSEL).get(page_of(incident)))
    assert "Left before we came." in page


def test_closing_twice_keeps_the_first_reason(town: Town, incident: str) -> None:
    act(town, COUNSEL, incident, "close", reason="resolved")
    act(town, OPERATIONS, incident, "close", reason="false_alarm")
    assert town.incident(incident).close_reason == "resolved"


def test_a_closed_incident_cannot_be_acknowledged_any_more_but_noted(town: Town, incident: str) -> None:
    act(town, COUNSEL, incident, "close", reason="resolved")
    assert act(town, COUNSEL, incident, "acknowledge") == 303
    assert town.incident(incident).state == "closed"
    assert act(town, COUNSEL, incident, "note", text="Afterwards.", audience="record") == 303


def test_another_sites_page_can_do_nothing_here(town: Town, incident: str) -> None:
    counsel = town.browser(COUNSEL)
    for what in ("acknowledge", "note", "close"):
        assert counsel.post(f"{page_of(incident)}/{what}", data={"text": "x", "reason": "resolved"}).status_code == 400
    assert town.incident(incident).state == "open"


def test_a_committee_member_goes_off_duty_and_on_again(town: Town) -> None:
    counsel = town.browser(COUNSEL)
    assert "On duty" in text(counsel.get("/board"))
    press(counsel, "/board", to="/board/duty")
    assert "Off duty" in text(counsel.get("/board")) and not town.person(COUNSEL).on_duty
    press(counsel, "/board", {"on_duty": "y"}, to="/board/duty")
    assert town.person(COUNSEL).on_duty
    assert "On duty" not in text(town.browser(OAK).get("/board"))
