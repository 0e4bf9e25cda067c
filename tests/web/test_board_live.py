from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.store import incidents
from guidance.store.db import Store
from guidance.web import board_live, stream
from tests.people.town import COUNSEL, ELM, OAK, Town
from tests.reports import walked
from tests.web.desk import HOSPITAL, SCHOOL, act


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


@pytest.fixture
def incident(town: Town) -> str:
    """An incident at a school, with a walk and a few facts."""
    facts = {"officers_count": 3, "request": ["enter", "person"], "markings": "POLICE on the vest"}
    return town.report(SCHOOL, trail=walked(town.clock, "agency-paper"), facts=facts)


def read_events(town: Town, who: str, query: str, monkeypatch: pytest.MonkeyPatch, polls: int = 3) -> str:
    monkeypatch.setattr(board_live, "PACE", replace(board_live.PACE, poll_seconds=0.0, polls=polls))
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
    told = read_events(town, COUNSEL, "", monkeypatch, polls=board_live.PACE.heartbeat + 1)
    assert ": still here" in told


def test_the_stream_says_when_the_session_has_ended(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidance.people.sign_in.person_of", lambda *_: None)
    told = list(stream.events(town.app.extensions["guidance"], "ended", board_live.PACE, lambda: None))
    assert told[-1].endswith(b"event: signed-out\ndata: \n\n")


def test_one_person_watches_eight_pages_at_most_and_each_gives_its_place_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(stream.SLOTS.each + 1):
        read_events(town, COUNSEL, "", monkeypatch, polls=1)
    assert town.browser(COUNSEL).head("/board/live").status_code == 200  # an answer that nobody reads
    watched = [town.browser(COUNSEL).get("/board/live") for _ in range(stream.SLOTS.each)]
    try:
        assert {each.status_code for each in watched} == {200}
        refused = town.browser(COUNSEL).get("/board/live")
        assert refused.status_code == 503 and refused.headers["Retry-After"]
        others = town.browser(OAK).get("/board/live")
        assert others.status_code == 200
        others.close()
    finally:
        for each in watched:
            each.close()
    assert stream.SLOTS.taken() == 0
