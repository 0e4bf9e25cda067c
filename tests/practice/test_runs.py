from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from guidance.clock import FixedClock
from guidance.incident.facts import load_catalog
from guidance.incident.receipt import Receipt, is_ours
from guidance.keys import load_keys
from guidance.practice.runs import RunId, RunSchema
from guidance.store import practice_runs
from guidance.store.practice_runs import RunRow
from tests.people.town import Town
from tests.practice.classroom import open_class, trainee
from tests.practice.runs import PUPIL, SHELF, run_body, send, wrong_body

SCHEMA = RunSchema(load_catalog())


def kept(town: Town, run_id: str, revision: int = 1) -> RunRow:
    with town.store.reader() as db:
        found = practice_runs.find_run(db, RunId(UUID(run_id)), revision)
    assert found is not None
    return found


def test_a_run_as_a_phone_sends_it_fits_the_schema(clock: FixedClock) -> None:
    assert SCHEMA.problems(run_body(clock)) == []
    assert SCHEMA.problems(run_body(clock, alerted_at=None, facts={"officers_count": 2})) == []


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"kind": "visit"}, "/kind"),
        ({"revision": 0}, "/revision"),
        ({"started_at": "yesterday"}, "/started_at"),
        ({"finished_at": "0001-01-01T00:00:00+10:00"}, "/finished_at"),
        ({"alerted_at": 4}, "/alerted_at"),
        ({"facts": {"status": "x"}}, "/facts"),
        ({"urgency": "urgent"}, ""),
        ({"scenario": {"id": "x"}}, "/scenario"),
    ],
)
def test_what_is_no_run_is_refused_with_its_field(clock: FixedClock, members: dict[str, Any], field: str) -> None:
    assert [each.field for each in SCHEMA.problems(run_body(clock, **members))] == [field]


def test_a_passed_run_is_judged_on_the_server(town: Town) -> None:
    run_id = str(uuid4())
    assert send(town.browser(), run_body(town.clock, seconds=40), run_id).status_code == 201
    row = kept(town, run_id)
    assert (row.outcome, row.passed, row.site_type) == (PUPIL.expected.outcome, 1, PUPIL.site_type)
    assert row.seconds_to_outcome == pytest.approx(40, abs=0.1)
    assert row.seconds_to_alert == pytest.approx(10)


def test_a_phone_cannot_say_of_itself_that_it_passed(town: Town) -> None:
    run_id = str(uuid4())
    assert send(town.browser(), wrong_body(town.clock), run_id).status_code == 201
    assert (kept(town, run_id).passed, kept(town, run_id).seconds_to_alert) == (0, None)
    assert send(town.browser(), run_body(town.clock, passed=True)).status_code == 422


def test_a_run_sent_twice_is_kept_once_and_gets_the_same_receipt(town: Town) -> None:
    run_id, body = str(uuid4()), run_body(town.clock)
    first = send(town.browser(), body, run_id)
    town.clock.advance(minutes=5)
    again = send(town.browser(), body, run_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()


def test_other_content_under_the_same_revision_does_not_replace_what_came_first(town: Town) -> None:
    run_id = str(uuid4())
    first = send(town.browser(), run_body(town.clock), run_id).get_json()
    other = send(town.browser(), wrong_body(town.clock), run_id)
    assert (other.status_code, other.mimetype) == (409, "application/problem+json")
    assert other.get_json()["receipt"] == first
    assert kept(town, run_id).passed == 1


def test_a_further_revision_is_the_one_that_counts(town: Town) -> None:
    run_id, phone = str(uuid4()), town.phone("Oak Street School")
    send(phone, wrong_body(town.clock), run_id)
    assert send(phone, run_body(town.clock, revision=2), run_id).status_code == 201
    with town.store.reader() as db:
        (newest,) = practice_runs.newest_runs(db, [RunId(UUID(run_id))])
    assert (newest.revision, newest.passed) == (2, 1)


@pytest.mark.parametrize("whose", ["a phone", "a trainee", "nobody"])
def test_a_run_cannot_be_made_useless_by_who_knows_its_id(town: Town, whose: str) -> None:
    run_id = str(uuid4())
    own = town.phone("Oak Street School") if whose == "a phone" else town.browser()
    if whose == "a trainee":
        trainee(town, open_class(town), "Rosa", own)
    send(own, run_body(town.clock), run_id)
    intruders = [town.browser()] if whose == "nobody" else [town.browser(), town.phone("Elm Avenue School")]
    for intruder in intruders:
        for revision in (2, 1000):
            answer = send(intruder, wrong_body(town.clock, revision=revision), run_id)
            assert answer.status_code in (200, 201)
            again = send(intruder, wrong_body(town.clock, revision=revision), run_id)
            assert (again.status_code, again.get_json()) == (200, answer.get_json())
    assert kept(town, run_id).passed == 1
    with town.store.reader() as db:
        (newest,) = practice_runs.newest_runs(db, [RunId(UUID(run_id))])
    assert (newest.revision, newest.passed) == (1, 1)


def test_a_trainee_comes_before_nobody_who_sent_under_the_same_id_first(town: Town) -> None:
    run_id, own = str(uuid4()), town.browser()
    trainee(town, open_class(town), "Rosa", own)
    send(town.browser(), wrong_body(town.clock, revision=1000), run_id)
    send(town.browser(), wrong_body(town.clock), run_id)
    assert send(own, run_body(town.clock), run_id).status_code == 201
    with town.store.reader() as db:
        (newest,) = practice_runs.newest_runs(db, [RunId(UUID(run_id))])
    assert (newest.revision, newest.passed) == (1, 1)


def test_a_receipt_is_signed_and_says_that_it_is_practice(town: Town) -> None:
    receipt = Receipt(**send(town.browser(), run_body(town.clock)).get_json())
    assert receipt.code == "PRACTICE" and receipt.verified is False
    assert is_ours(receipt, load_keys(town.settings.keys).receipt.public_key())


def test_the_site_of_a_run_is_that_of_the_phone(town: Town) -> None:
    run_id = str(uuid4())
    receipt = send(town.phone("Oak Street School"), run_body(town.clock), run_id).get_json()
    assert receipt["verified"] is True
    assert kept(town, run_id).site_id == town.site_id("Oak Street School")
    nobody = str(uuid4())
    send(town.browser(), run_body(town.clock), nobody)
    assert (kept(town, nobody).site_id, kept(town, nobody).device_id) == (None, None)


def test_a_run_of_a_scenario_or_version_that_is_not_here_is_kept_and_does_not_pass(town: Town) -> None:
    cases: tuple[dict[str, Any], ...] = (
        {"scenario": {"id": "gone", "hash": "x"}},
        {"scenario": {"id": PUPIL.id, "hash": "older"}},
        {"protocol": {"id": "visit", "hash": "older"}},
    )
    for members in cases:
        run_id = str(uuid4())
        assert send(town.browser(), run_body(town.clock, **members), run_id).status_code == 201
        assert kept(town, run_id).passed == 0


def test_every_scenario_can_be_passed_over_the_api(town: Town) -> None:
    client = town.browser()
    for scenario in SHELF.scenarios.values():
        run_id = str(uuid4())
        assert send(client, run_body(town.clock, scenario), run_id).status_code == 201
        assert kept(town, run_id).passed == 1, scenario.id


def test_another_origin_cannot_send_a_run(town: Town) -> None:
    answer = town.browser().put(
        f"/api/practice/runs/{uuid4()}",
        json=run_body(town.clock),
        headers={"X-Guidance": "1", "Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
