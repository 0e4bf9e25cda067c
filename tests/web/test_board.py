from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from guidance.clock import FixedClock, to_text
from guidance.commands import demo_incidents
from guidance.protocol.load import content_hash, to_document
from guidance.settings import Settings
from guidance.store import alerts, incidents, people, protocols
from guidance.store.db import Store
from guidance.store.protocols import PublishedVersion
from guidance.web import board_live
from guidance.web.board_rows import SORTS, TABS, Wish, turned, wish
from guidance.web.board_words import span_words
from tests.people.town import COUNSEL, ELM, HARBOR, OAK, OPERATIONS, SCHOOLS, Town, form_token, press, text
from tests.reports import VISIT, walked

SCHOOL, HOSPITAL = "Oak Street School", "Harbor Hospital"


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


@pytest.fixture
def incident(town: Town) -> str:
    """An incident at a school, with a walk and a few facts."""
    facts = {"officers_count": 3, "request": ["enter", "person"], "markings": "POLICE on the vest"}
    return town.report(SCHOOL, trail=walked(town.clock, "agency-paper"), facts=facts)


def page_of(incident: str) -> str:
    return f"/board/incidents/{incident}"


def listed(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/board/incidents.json{query}").get_json()["rows"]
    return rows


def act(town: Town, who: str, incident: str, what: str, **fields: str) -> int:
    browser = town.browser(who)
    return press(browser, page_of(incident), fields, to=f"{page_of(incident)}/{what}").status_code


# What the list shows, and to whom


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


# The incident's page


def test_the_page_tells_facts_trail_and_timeline_in_words(town: Town, incident: str) -> None:
    page = text(town.browser(COUNSEL).get(page_of(incident)))
    assert "How many officers? 3" in page and "To come in, For a person" in page and "POLICE on the vest" in page
    for entry in walked(town.clock, "agency-paper"):
        step = VISIT.steps[entry["step"]]
        assert step.ask in page
        assert next(answer.text for answer in step.answers if answer.id == entry["answer"]) in page
    assert VISIT.outcomes["agency-paper"].headline in page
    assert "The desk’s report arrived" in page


def test_the_trail_keeps_the_wording_of_the_version_that_was_walked(town: Town) -> None:
    incident = town.report(SCHOOL, trail=[{"step": VISIT.start, "answer": "no", "at": to_text(town.clock.now())}])
    newer = VISIT.steps[VISIT.start].ask
    document = json.loads(json.dumps(to_document(VISIT)))
    document["steps"][VISIT.start]["ask"] = "Was anyone in danger, in older words?"
    del document["hash"]
    older = content_hash(document)
    kept = PublishedVersion(older, VISIT.id, VISIT.version, json.dumps({**document, "hash": older}), "2026-01-01")
    with town.store.transaction() as db:
        protocols.publish(db, kept)
        db.execute("UPDATE report_revisions SET protocol_hash = ?", (older,))
    page = text(town.browser(COUNSEL).get(page_of(incident)))
    assert "Was anyone in danger, in older words?" in page and newer not in page


def test_phone_time_and_server_time_both_show(town: Town) -> None:
    sent = town.clock.now() - timedelta(minutes=20)
    incident = town.report(SCHOOL, sent_at=to_text(sent))
    page = town.browser(COUNSEL).get(page_of(incident)).get_data(as_text=True)
    assert to_text(sent) in page and town.incident(incident).opened_at in page


def test_what_a_reader_must_doubt_is_flagged(town: Town) -> None:
    trail = [{"step": "nowhere", "answer": "no", "at": to_text(town.clock.now())}]
    sent = to_text(town.clock.now() - timedelta(hours=5))
    page = text(town.browser(COUNSEL).get(page_of(town.report(SCHOOL, trail=trail, sent_at=sent))))
    assert "The trail does not replay" in page and "It arrived late" in page and "nowhere" in page


def test_other_content_under_the_same_revision_is_flagged(town: Town) -> None:
    phone, report = town.phone(SCHOOL), str(uuid4())
    body = {"revision": 1, "kind": "visit", "locale": "en", "sent_at": to_text(town.clock.now()), "trail": [],
            "protocol": {"id": VISIT.id, "hash": VISIT.hash}}  # fmt: skip
    headers = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}
    assert phone.put(f"/api/reports/{report}", json=body, headers=headers).status_code == 201
    other = {**body, "facts": {"officers_count": 9}}
    assert phone.put(f"/api/reports/{report}", json=other, headers=headers).status_code == 409
    (row,) = listed(town.browser(COUNSEL))
    page = text(town.browser(COUNSEL).get(page_of(row["id"])))
    assert "1 other content under the same revision is kept" in page
    assert "Other content came under revision 1. Both are kept." in page


def test_free_text_cannot_become_markup(town: Town) -> None:
    incident = town.report(SCHOOL, facts={"markings": "<img src=x onerror=alert(1)>"})
    act(town, COUNSEL, incident, "note", text="<script>alert(1)</script>", audience="record")
    page = town.browser(COUNSEL).get(page_of(incident)).get_data(as_text=True)
    assert "<img src=x" not in page and "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_report_without_details_says_so(town: Town) -> None:
    page = text(town.browser(COUNSEL).get(page_of(town.report(SCHOOL))))
    assert "No details yet" in page


def test_who_was_alerted_and_how_it_went_shows(town: Town, incident: str) -> None:
    with town.store.transaction() as db:
        alert = alerts.alert_of(db, incident)
        counsel = people.person_by_email(db, COUNSEL)
        assert alert and counsel
        rows = [alerts.NewDelivery(str(uuid4()), counsel.id, "push", "one"),
                alerts.NewDelivery(str(uuid4()), counsel.id, "email", COUNSEL)]  # fmt: skip
        alerts.add_deliveries(db, alert.id, 1, to_text(town.clock.now()), rows)
        finished = to_text(town.clock.now() + timedelta(milliseconds=400))
        db.execute("UPDATE deliveries SET state = 'sent', finished_at = ? WHERE channel = 'push'", (finished,))
        db.execute("UPDATE deliveries SET state = 'failed', attempt = 3, finished_at = ? WHERE channel = 'email'",
                   (finished,))  # fmt: skip
    page = text(town.browser(COUNSEL).get(page_of(incident)))
    assert "Notification: sent, after 0.4 s" in page
    assert "E-mail: failed, after 0.4 s, 3 tries" in page


# What people do


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
        ({"text": "hello", "audience": "everyone"}, "Not a valid choice"),
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


# The live stream


def read_events(town: Town, who: str, query: str, monkeypatch: pytest.MonkeyPatch, polls: int = 3) -> str:
    monkeypatch.setattr(board_live, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(board_live, "LAST_POLL", polls)
    answer = town.browser(who).get(f"/board/live{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    told = answer.get_data(as_text=True)
    answer.close()
    return told


def test_the_stream_tells_of_what_happened_since(town: Town, incident: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with town.store.reader() as db:
        newest = incidents.last_event(db)
    assert f"id: {newest}\nevent: changed" in read_events(town, COUNSEL, "?since=0", monkeypatch)
    assert "changed" not in read_events(town, COUNSEL, f"?since={newest}", monkeypatch)


def test_the_stream_tells_nobody_of_what_they_may_not_see(
    town: Town, incident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "changed" in read_events(town, OAK, "?since=0", monkeypatch)
    assert "changed" not in read_events(town, ELM, "?since=0", monkeypatch)


def test_an_incidents_page_is_told_of_that_incident_alone(
    town: Town, incident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = town.report(HOSPITAL)
    with town.store.reader() as db:
        newest = incidents.last_event(db)
    act(town, COUNSEL, other, "note", text="x", audience="record")
    assert "changed" in read_events(town, COUNSEL, f"?since={newest}&incident={other}", monkeypatch)
    assert "changed" not in read_events(town, COUNSEL, f"?since={newest}&incident={incident}", monkeypatch)


def test_the_stream_stays_awake_and_ends_by_itself(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    told = read_events(town, COUNSEL, "", monkeypatch, polls=board_live.HEARTBEAT_POLLS + 1)
    assert ": still here" in told


def test_the_stream_says_when_the_session_has_ended(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidance.people.sign_in.person_of", lambda *_: None)
    watch = board_live.Watch(town.person(COUNSEL), "ended", None)
    here = town.app.extensions["guidance"]
    assert list(board_live._stream(here, watch, 0))[-1] == "event: signed-out\ndata: \n\n"


def test_too_many_watchers_are_told_to_ask_instead_and_hold_no_thread(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(40):
        read_events(town, COUNSEL, "", monkeypatch, polls=1)  # each gives its place back
    taken = 0
    while board_live.STREAMS.acquire(blocking=False):
        taken += 1
    try:
        assert town.browser(COUNSEL).get("/board/live").status_code == 503
    finally:
        for _ in range(taken):
            board_live.STREAMS.release()


# The demo city


def test_the_demo_city_has_incidents_in_every_state_and_one_from_an_unknown_phone(town: Town) -> None:
    with town.store.transaction() as db:
        demo_incidents.work(db, town.app.extensions["guidance"], town.clock.now())
    rows = listed(town.browser(COUNSEL), "?tab=all")
    assert {row["state"] for row in rows} == {"open", "acknowledged", "closed"}
    assert [row["verified"] for row in rows].count(False) == 1
    for row in rows:
        page = text(town.browser(COUNSEL).get(row["href"]))
        assert "does not replay" not in page
