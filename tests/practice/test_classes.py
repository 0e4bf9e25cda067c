from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.practice import classes
from guidance.practice.classes import NotDone
from guidance.practice.results import results
from guidance.practice.small_numbers import FEWEST, shown_parts
from guidance.store import practice_assignments, practice_classes, practice_runs
from guidance.store.practice_runs import Within
from tests.people.town import OAK, Town, press
from tests.practice.classroom import SCHOOL_TRAINER, TRAINER, class_row, open_class, trainee
from tests.practice.runs import HEADERS, LIBRARY, PUPIL, SHELF, run_body, send, wrong_body


def test_a_class_code_is_typed_in_any_case_with_spaces_dashes_and_likenesses() -> None:
    assert classes.read_code(" k7qm2-9fxrt") == classes.read_code("K7QM2 9FXRT") == "K7QM29FXRT"
    assert classes.read_code("oOiIlLoOiI") == "0011110011"
    assert classes.read_code("7K4Q2M") is None and classes.read_code("K7QM29FXRU") is None
    assert classes.show_code("K7QM29FXRT") == "K7QM2-9FXRT"


def test_a_class_code_is_kept_as_a_hash_alone_and_ends_after_its_hours(town: Town) -> None:
    made = open_class(town)
    code, trainer, page = town.class_code(made), town.browser(TRAINER), f"/trainer/classes/{made.id}"
    assert len(code) == 10 and classes.show_code(code) in trainer.get(page).get_data(as_text=True)
    town.store.connection().conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert code.encode() not in town.store.path.read_bytes()
    town.clock.advance(hours=25)
    trainer = town.browser(TRAINER)
    assert town.browser().get(f"/practice/join/{code}").status_code == 404
    assert "The code has ended" in trainer.get(page).get_data(as_text=True)
    assert "The code has ended" in trainer.get(f"{page}/code").get_data(as_text=True)
    assert press(trainer, page, to=f"{page}/code").status_code == 303
    fresh = town.class_code(class_row(town, made.id))
    assert fresh != code and classes.show_code(fresh) in trainer.get(page).get_data(as_text=True)
    assert town.browser().get(f"/practice/join/{fresh}").status_code == 200
    assert town.browser().get(f"/practice/join/{code}").status_code == 404


def test_a_phone_in_a_class_learns_what_to_walk(town: Town) -> None:
    made = open_class(town)
    phone = trainee(town, made, "Rosa")
    assert phone.get("/api/practice/class").get_json() == {
        "title": "Morning", "kind": "class", "nickname": "Rosa", "scenarios": list(made.scenario_ids),
        "revealed": 0, "ended": False,
    }  # fmt: skip
    assert town.browser().get("/api/practice/class").status_code == 404


def test_the_class_cookie_is_out_of_reach_of_scripts_and_other_sites(town: Town) -> None:
    made = open_class(town)
    answer = press(town.browser(), "/practice/join", {"code": town.class_code(made), "nickname": "Rosa"})
    assert answer.headers["Location"] == "/en/practice"
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("guidance-class=")]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie


def test_a_code_ends_with_its_class_and_runs_that_were_under_way_still_come_in(town: Town) -> None:
    made = open_class(town)
    phone = trainee(town, made, "Rosa")
    page = f"/trainer/classes/{made.id}"
    assert press(town.browser(TRAINER), page, to=f"{page}/end").status_code == 303
    assert phone.get("/api/practice/class").get_json()["ended"] is True
    late = press(town.browser(), "/practice/join", {"code": town.class_code(made), "nickname": "Late"})
    assert late.status_code == 404 and "opens no class" in late.get_data(as_text=True)
    assert send(phone, run_body(town.clock)).status_code == 201
    with town.store.reader() as db:
        (run,) = practice_runs.runs_within(db, Within(class_id=made.id))
    assert run.nickname == "Rosa"


def test_two_in_a_class_cannot_have_one_name_and_a_phone_may_change_its_own(town: Town) -> None:
    made = open_class(town)
    phone = trainee(town, made, "Rosa")
    taken = press(town.browser(), "/practice/join", {"code": town.class_code(made), "nickname": " ROSA "})
    assert taken.status_code == 400 and "has this name already" in taken.get_data(as_text=True)
    trainee(town, made, "Rosa K", phone)
    with town.store.reader() as db:
        assert [each.nickname for each in practice_classes.participants(db, made.class_id)] == ["Rosa K"]


@pytest.mark.parametrize("typed", ["", "  ", "\u202e\u0000", "\n"])
def test_a_nickname_without_anything_to_read_is_refused(typed: str) -> None:
    with pytest.raises(NotDone):
        classes.clean_nickname(typed)


def test_the_live_board_shows_where_each_stands_and_how_it_ended(town: Town) -> None:
    made = open_class(town)
    rosa = trainee(town, made, "Rosa")
    town.clock.advance(seconds=1)
    ari = trainee(town, made, "Ari")
    assert send(rosa, run_body(town.clock)).status_code == 201
    walking = {"scenario": PUPIL.id, "position": PUPIL.expected.path[1][0], "answers": 1, "alerted": True}
    assert ari.put(f"/api/practice/runs/{uuid4()}/progress", json=walking, headers=HEADERS).status_code == 204
    board = town.browser(TRAINER).get(f"/trainer/classes/{made.id}.json").get_json()
    first, second = board["lines"]
    assert (first["nickname"], first["cells"][0]["state"], first["cells"][1]["state"]) == ("Rosa", "passed", "none")
    assert first["cells"][0]["position"] == LIBRARY.protocols["visit"].outcomes[PUPIL.expected.outcome].headline
    assert second["cells"][0] == {
        "state": "walking", "word": "On the way", "more": "1 answer · alerted",
        "position": LIBRARY.protocols["visit"].steps[PUPIL.expected.path[1][0]].ask,
    }  # fmt: skip
    assert board["passed"] == [1, 0]


def test_progress_from_nobody_or_about_anothers_run_changes_nothing(town: Town) -> None:
    made = open_class(town)
    rosa, ari = trainee(town, made, "Rosa"), trainee(town, made, "Ari")
    body = {"scenario": PUPIL.id, "position": "danger", "answers": 0, "alerted": False}
    run_id = str(uuid4())
    for client, answers in ((rosa, 1), (ari, 7), (town.browser(), 9)):
        sent = client.put(f"/api/practice/runs/{run_id}/progress", json={**body, "answers": answers}, headers=HEADERS)
        assert sent.status_code == 204
    with town.store.reader() as db:
        (kept,) = practice_runs.progress_of_class(db, made.id)
    assert kept.answers == 1


def test_a_class_exists_only_for_those_whose_it_is(town: Town) -> None:
    city, schools = open_class(town, TRAINER), open_class(town, SCHOOL_TRAINER)
    assert class_row(town, schools.id).agency_id is not None and city.agency_id is None
    trainer, school_trainer = town.browser(TRAINER), town.browser(SCHOOL_TRAINER)
    for each in (city, schools):
        assert trainer.get(f"/trainer/classes/{each.id}").status_code == 200
    for path in ("", ".json", "/live", "/code"):
        assert school_trainer.get(f"/trainer/classes/{city.id}{path}").status_code == 404
    assert school_trainer.get(f"/trainer/classes/{schools.id}").status_code == 200
    assert town.browser(OAK).get(f"/trainer/classes/{city.id}").status_code == 404


def test_a_tabletop_reveals_one_inject_after_the_other_once_each(town: Town) -> None:
    made = open_class(town, kind="tabletop")
    phone = trainee(town, made, "Group")
    trainer, page = town.browser(TRAINER), f"/trainer/classes/{made.id}"
    for number in ("1", "1", "3"):
        press(trainer, page, {"number": number}, to=f"{page}/reveal")
    assert phone.get("/api/practice/class").get_json()["revealed"] == 1
    press(trainer, page, {"number": "2"}, to=f"{page}/reveal")
    assert phone.get("/api/practice/class").get_json()["revealed"] == 2
    many = len(classes.injects_in_order(class_row(town, made.id), SHELF))
    assert press(trainer, page, {"number": str(many + 1)}, to=f"{page}/reveal").status_code == 400


def test_notes_and_actions_of_the_hot_wash_are_kept_once_and_can_be_done(town: Town) -> None:
    made = open_class(town, kind="tabletop")
    trainer, page = town.browser(TRAINER), f"/trainer/classes/{made.id}"
    for _ in range(2):
        press(trainer, page, {"text": "Nobody knew the side door."}, to=f"{page}/note")
        action = {"text": "Put a sign there", "owner": "Facilities", "due_on": "2026-12-01"}
        press(trainer, page, action, to=f"{page}/action")
    with town.store.reader() as db:
        kept, note = sorted(practice_classes.notes(db, made.class_id), key=lambda each: each.kind)
    assert (note.kind, kept.kind, kept.owner, kept.due_on) == ("note", "action", "Facilities", "2026-12-01")
    press(trainer, page, {"done": "1"}, to=f"{page}/actions/{kept.id}")
    press(trainer, page, {"done": "1"}, to=f"{page}/actions/{note.id}")
    with town.store.reader() as db:
        assert [each.kind for each in practice_classes.notes(db, made.class_id) if each.done_at] == ["action"]


def test_what_is_assigned_reaches_the_phones_of_the_site_on_its_days(town: Town) -> None:
    trainer, today = town.browser(SCHOOL_TRAINER), town.clock.now().date()
    due = today + timedelta(days=7)
    fields = {"scenario": "school-restroom", "sites": town.site_id("Oak Street School"),
              "from_on": today.isoformat(), "due_on": due.isoformat()}  # fmt: skip
    for _ in range(2):
        assert press(trainer, "/trainer", fields, to="/trainer/assignments").status_code == 303
    phone, other = town.phone("Oak Street School"), town.phone("Elm Avenue School")
    expected = [{"scenario": "school-restroom", "due_on": due.isoformat()}]
    assert phone.get("/api/practice/assigned").get_json() == expected
    assert other.get("/api/practice/assigned").get_json() == []
    assert town.browser().get("/api/practice/assigned").status_code == 404
    town.clock.advance(days=30)
    assert phone.get("/api/practice/assigned").get_json() == []


def test_a_trainer_assigns_only_to_sites_of_the_right_kind_within_reach(town: Town) -> None:
    trainer, today = town.browser(SCHOOL_TRAINER), town.clock.now().date().isoformat()
    for scenario, site in (("hospital-custody", "Harbor Hospital"), ("hospital-custody", "Oak Street School")):
        fields = {"scenario": scenario, "sites": town.site_id(site), "from_on": today, "due_on": today}
        assert press(trainer, "/trainer", fields, to="/trainer/assignments").status_code == 400
    with town.store.reader() as db:
        assert practice_assignments.assignments(db, None, "2000-01-01") == []


def test_results_show_at_each_step_how_many_answered_what(town: Town) -> None:
    made = open_class(town)
    for number in range(4):
        body = wrong_body(town.clock) if number == 0 else run_body(town.clock)
        send(trainee(town, made, f"T{number}"), body)
    with town.store.reader() as db:
        runs = [each.run for each in practice_runs.runs_within(db, Within(class_id=made.id))]
    visit = LIBRARY.protocols["visit"]
    found = results(PUPIL, visit, runs, {visit.hash: visit}.get, of_site=False)
    first = found.steps[0]
    assert [(each.percent, each.people, each.expected) for each in first.answers] == [(75, 3, True), (25, 1, False)]
    assert (found.runs, found.passed_percent, first.people, first.differs) == (4, 75, 4, False)
    assert results(PUPIL, visit, runs, {visit.hash: visit}.get, of_site=True).hidden


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8))
def test_a_hidden_number_cannot_be_told_from_the_sum(parts: list[int]) -> None:
    seen = shown_parts(parts)
    assert all(each is None or each == 0 or each >= FEWEST for each in seen)
    hidden = [number for number, each in zip(parts, seen, strict=True) if each is None]
    assert len(hidden) != 1 or sum(parts) < FEWEST
