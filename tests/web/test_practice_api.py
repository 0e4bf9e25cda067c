from __future__ import annotations

import json
from uuid import uuid4

import pytest
from flask import Flask

from guidance.clock import FixedClock
from guidance.incident.receipt import content_sha256
from guidance.settings import Settings
from guidance.store.db import Store
from tests.people.town import OAK, Town, press, text
from tests.practice.classroom import open_class, trainee
from tests.practice.runs import HEADERS, PUPIL, run_body, send

RUN = "0190f3a2-0000-4000-8000-000000000000"


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"/api/practice/runs/{RUN}"),
        ("PUT", f"/api/practice/runs/{RUN}/progress"),
        ("POST", "/api/practice/certificates"),
    ],
)
def test_no_page_of_another_origin_can_write(town: Town, method: str, path: str) -> None:
    foreign = {"X-Guidance": "1", "Sec-Fetch-Site": "cross-site"}
    for headers in ({}, foreign):
        answer = town.browser().open(path, method=method, json={}, headers=headers)
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"revision": 1}', json.dumps({"trail": "x" * 70_000})])
def test_a_body_that_is_no_run_is_a_problem_and_never_a_fault(town: Town, body: str) -> None:
    answer = town.browser().put(
        f"/api/practice/runs/{uuid4()}", data=body, content_type="application/json", headers=HEADERS
    )
    assert answer.status_code in (400, 413, 422) and answer.mimetype == "application/problem+json"


def test_a_problem_never_repeats_what_was_sent(town: Town) -> None:
    answer = send(town.browser(), run_body(town.clock, facts={"paper_shown": "Jane Roe"}))
    assert answer.status_code == 422
    assert "Jane Roe" not in answer.get_data(as_text=True)


def test_the_answer_of_a_run_is_a_receipt_of_its_content(town: Town) -> None:
    body = run_body(town.clock)
    receipt = send(town.browser(), body).get_json()
    assert set(receipt) == {"id", "revision", "sha256", "received_at", "code", "verified", "signature"}
    assert receipt["sha256"] == content_sha256(body)


def test_wrong_class_codes_are_slowed_and_right_ones_never(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("guidance.web.practice_join.time.sleep", waits.append)
    made = open_class(town)
    for _ in range(7):
        assert town.browser().get("/practice/join/000-000").status_code == 404
    assert waits
    waits.clear()
    assert town.browser().get(f"/practice/join/{town.class_code(made)}").status_code == 200
    trainee(town, made, "Rosa")
    assert waits == []


def test_the_join_page_says_that_it_is_practice_in_title_header_and_footer(town: Town) -> None:
    made = open_class(town)
    page = town.browser().get(f"/practice/join/{town.class_code(made)}").get_data(as_text=True)
    assert " data-practice" in page and "<title>PRACTICE" in page and page.count("PRACTICE") >= 3
    assert 'value="' + town.class_code(made)[:5] in page


def test_a_name_with_markup_is_shown_as_it_was_typed(town: Town) -> None:
    made = open_class(town)
    trainee(town, made, "<i>Rosa")
    page = town.browser("training@city.example").get(f"/trainer/classes/{made.id}").get_data(as_text=True)
    assert "&lt;i&gt;Rosa" in page and "<i>Rosa" not in page


def test_a_phone_may_leave_one_class_for_another(town: Town) -> None:
    first, second = open_class(town, title="First"), open_class(town, title="Second")
    phone = trainee(town, first, "Rosa")
    trainee(town, second, "Rosa", phone)
    assert phone.get("/api/practice/class").get_json()["title"] == "Second"


def test_a_person_who_is_signed_in_is_no_trainee(town: Town) -> None:
    assert town.browser(OAK).get("/api/practice/class").status_code == 404


def test_a_form_that_waited_too_long_comes_back_as_it_was(town: Town) -> None:
    made = open_class(town)
    answer = press(town.browser(), "/practice/join", {"code": town.class_code(made), "nickname": "Rosa"}, token="stale")
    assert answer.status_code == 400
    assert "Rosa" in answer.get_data(as_text=True) and "press the button again" in text(answer)


def test_progress_of_a_class_that_ended_is_taken_and_forgotten(town: Town) -> None:
    made = open_class(town)
    phone, page = trainee(town, made, "Rosa"), f"/trainer/classes/{made.id}"
    trainer = town.browser("training@city.example")
    press(trainer, page, to=f"{page}/end")
    told = {"scenario": PUPIL.id, "position": "danger", "answers": 1, "alerted": True}
    assert phone.put(f"/api/practice/runs/{uuid4()}/progress", json=told, headers=HEADERS).status_code == 204
    assert trainer.get(f"{page}.json").get_json()["lines"][0]["cells"][0]["state"] == "none"
