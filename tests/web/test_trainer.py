from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from guidance.clock import FixedClock
from guidance.people.tokens import show_code
from guidance.practice.draft_text import write
from guidance.practice.load import from_source
from guidance.practice.scenario import to_source
from guidance.settings import Settings
from guidance.store.db import Store
from tests.people.town import COUNSEL, OAK, Town, form_token, press, text
from tests.practice.classroom import SCHOOL_TRAINER, TRAINER, open_class
from tests.practice.runs import PUPIL, SHELF, run_body, send, wrong_body

PAGES = ("/trainer", "/trainer/scenarios", "/trainer/results/" + PUPIL.id)


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


def start_draft(client: FlaskClient, origin: str = "") -> str:
    """Begin a draft; the address of its editor."""
    answer = press(client, "/trainer/scenarios", {"origin": origin})
    assert answer.status_code == 303
    return answer.headers["Location"]


def check(client: FlaskClient, draft: str, **body: Any) -> TestResponse:
    token = form_token(client.get(draft).get_data(as_text=True))
    return client.post(f"{draft}/check", json=body, headers={"X-CSRFToken": token})


@pytest.mark.parametrize("path", [*PAGES, "/trainer/export.csv", "/trainer/xapi.json"])
def test_training_is_for_trainers(town: Town, path: str) -> None:
    for who in (COUNSEL, OAK):
        assert town.browser(who).get(path).status_code == 404
    for who in (TRAINER, SCHOOL_TRAINER):
        assert town.browser(who).get(path).status_code == 200


def test_a_trainer_lands_on_the_training_page_after_signing_in(town: Town) -> None:
    answer = press(town.app.test_client(), town.link(TRAINER))
    assert answer.headers["Location"] == "/trainer"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_practice_in_title_header_and_footer(town: Town, path: str) -> None:
    page = town.browser(TRAINER).get(path).get_data(as_text=True)
    assert " data-practice" in page and re.search(r"<title>\s*PRACTICE", page)
    assert re.search(r"<header.*PRACTICE.*</header>", page, re.S) and re.search(r"<footer.*PRACTICE", page, re.S)
    assert "alert.js" not in page and "style=" not in page and "onclick" not in page


def test_a_class_without_title_or_scenario_is_not_opened(town: Town) -> None:
    trainer = town.browser(TRAINER)
    for fields in ({"title": "Morning", "kind": "class"}, {"title": "", "kind": "class", "scenarios": PUPIL.id},
                   {"title": "Morning", "kind": "exam", "scenarios": PUPIL.id},
                   {"title": "Morning", "kind": "class", "scenarios": "gone"}):  # fmt: skip
        assert press(trainer, "/trainer", fields, to="/trainer/classes").status_code == 400


def test_the_code_page_shows_code_and_qr(town: Town) -> None:
    made = open_class(town)
    page = town.browser(TRAINER).get(f"/trainer/classes/{made.id}/code")
    assert show_code(town.class_code(made)) in text(page) and "<svg" in page.get_data(as_text=True)


def test_results_page_shows_percentages_and_where_most_went_another_way(town: Town) -> None:
    for body in (wrong_body(town.clock), wrong_body(town.clock), run_body(town.clock)):
        send(town.browser(), body)
    words = text(town.browser(TRAINER).get(f"/trainer/results/{PUPIL.id}"))
    assert "67 %" in words and "33 %" in words and "most went another way" in words


def test_results_of_a_site_are_hidden_below_five_people(town: Town) -> None:
    site = town.site_id("Oak Street School")
    path = f"/trainer/results/{PUPIL.id}?site={site}"
    for _ in range(4):
        send(town.phone("Oak Street School"), run_body(town.clock))
    assert "Fewer than 5 people" in text(town.browser(TRAINER).get(path))
    send(town.phone("Oak Street School"), wrong_body(town.clock))
    words = text(town.browser(TRAINER).get(path))
    assert "fewer than 5" in words and "80 %" in words and "20 %" not in words


def test_filters_that_name_what_is_not_there_find_nothing(town: Town) -> None:
    trainer = town.browser(TRAINER)
    for query in (f"?class={uuid4()}", "?site=x"):
        assert trainer.get(f"/trainer/results/{PUPIL.id}{query}").status_code == 404
    assert trainer.get(f"/trainer/results/{PUPIL.id}?from=yesterday").status_code == 200
    assert trainer.get("/trainer/results/gone").status_code == 404


# The editor


@pytest.mark.parametrize("scenario", SHELF.scenarios.values(), ids=lambda each: each.id)
def test_a_scenario_written_as_text_reads_back_as_the_same_scenario(scenario: Any) -> None:
    assert from_source(yaml.load(write(to_source(scenario)), Loader=yaml.BaseLoader)).hash == scenario.hash


def test_a_copy_of_a_scenario_is_exported_in_the_format_of_its_folder(town: Town) -> None:
    trainer = town.browser(TRAINER)
    draft = start_draft(trainer, PUPIL.id)
    answer = trainer.get(f"{draft}/export")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{PUPIL.id}.yaml"'
    told = answer.get_data(as_text=True)
    assert told == write({**to_source(PUPIL), "title": f"{PUPIL.title} (changed)"})


def test_without_a_script_a_draft_is_a_text_with_a_button(town: Town) -> None:
    trainer = town.browser(TRAINER)
    draft = start_draft(trainer)
    broken = write({**to_source(PUPIL), "counsel": "", "title": "Mine"})
    answer = press(trainer, draft, {"yaml": broken.replace("\n", "\r\n")})
    assert answer.status_code == 200 and "&#39;counsel&#39; is missing" in answer.get_data(as_text=True)
    assert "Mine" in text(trainer.get("/trainer/scenarios"))
    assert trainer.get(f"{draft}/export").get_data(as_text=True) == broken


def test_the_check_keeps_the_draft_and_says_line_and_place(town: Town) -> None:
    trainer = town.browser(TRAINER)
    draft = start_draft(trainer, PUPIL.id)
    source = write(to_source(PUPIL)).replace("outcome: school-pupil", "outcome: gone")
    told = check(trainer, draft, yaml=source).get_json()
    places = {each["place"]: each["line"] for each in told["complaints"]}
    assert places["expected.outcome"] == 1 + [line.strip() for line in source.splitlines()].index("outcome: gone")
    assert trainer.get(f"{draft}/export").get_data(as_text=True) == source


def test_the_path_follows_the_answers_chosen_before(town: Town) -> None:
    trainer = town.browser(TRAINER)
    draft = start_draft(trainer)
    document: dict[str, Any] = {**to_source(PUPIL), "expected": {"path": [], "alert": True, "report": []}}
    told = check(trainer, draft, document=document).get_json()
    assert [each["place"] for each in told["turns"]] == ["danger"] and told["outcome"] == ""
    document["expected"]["path"] = [["danger", "no"], ["gone", "x"]]
    told = check(trainer, draft, document=document).get_json()
    assert [each["place"] for each in told["turns"]] == ["danger", "who"]
    document["expected"]["path"] = [list(pair) for pair in PUPIL.expected.path]
    told = check(trainer, draft, document=document).get_json()
    assert told["document"]["expected"]["outcome"] == PUPIL.expected.outcome
    place = next(each for each in told["turns"] if each["place"] == "place")
    assert [id for id, _ in place["answers"]] == ["school"]


def test_what_is_no_draft_is_refused_in_words(town: Town) -> None:
    trainer = town.browser(TRAINER)
    draft = start_draft(trainer)
    assert check(trainer, draft, other=1).status_code == 422
    assert check(trainer, draft, yaml="x" * 50_000).status_code == 413
    for nonsense in ({}, {"card": 3, "injects": "x", "expected": [], "decisions": [4], "rows": {"a": 1}}):
        assert check(trainer, draft, document=nonsense).status_code == 200
    for words in ("a: &b [*b]", "- x", "[" * 3000, "\x00", "a: 1\na: 2"):
        told = check(trainer, draft, yaml=words)
        assert told.status_code == 200 and told.get_json()["complaints"]


def test_a_draft_is_its_writers_alone(town: Town) -> None:
    trainer, other = town.browser(TRAINER), town.browser(SCHOOL_TRAINER)
    draft = start_draft(trainer, PUPIL.id)
    assert other.get(draft).status_code == 404 and other.get(f"{draft}/export").status_code == 404
    token = form_token(other.get("/trainer/scenarios").get_data(as_text=True))
    answer = other.post(f"{draft}/check", json={"yaml": "x"}, headers={"X-CSRFToken": token})
    assert answer.status_code == 404
    assert press(other, "", to=f"{draft}/delete", token=token).status_code == 404
    assert press(trainer, "/trainer/scenarios", to=f"{draft}/delete").status_code == 303
    assert trainer.get(draft).status_code == 404


def test_a_check_without_a_form_token_is_refused_and_changes_nothing(town: Town) -> None:
    trainer = town.browser(TRAINER)
    draft = start_draft(trainer, PUPIL.id)
    before = trainer.get(f"{draft}/export").get_data()
    for headers in ({}, {"X-CSRFToken": "stale"}):
        assert trainer.post(f"{draft}/check", json={"yaml": "stolen"}, headers=headers).status_code == 403
    assert trainer.get(f"{draft}/export").get_data() == before
