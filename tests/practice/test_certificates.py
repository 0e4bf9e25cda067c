from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from guidance.clock import to_text
from guidance.practice.certificate_rules import load_rules
from guidance.practice.certificates import Ground, months_later, standing
from guidance.practice.load import ScenarioError
from guidance.practice.reminders import Letterhead, send_reminders
from guidance.protocol.load import Library
from guidance.store import certificates
from guidance.store.certificates import CertificateRow
from tests.people.town import Town, text
from tests.practice.runs import HEADERS, LIBRARY, RULES, SHELF, run_body, send, wrong_body

LETTERHEAD = Letterhead("guidance@city.example", "Demo City", "http://localhost")


def passed(town: Town, client: FlaskClient, role: str = "front_desk", site_type: str = "school") -> list[str]:
    """Pass every required scenario; the ids of the runs."""
    ids = []
    for scenario in RULES.required(role, site_type):
        ids.append(str(uuid4()))
        assert send(client, run_body(town.clock, SHELF.scenarios[scenario]), ids[-1]).status_code == 201
    return ids


def ask(client: FlaskClient, runs: list[str], /, **members: Any) -> TestResponse:
    wish = {"role": "front_desk", "site_type": "school", "runs": runs, **members}
    return client.post("/api/practice/certificates", json=wish, headers=HEADERS)


def earned(town: Town, client: FlaskClient, **members: Any) -> CertificateRow:
    code = ask(client, passed(town, client), **members).get_json()["code"]
    with town.store.reader() as db:
        row = certificates.certificate(db, code)
    assert row is not None
    return row


def say_yes(town: Town, row: CertificateRow) -> None:
    """The owner of the address was asked, and wants the reminder."""
    at = to_text(town.clock.now())
    with town.store.transaction() as db:
        certificates.set_asked(db, row.id, "hash of a link", at)
        assert certificates.confirm(db, "hash of a link", at)


def ground(library: Library = LIBRARY) -> Ground:
    return Ground(RULES, SHELF, library, lambda _db, _hash: None, UTC)


def risen(protocol_id: str) -> Library:
    """The library with one protocol in a new edition."""
    protocol = LIBRARY.protocols[protocol_id]
    return Library({**LIBRARY.protocols, protocol_id: replace(protocol, edition=protocol.edition + 1)})


def test_the_required_scenarios_passed_earn_a_certificate_and_asking_again_gives_the_same(town: Town) -> None:
    phone = town.phone("Oak Street School")
    runs = passed(town, phone)
    first, again = ask(phone, runs), ask(phone, runs)
    assert first.status_code == 200
    assert first.get_json() == again.get_json()


def test_what_is_missing_is_named(town: Town) -> None:
    phone = town.browser()
    runs = passed(town, phone)
    failed = str(uuid4())
    send(phone, wrong_body(town.clock, SHELF.scenarios[RULES.required("front_desk", "school")[0]]), failed)
    answer = ask(phone, [failed, *runs[1:], str(uuid4())])
    assert answer.status_code == 422
    assert answer.get_json()["missing"] == [RULES.required("front_desk", "school")[0]]


def test_a_run_earns_one_certificate_and_not_many(town: Town) -> None:
    phone = town.browser()
    runs = passed(town, phone)
    code = ask(phone, runs).get_json()["code"]
    more = passed(town, phone)
    assert ask(phone, [runs[0], *more[1:]]).get_json()["code"] == code
    assert ask(phone, more).get_json()["code"] != code


def test_runs_that_are_too_old_do_not_count(town: Town) -> None:
    phone = town.browser()
    runs = passed(town, phone)
    town.clock.advance(days=400)
    assert ask(phone, runs).status_code == 422


@pytest.mark.parametrize(
    ("members", "field"),
    [({"role": "mayor"}, "/role"), ({"runs": ["x"]}, "/runs/0"), ({"reminder_email": "nobody"}, "/reminder_email")],
)
def test_a_wish_that_makes_no_sense_is_refused(town: Town, members: dict[str, Any], field: str) -> None:
    answer = ask(town.browser(), [], **members)
    assert answer.status_code == 422 and answer.get_json()["errors"][0]["field"] == field


def test_a_certificate_names_the_versions_practised_and_the_site_of_the_phone(town: Town) -> None:
    row = earned(town, town.phone("Oak Street School"))
    assert row.site_id == town.site_id("Oak Street School")
    assert {id: pinned.hash for id, pinned in row.protocols.items()} == {
        id: LIBRARY.protocols[id].hash for id in ("visit", "records")
    }


def test_anyone_can_verify_a_code_and_learns_nothing_personal(town: Town) -> None:
    row = earned(town, town.browser(), reminder_email="rosa@mail.example")
    page = town.browser().get(f"/verify/{row.code.lower()}")
    words = text(page)
    assert page.status_code == 200 and "genuine" in words and "Front desk" in words and "School" in words
    assert "rosa" not in page.get_data(as_text=True) and "Valid" in words
    assert "Oak" not in words


def test_a_code_that_was_never_issued_is_said_to_be_none(town: Town) -> None:
    for code in ("K7QM2-9FXRT", "nonsense", "<b>x"):
        page = town.browser().get(f"/verify/{code}")
        assert page.status_code == 404 and "No such certificate" in text(page)
        assert "<b>x" not in page.get_data(as_text=True)


def test_a_certificate_expires_by_age_and_says_so(town: Town) -> None:
    row = earned(town, town.browser())
    town.clock.advance(days=364)
    assert standing(row, ground(), town.clock.now()).current
    town.clock.advance(days=3)
    words = text(town.browser().get(f"/verify/{row.code}"))
    assert "No longer valid" in words and "It was valid until 2027-11-24" in words


def test_a_new_edition_of_a_protocol_ends_a_certificate_and_is_named(town: Town) -> None:
    row = earned(town, town.browser())
    found = standing(row, ground(risen("visit")), town.clock.now())
    assert (found.current, found.too_old, found.risen) == (False, False, ("visit",))
    assert standing(row, ground(risen("staging")), town.clock.now()).current


def test_the_sheet_has_a_place_for_a_name_and_no_form_that_could_send_it(town: Town) -> None:
    row = earned(town, town.browser())
    page = town.browser().get(f"/certificate/{row.code}").get_data(as_text=True)
    assert "data-name" in page and "<form" not in page and "svg" in page
    assert town.browser().get("/certificate/AAAAA-AAAAA").status_code == 404


def test_a_reminder_goes_out_once_when_the_end_is_near_and_the_address_is_forgotten(town: Town) -> None:
    row = earned(town, town.browser(), reminder_email="rosa@mail.example")
    say_yes(town, row)
    box: list[EmailMessage] = []
    assert send_reminders(town.store, town.clock, ground(), LETTERHEAD, box.append).sent == 0
    town.clock.advance(days=340)
    assert send_reminders(town.store, town.clock, ground(), LETTERHEAD, box.append).sent == 1
    assert send_reminders(town.store, town.clock, ground(), LETTERHEAD, box.append).sent == 0
    (message,) = box
    assert message["To"] == "rosa@mail.example" and message["Subject"].startswith("PRACTICE")
    assert f"/certificate/{row.code}" in message.get_content()
    with town.store.reader() as db:
        kept = certificates.certificate(db, row.code)
    assert kept is not None and kept.reminder_email is None


def test_a_reminder_tells_of_a_new_edition_and_waits_for_a_mail_server_that_is_down(town: Town) -> None:
    say_yes(town, earned(town, town.browser(), reminder_email="rosa@mail.example"))
    changed, box = ground(risen("records")), []  # type: tuple[Ground, list[EmailMessage]]

    def refuse(_message: EmailMessage) -> None:
        raise ConnectionRefusedError

    done = send_reminders(town.store, town.clock, changed, LETTERHEAD, refuse)
    assert (done.sent, done.failed) == (0, 1)
    assert send_reminders(town.store, town.clock, changed, LETTERHEAD, box.append).sent == 1
    assert LIBRARY.protocols["records"].title in box[0].get_content()


@pytest.mark.parametrize(
    ("day", "later"),
    [(date(2026, 11, 24), date(2027, 11, 24)), (date(2028, 2, 29), date(2029, 2, 28))],
)
def test_a_year_later_is_the_same_day(day: date, later: date) -> None:
    assert months_later(day, 12) == later


def test_rules_that_name_a_scenario_that_is_not_there_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "certificates.yaml"
    file.write_text("pass_mark: 200\nmonths: 12\nremind_days: 30\nroles: {front_desk: {title: Desk, required: "
                    "{school: [gone, office-lobby-wait]}}}\n", encoding="utf-8")  # fmt: skip
    with pytest.raises(ScenarioError) as refused:
        load_rules(file, SHELF)
    told = str(refused.value)
    for words in ("from 1 to 100", "no scenario 'gone'", "is for the type office", "'security' is missing", "'park'"):
        assert words in told
