"""What phones that have not joined a site may store is bounded; joined phones are served to the last byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from guidance.app import create_app
from guidance.clock import FixedClock, to_text
from guidance.settings import Settings
from guidance.store import reports
from guidance.store.db import Store
from guidance.web.cookies import device_cookie
from tests.people.town import OAK, Town, press, text
from tests.practice.classroom import open_class
from tests.practice.runs import HEADERS, run_body, send
from tests.reports import body

MEGABYTE = 1024 * 1024


class Disk:
    """A disk whose free space a test sets."""

    def __init__(self) -> None:
        self.free = 1 << 40

    def __call__(self) -> int:
        return self.free


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def app(settings: Settings, clock: FixedClock, disk: Disk) -> Flask:
    small = replace(settings, stranger_rows_hour=3, stranger_rows_all=5, join_code_phones_hour=3)
    return create_app(small, clock, free_bytes=disk)


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Iterator[Town]:
    yield Town(app, store, settings, clock)


def put(client: FlaskClient, sent: dict[str, Any], report_id: str = "") -> TestResponse:
    return client.put(f"/api/reports/{report_id or uuid4()}", json=sent, headers=HEADERS)


def test_strangers_have_a_budget_and_joined_phones_have_none(town: Town) -> None:
    phone, stranger = town.phone("Oak Street School"), town.browser()
    first, mine = str(uuid4()), body(town.clock)
    kept = put(stranger, mine, first)
    assert [put(stranger, body(town.clock)).status_code for _ in range(2)] == [201, 201]
    refused = put(stranger, body(town.clock))
    assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.get_json()["reason"] == "hour" and "not joined" in refused.get_json()["detail"]
    again = put(town.browser(), mine, first)
    assert (again.status_code, again.get_json()) == (200, kept.get_json())
    for _ in range(8):
        assert put(phone, body(town.clock)).status_code == 201
    taken_over = put(phone, body(town.clock, 2), first)
    assert (taken_over.status_code, taken_over.get_json()["verified"]) == (201, True)


def test_revisions_variants_and_additions_of_strangers_are_counted_too(town: Town) -> None:
    report_id, stranger = str(uuid4()), town.browser()
    answers = [put(stranger, body(town.clock, n), report_id).status_code for n in (1, 2, 3, 4)]
    assert answers == [201, 201, 201, 503]
    town.clock.advance(hours=1)
    variants = [put(stranger, body(town.clock, facts={"officers_count": n}), report_id) for n in (1, 2, 3)]
    assert [each.status_code for each in variants] == [409, 409, 503]
    town.clock.advance(hours=1)
    assert put(stranger, body(town.clock)).get_json()["reason"] == "all"
    with town.store.reader() as db:
        assert len(reports.revisions_of(db, report_id)) == 3 and len(reports.variants_of(db, report_id)) == 2


def test_additions_to_a_joined_phones_report_spend_the_strangers_budget(town: Town) -> None:
    phone, report_id = town.phone("Oak Street School"), str(uuid4())
    put(phone, body(town.clock), report_id)
    answers = [put(town.browser(), body(town.clock, n), report_id).status_code for n in (2, 3, 4, 5)]
    assert answers == [201, 201, 201, 503]
    assert put(phone, body(town.clock, 2, facts={"officers_count": 1}), report_id).status_code == 201


def test_practice_has_a_budget_of_its_own(town: Town) -> None:
    phone, stranger = town.phone("Oak Street School"), town.browser()
    first, mine = str(uuid4()), run_body(town.clock)
    send(stranger, mine, first)
    assert [send(stranger, run_body(town.clock)).status_code for _ in range(3)] == [201, 201, 503]
    assert send(stranger, mine, first).status_code == 200
    assert send(phone, run_body(town.clock)).status_code == 201
    assert put(stranger, body(town.clock)).status_code == 201


def test_people_who_join_a_class_are_bounded_and_told_in_words(town: Town) -> None:
    made = open_class(town)
    code = town.class_code(made)
    answers = [press(town.browser(), "/practice/join", {"code": code, "nickname": f"Rosa {n}"}) for n in range(4)]
    assert [each.status_code for each in answers] == [303, 303, 303, 503]
    assert "Retry-After" in answers[3].headers and "not joined a site" in text(answers[3])


def test_bodies_of_strangers_are_smaller_and_measured_before_they_are_read(town: Town) -> None:
    padded = json.dumps(body(town.clock)) + " " * 40_000
    where, kind = f"/api/reports/{uuid4()}", "application/json"
    large = town.browser().put(where, data=padded, content_type=kind, headers=HEADERS)
    assert large.status_code == 413 and "joined a site may send more" in large.get_json()["detail"]
    assert town.browser().put(where, data=b"{" * 40_000, content_type=kind, headers=HEADERS).status_code == 413
    phone = town.phone("Oak Street School")
    assert phone.put(where, data=padded, content_type=kind, headers=HEADERS).status_code == 201
    for path in (f"/api/practice/runs/{uuid4()}", f"/api/practice/runs/{uuid4()}/progress"):
        run = town.browser().put(path, data=" " * 40_000, content_type=kind, headers=HEADERS)
        assert run.status_code == 413


def test_a_disk_that_fills_stops_strangers_then_practice_and_exports_and_never_joined_phones(
    town: Town, disk: Disk
) -> None:
    phone, stranger = town.phone("Oak Street School"), town.browser()
    trainer = town.browser("training@city.example")
    first, mine = str(uuid4()), body(town.clock)
    kept = put(stranger, mine, first)
    disk.free = 1000 * MEGABYTE
    assert put(stranger, body(town.clock)).get_json()["reason"] == "disk"
    assert put(stranger, mine, first).get_json() == kept.get_json()
    assert send(phone, run_body(town.clock)).status_code == 201
    assert trainer.get("/trainer/export.csv").status_code == 200
    disk.free = 100 * MEGABYTE
    assert send(phone, run_body(town.clock)).status_code == 503
    assert trainer.get("/trainer/export.csv").status_code == 503
    assert put(phone, body(town.clock)).status_code == 201
    disk.free = 0
    assert put(phone, body(town.clock)).status_code == 201


def test_progress_and_certificates_cannot_grow_without_bound(town: Town) -> None:
    made = open_class(town)
    phone = town.browser()
    press(phone, "/practice/join", {"code": town.class_code(made), "nickname": "Rosa"})
    where = {"scenario": made.scenario_ids[0], "position": "Jane Roe", "answers": 1, "alerted": False}
    answers = [
        phone.put(f"/api/practice/runs/{uuid4()}/progress", json=where, headers=HEADERS).status_code for _ in range(4)
    ]
    assert answers == [204, 204, 503, 503]
    with town.store.reader() as db:
        rows = db.execute("SELECT position FROM practice_progress").fetchall()
    assert [row["position"] for row in rows] == ["?", "?"]


def test_a_phone_that_was_not_in_use_for_long_is_a_stranger_and_is_told_to_join_again(town: Town) -> None:
    phone = town.phone("Oak Street School")
    for _ in range(3):
        town.clock.advance(days=399)
        receipt = put(phone, body(town.clock)).get_json()
        assert receipt["verified"] is True and "reason" not in receipt
    town.clock.advance(days=399)
    assert phone.get("/api/device").status_code == 200
    cookie = phone.get_cookie(device_cookie(town.settings))
    assert cookie is not None
    town.clock.advance(days=401)
    late = town.browser()
    late.set_cookie(device_cookie(town.settings), cookie.value)
    receipt = put(late, body(town.clock)).get_json()
    assert (receipt["verified"], receipt["reason"]) == (False, "unused")
    answer = late.get("/api/device")
    assert (answer.status_code, answer.get_json()["reason"]) == (404, "unused")
    press(late, town.join_path("Oak Street School"))
    assert put(late, body(town.clock)).get_json()["verified"] is True


def test_a_phone_that_was_removed_is_told_so(town: Town) -> None:
    phone = town.phone("Oak Street School")
    with town.store.transaction() as db:
        db.execute("UPDATE devices SET revoked_at = :now", {"now": to_text(town.clock.now())})
    receipt = put(phone, body(town.clock)).get_json()
    assert (receipt["verified"], receipt["reason"]) == (False, "removed")


def test_one_code_lets_in_so_many_new_phones_an_hour_and_the_supervisor_is_told(town: Town) -> None:
    path, page = town.join_path("Oak Street School"), f"/board/sites/{town.site_id('Oak Street School')}/join"
    supervisor = town.browser(OAK)
    assert "Very many phones" not in text(supervisor.get(page))
    phones = [town.browser() for _ in range(4)]
    answers = [press(each, path) for each in phones]
    assert [each.status_code for each in answers] == [303, 303, 303, 429]
    assert "Too many phones joined with this code" in text(answers[3])
    assert "Very many phones joined with one code" in text(supervisor.get(page))
    assert press(phones[0], path).status_code == 303  # one that has joined may come again
    assert press(phones[3], town.join_path("Oak Street School")).status_code == 303
    town.clock.advance(hours=1, seconds=1)
    assert press(town.browser(), path).status_code == 303
