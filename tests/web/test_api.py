"""The JSON lane as phones meet it: what is taken, what is refused and how it is said."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from guidance.clock import FixedClock, to_text
from guidance.incident.codes import Codes, put_back
from guidance.incident.desk import acknowledge, add_note, close
from guidance.incident.receipt import content_sha256
from guidance.settings import Settings
from guidance.store import alerts, incidents, people, reports
from guidance.store.db import Store
from guidance.web.context import NAME
from guidance.web.cookies import device_cookie
from guidance.web.known import known_senders
from tests.reports import Place, a_place, body

SAME_ORIGIN = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def place(store: Store, clock: FixedClock) -> Place:
    with store.transaction() as db:
        return a_place(db, clock)


@pytest.fixture
def phone(client: FlaskClient, place: Place, settings: Settings) -> FlaskClient:
    client.set_cookie(device_cookie(settings), place.token)
    return client


def put(client: FlaskClient, report_id: str, sent: Any, **headers: str) -> TestResponse:
    return client.put(
        f"/api/reports/{report_id}",
        data=sent if isinstance(sent, bytes | str) else json.dumps(sent),
        content_type=headers.pop("content_type", "application/json"),
        headers={**SAME_ORIGIN, **{name.replace("_", "-"): value for name, value in headers.items()}},
    )


def test_a_report_gets_a_receipt_whose_hash_is_that_of_its_content(phone: FlaskClient, clock: FixedClock) -> None:
    report_id, sent = str(uuid4()), body(clock)
    answer = put(phone, report_id, sent)
    receipt = answer.get_json()
    assert answer.status_code == 201
    assert set(receipt) == {"id", "revision", "sha256", "received_at", "code", "verified", "signature"}
    assert (receipt["id"], receipt["sha256"], receipt["verified"]) == (report_id, content_sha256(sent), True)


def test_the_same_again_is_200_with_the_same_receipt(phone: FlaskClient, clock: FixedClock) -> None:
    report_id, sent = str(uuid4()), body(clock)
    first, again = put(phone, report_id, sent), put(phone, report_id, sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()


def test_other_content_is_409_and_says_that_both_are_kept(phone: FlaskClient, clock: FixedClock, store: Store) -> None:
    report_id = str(uuid4())
    put(phone, report_id, body(clock))
    answer = put(phone, report_id, body(clock, facts={"entered": "no"}))
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["kept"] is True
    with store.reader() as db:
        assert len(reports.variants_of(db, report_id)) == 1


def test_a_report_of_an_enrolled_phone_plans_an_alert_in_the_same_commit(
    phone: FlaskClient, clock: FixedClock, store: Store
) -> None:
    report_id = str(uuid4())
    put(phone, report_id, body(clock))
    with store.reader() as db:
        report = reports.find_report(db, report_id)
        assert report is not None
        assert alerts.alert_of(db, report.incident_id) is not None


def test_a_phone_that_is_not_enrolled_is_kept_unverified_and_alerts_nobody(
    client: FlaskClient, place: Place, clock: FixedClock, store: Store
) -> None:
    report_id = str(uuid4())
    answer = put(client, report_id, body(clock))
    assert (answer.status_code, answer.get_json()["verified"]) == (201, False)
    with store.reader() as db:
        report = reports.find_report(db, report_id)
        assert report is not None
        assert alerts.alert_of(db, report.incident_id) is None


def test_a_wrong_field_is_422_and_named(phone: FlaskClient, clock: FixedClock) -> None:
    answer = put(phone, str(uuid4()), body(clock, facts={"officers_count": -1}))
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == [{"field": "/facts/officers_count", "detail": "is less than 0"}]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"revision": NaN}', 400),
        (b'{"revision": 1, "revision": 2}', 400),
        (b'"\\ud800"', 400),
        (b"[" * 100 + b"]" * 100, 400),
        (b"[" * 600 + b"]" * 600, 400),
        (b"[" * 60000, 400),
        (b"[]", 422),
        (b"7", 422),
        (b'{"revision": 1e400}', 422),
        (b'"' + b"x" * 70_000 + b'"', 413),
    ],
)
def test_what_is_no_report_is_refused_in_words(phone: FlaskClient, sent: bytes, status: int) -> None:
    answer = put(phone, str(uuid4()), sent)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["detail"]


def test_a_list_that_is_costly_to_compare_is_refused_by_its_length(phone: FlaskClient, clock: FixedClock) -> None:
    long = ["enter", *range(10_000)]
    answer = put(phone, str(uuid4()), body(clock, facts={"request": long}))
    assert answer.status_code == 422
    assert len(answer.data) < 20_000


def test_a_code_that_stands_twice_is_refused(phone: FlaskClient, clock: FixedClock) -> None:
    answer = put(phone, str(uuid4()), body(clock, facts={"request": ["enter", "enter"]}))
    assert answer.get_json()["errors"] == [{"field": "/facts/request", "detail": "says the same thing twice"}]


def test_reading_goes_on_while_the_store_cannot_write(phone: FlaskClient, clock: FixedClock, store: Store) -> None:
    clock.advance(hours=2)
    connection = Store(store.path).connection().conn
    connection.execute("BEGIN IMMEDIATE")
    try:
        assert phone.get("/api/device").status_code == 200
    finally:
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("path", ["/static/" + "a" * 300 + ".js", "/static/%00.js", "/static/../pyproject.toml"])
def test_a_file_that_cannot_be_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_other_content_types_are_415(phone: FlaskClient, clock: FixedClock) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = put(phone, str(uuid4()), json.dumps(body(clock)), content_type=content_type)
        assert answer.status_code == 415


@pytest.mark.parametrize(
    ("headers", "with_cookie", "status"),
    [
        ({"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}, True, 201),
        ({"X-Guidance": "1", "Origin": "http://localhost"}, True, 201),
        ({"X-Guidance": "1"}, False, 201),
        ({"X-Guidance": "1"}, True, 403),
        ({"Sec-Fetch-Site": "same-origin"}, True, 403),
        ({"X-Guidance": "0", "Sec-Fetch-Site": "same-origin"}, True, 403),
        ({"X-Guidance": "1", "Sec-Fetch-Site": "cross-site"}, True, 403),
        ({"X-Guidance": "1", "Sec-Fetch-Site": "same-site"}, True, 403),
        ({"X-Guidance": "1", "Sec-Fetch-Site": "none"}, True, 403),
        ({"X-Guidance": "1", "Origin": "http://evil.example"}, True, 403),
        ({"X-Guidance": "1", "Origin": "null"}, True, 403),
        ({"X-Guidance": "1", "Origin": "http://localhost.evil.example"}, True, 403),
        ({"X-Guidance": "1", "Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, True, 403),
        ({"X-Guidance": "1", "Sec-Fetch-Site": "cross-site"}, False, 403),
    ],
)
def test_only_pages_of_this_site_may_write(
    app: Flask, place: Place, settings: Settings, clock: FixedClock,
    headers: dict[str, str], with_cookie: bool, status: int,
) -> None:  # fmt: skip
    client = app.test_client()
    if with_cookie:
        client.set_cookie(device_cookie(settings), place.token)
    answer = client.put(f"/api/reports/{uuid4()}", json=body(clock), headers=headers)
    assert answer.status_code == status
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_progress_tells_who_has_it_and_what_counsel_says(
    phone: FlaskClient, clock: FixedClock, store: Store, place: Place
) -> None:
    report_id = str(uuid4())
    put(phone, report_id, body(clock))
    progress = phone.get(f"/api/reports/{report_id}/progress")
    assert progress.get_json()["state"] == "received"
    assert progress.headers["Cache-Control"] == "no-store"
    with store.transaction() as db:
        report = reports.find_report(db, report_id)
        assert report is not None
        acknowledge(db, clock.now(), report.incident_id, place.counsel.id)
        add_note(db, clock.now(), report.incident_id, place.counsel.id, "Stay at the desk.", "desk")
        add_note(db, clock.now(), report.incident_id, place.counsel.id, "For us only.", "record")
    told = phone.get(f"/api/reports/{report_id}/progress").get_json()
    assert told["state"] == "acknowledged"
    assert told["acknowledged"] == {"by": "Law Department duty counsel", "at": "2026-11-24T12:00:00.000Z"}
    assert [note["text"] for note in told["notes"]] == ["Stay at the desk."]
    with store.transaction() as db:
        close(db, clock.now(), report.incident_id, place.counsel.id, "resolved")
    assert phone.get(f"/api/reports/{report_id}/progress").get_json()["closed"]["reason"] == "Resolved at the site"


def test_another_phone_finds_no_such_report(
    app: Flask, phone: FlaskClient, clock: FixedClock, store: Store, settings: Settings
) -> None:
    report_id = str(uuid4())
    put(phone, report_id, body(clock))
    with store.transaction() as db:
        other = a_place(db, clock, "Elm Shelter", "shelter")
    stranger = app.test_client()
    stranger.set_cookie(device_cookie(settings), other.token)
    assert stranger.get(f"/api/reports/{report_id}/progress").status_code == 404
    assert app.test_client().get(f"/api/reports/{report_id}/progress").status_code == 404
    assert phone.get(f"/api/reports/{uuid4()}/progress").status_code == 404


def test_the_device_knows_its_site_and_whom_to_call(
    phone: FlaskClient, store: Store, place: Place, clock: FixedClock
) -> None:
    with store.reader() as db:
        assert people.site(db, place.site.id) is not None
    told = phone.get("/api/device").get_json()
    assert told["site"] == {"id": place.site.id, "name": "Oak Street School", "type": "school"}
    assert told["contacts"] == []


def test_a_device_that_is_not_enrolled_has_no_site(client: FlaskClient) -> None:
    answer = client.get("/api/device")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_store_that_cannot_write_is_503_and_nothing_is_half_kept(
    phone: FlaskClient, clock: FixedClock, store: Store
) -> None:
    blocker = Store(store.path)
    connection = blocker.connection().conn
    connection.execute("BEGIN EXCLUSIVE")
    report_id = str(uuid4())
    try:
        answer = put(phone, report_id, body(clock))
    finally:
        connection.execute("ROLLBACK")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    with store.reader() as db:
        assert reports.find_report(db, report_id) is None
        assert incidents.newest_incidents(db) == []
    assert put(phone, report_id, body(clock)).status_code == 201


CANARY = "Jane Roe, A 123 456 789"


def test_a_text_where_a_code_belongs_is_kept_apart_and_never_stops_an_alert(
    phone: FlaskClient, clock: FixedClock, store: Store
) -> None:
    trail = [{"step": CANARY, "answer": CANARY, "at": to_text(clock.now())}]
    sent = body(clock, trail=trail, kind=CANARY, locale="abc-JaneRoe")
    sent["protocol"] = {"id": CANARY, "hash": CANARY}
    report_id = str(uuid4())
    receipt = put(phone, report_id, sent)
    assert receipt.status_code == 201 and receipt.get_json()["sha256"] == content_sha256(sent)
    assert put(phone, report_id, sent).get_json() == receipt.get_json()
    with store.reader() as db:
        report = reports.find_report(db, report_id)
        assert report is not None and alerts.alert_of(db, report.incident_id) is not None
        (kept,) = reports.revisions_of(db, report_id)
        incident = incidents.find_incident(db, report.incident_id)
        dump = "\n".join(line for line in db.conn.iterdump() if CANARY in line or "JaneRoe" in line)
    assert CANARY in kept.apart and "JaneRoe" in kept.apart
    assert CANARY not in kept.body + kept.protocol_hash + kept.trail_problem + str(incident)
    assert len(dump.splitlines()) == 1


def test_a_choice_of_another_catalog_is_kept_apart_and_the_report_is_taken(
    phone: FlaskClient, clock: FixedClock, store: Store
) -> None:
    report_id = str(uuid4())
    facts = {"entered": CANARY, "request": [CANARY, "person"]}
    assert put(phone, report_id, body(clock, facts=facts)).status_code == 201
    with store.reader() as db:
        report = reports.find_report(db, report_id)
        assert report is not None and alerts.alert_of(db, report.incident_id) is not None
        (kept,) = reports.revisions_of(db, report_id)
    assert kept.apart.count(CANARY) == 2 and CANARY not in kept.body
    assert json.loads(kept.body)["facts"] == {"entered": "?", "request": ["person"]}
    assert put(phone, str(uuid4()), body(clock, facts={"zz": "1"})).status_code == 422


@pytest.mark.parametrize("new", [{"urgency": "critical"}, {"locale": "zh_Hans-CN-x-twain"}, {"locale": "i-klingon"}])
def test_an_urgency_or_language_of_a_newer_version_is_urgent_and_kept_apart(
    phone: FlaskClient, clock: FixedClock, store: Store, new: dict[str, str]
) -> None:
    report_id = str(uuid4())
    assert put(phone, report_id, {**body(clock), **new}).status_code == 201
    with store.reader() as db:
        report = reports.find_report(db, report_id)
        assert report is not None
        alert = alerts.alert_of(db, report.incident_id)
        (kept,) = reports.revisions_of(db, report_id)
    assert alert is not None and alert.urgency == "urgent"
    (text,) = new.values()
    assert text in kept.apart and text not in kept.body


@pytest.mark.parametrize("foreign", ["city=caf\xe9", 'a="\xff', "\xfe=\x80", 'b="\\377"'])
def test_a_cookie_that_another_program_of_the_domain_set_costs_no_phone_its_enrollment(
    app: Flask, clock: FixedClock, place: Place, settings: Settings, foreign: str
) -> None:
    cookie = f"{foreign}; {device_cookie(settings)}={place.token}"
    phone = app.test_client(use_cookies=False)
    answer = put(phone, str(uuid4()), body(clock), Cookie=cookie)
    assert answer.status_code == 201 and answer.get_json()["verified"] is True
    assert known_senders(app.extensions[NAME])(cookie.encode("latin-1"))


def test_a_version_that_is_published_later_gets_its_codes_back(
    phone: FlaskClient, clock: FixedClock, store: Store
) -> None:
    trail = [{"step": "gate", "answer": "open", "at": to_text(clock.now())}]
    sent = body(clock, trail=trail)
    sent["protocol"] = {"id": "visit", "hash": "a" * 64}
    report_id = str(uuid4())
    assert put(phone, report_id, sent).get_json()["verified"] is True
    with store.reader() as db:
        (kept,) = reports.revisions_of(db, report_id)
    kept_body = json.loads(kept.body)
    assert kept.protocol_hash == "a" * 64 and kept_body["trail"][0]["step"] == "?"
    later = Codes(frozenset(), frozenset({"gate"}), frozenset({"open"}))
    assert put_back(kept_body, kept.apart, later)["trail"] == trail
