"""Days and hours are the city's: what is due today is due until the city's midnight, in pages, exports and e-mail."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient

from guidance.app import create_app
from guidance.clock import FixedClock
from guidance.practice.reminders import Letterhead, send_reminders
from guidance.settings import Settings
from guidance.store.db import Store
from guidance.web.context import NAME, Parts
from tests.people.town import COUNSEL, Town, form_token, press, text
from tests.practice.classroom import TRAINER
from tests.practice.runs import PUPIL, run_body, send
from tests.practice.test_certificates import ask, earned, passed
from tests.web.desk import SCHOOL, page_of

# 20:30 of 24 November in New York.
EVENING = datetime.fromisoformat("2026-11-25T01:30:00+00:00")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(EVENING)


@pytest.fixture
def town(settings: Settings, store: Store, clock: FixedClock) -> Town:
    """A city whose zone nobody set: that of the demo, New York."""
    return Town(create_app(settings, clock), store, settings, clock)


def assign(trainer: FlaskClient, town: Town, due_on: str) -> None:
    token = form_token(trainer.get("/trainer").get_data(as_text=True))
    fields = {"csrf_token": token, "scenario": PUPIL.id, "sites": [town.site_id(SCHOOL)],
              "from_on": "2026-11-20", "due_on": due_on}  # fmt: skip
    assert trainer.post("/trainer/assignments", data=fields).status_code == 303


def test_what_is_due_today_is_over_after_the_citys_midnight(town: Town) -> None:
    trainer = town.browser(TRAINER)
    assert 'name="from_on" required value="2026-11-24"' in trainer.get("/trainer").get_data(as_text=True)
    assign(trainer, town, "2026-11-24")
    assert 'class="dates"' in trainer.get("/trainer").get_data(as_text=True)
    town.clock.advance(hours=3.5)
    assert 'class="dates late"' in town.browser(TRAINER).get("/trainer").get_data(as_text=True)


def test_what_begins_tomorrow_is_not_on_the_phone_in_the_evening(town: Town) -> None:
    trainer, phone = town.browser(TRAINER), town.phone(SCHOOL)
    token = form_token(trainer.get("/trainer").get_data(as_text=True))
    fields = {"csrf_token": token, "scenario": PUPIL.id, "sites": [town.site_id(SCHOOL)],
              "from_on": "2026-11-25", "due_on": "2026-11-30"}  # fmt: skip
    trainer.post("/trainer/assignments", data=fields)
    assert phone.get("/api/practice/assigned").get_json() == []
    town.clock.advance(hours=3.5)
    assert phone.get("/api/practice/assigned").get_json() == [{"scenario": PUPIL.id, "due_on": "2026-11-30"}]


def test_a_certificate_is_dated_and_ends_by_the_citys_days(town: Town) -> None:
    phone = town.phone(SCHOOL)
    code = ask(phone, passed(town, phone)).get_json()["code"]
    page = text(phone.get(f"/certificate/{code}"))
    assert "Issued 2026-11-24 " in page and "Valid until 2027-11-24 " in page
    town.clock.at = datetime.fromisoformat("2027-11-25T04:59:00+00:00")
    assert "No longer valid" not in text(phone.get(f"/verify/{code}"))
    town.clock.at = datetime.fromisoformat("2027-11-25T05:00:00+00:00")
    assert "No longer valid" in text(phone.get(f"/verify/{code}"))


def test_the_reminder_names_the_citys_day(town: Town) -> None:
    earned(town, town.phone(SCHOOL), reminder_email="rosa@city.example")
    with town.store.transaction() as db:
        db.execute("UPDATE certificates SET confirmed_at = issued_at")
    here: Parts = town.app.extensions[NAME]
    sent: list[EmailMessage] = []
    town.clock.at = datetime.fromisoformat("2027-11-24T12:00:00+00:00")
    letterhead = Letterhead("guidance@city.example", "Demo City", "http://localhost")
    assert send_reminders(town.store, town.clock, here.ground, letterhead, sent.append).sent == 1
    assert "It is valid until 2027-11-24." in sent[0].get_content()


def test_an_export_is_named_and_filtered_by_the_citys_days_and_tells_both_times(town: Town) -> None:
    send(town.phone(SCHOOL), run_body(town.clock))
    trainer = town.browser(TRAINER)
    answer = trainer.get("/trainer/export.csv?from=2026-11-24&until=2026-11-24")
    assert 'filename="practice-2026-11-24.csv"' in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert row["received_at"] == "2026-11-25T01:30:00.000Z"
    assert row["received_local"] == "2026-11-24T20:30:00-05:00"
    for nothing in ("?from=2026-11-25", "?until=2026-11-23"):
        assert trainer.get(f"/trainer/export.csv{nothing}").get_data(as_text=True).count("\n") == 1
    # Days that no calendar holds narrow nothing and break nothing.
    for far in ("?from=0001-01-01", "?until=9999-12-31", "?from=nonsense"):
        assert trainer.get(f"/trainer/export.csv{far}").get_data(as_text=True).count("\n") == 2


def test_hours_on_an_incidents_page_are_the_citys_whatever_offset_a_phone_wrote(town: Town) -> None:
    facts = {"started_at": "2026-11-25T09:30:00+09:00", "ended_at": "2026-11-25T00:45:00.000Z"}
    incident = town.report(SCHOOL, sent_at="2026-11-25T10:29:30+09:00", facts=facts)
    page = town.browser(COUNSEL).get(page_of(incident)).get_data(as_text=True)
    words = re.sub("[\u00a0\u202f]", " ", text(town.browser(COUNSEL).get(page_of(incident))))
    assert "20:29:30 EST" in words and "20:30 EST" in words
    assert re.search(r"When did it start\? +Nov 24, 2026, 7:30 PM", words), words
    assert re.search(r"When did it end\? +Nov 24, 2026, 7:45 PM", words)
    assert "UTC" not in words
    assert '<time dir="auto" data-clock data-seconds datetime="2026-11-25T10:29:30+09:00">' in page


def test_both_hours_of_the_night_are_told_apart_on_the_board(town: Town) -> None:
    town.clock.at = datetime.fromisoformat("2026-11-01T06:45:00+00:00")
    facts = {"started_at": "2026-11-01T05:50:00.000Z", "ended_at": "2026-11-01T06:10:00.000Z"}
    words = re.sub("[\u00a0\u202f]", " ", text(town.browser(COUNSEL).get(page_of(town.report(SCHOOL, facts=facts)))))
    assert "Nov 1, 2026, 1:50 AM EDT" in words and "Nov 1, 2026, 1:10 AM EST" in words


def test_another_city_has_other_days(settings: Settings, store: Store, clock: FixedClock) -> None:
    karachi = replace(settings, time_zone="Asia/Karachi")
    town = Town(create_app(karachi, clock), store, karachi, clock)
    page = town.browser(TRAINER).get("/trainer").get_data(as_text=True)
    assert 'name="from_on" required value="2026-11-25"' in page
    assert 'data-time-zone="Asia/Karachi"' in page


def test_a_note_is_dated_by_the_citys_day_on_other_days(town: Town) -> None:
    incident = town.report(SCHOOL)
    counsel = town.browser(COUNSEL)
    press(counsel, page_of(incident), {"text": "Wait", "audience": "record"}, to=f"{page_of(incident)}/note")
    town.clock.advance(hours=3.5)
    assert "2026-11-24 20:30 EST" in text(town.browser(COUNSEL).get(page_of(incident)))
