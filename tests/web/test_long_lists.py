"""Lists other than the board's with more rows than a page: whole over their pages, counted without loading them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from guidance.clock import FixedClock, to_text
from guidance.incident.progress import progress_of
from guidance.practice import certificates as certificates_rules
from guidance.practice import readiness
from guidance.practice.certificates import Ground
from guidance.settings import Settings
from guidance.store import (
    certificates,
    devices,
    incidents,
    people,
    practice_assignments,
    practice_classes,
    practice_runs,
    reports,
)
from guidance.store.certificates import CertificateRow, Pinned
from guidance.store.db import Store
from guidance.store.devices import Device
from guidance.store.practice_assignments import AssignmentRow
from guidance.store.practice_classes import ClassId, ClassRow
from guidance.store.practice_runs import Within
from guidance.web.incident_page import SHOWN_EVENTS
from tests.people.town import COUNSEL, OAK, Town, press, text
from tests.practice.classroom import TRAINER
from tests.practice.runs import LIBRARY, PUPIL, RULES, SHELF, run_body, send
from tests.web.desk import SCHOOL, page_of


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


def pages(client: FlaskClient, address: str) -> Iterator[str]:
    """The pages of a list, each found by the link on the one before."""
    while address:
        page = client.get(address).get_data(as_text=True)
        yield page
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&").partition("#")[0] if found else ""


def found_on(shown: Iterator[str], pattern: str) -> list[str]:
    """What a pattern finds on all these pages."""
    return [each for page in shown for each in re.findall(pattern, page)]


def test_every_class_is_on_some_page_and_its_results_can_be_asked_for(town: Town) -> None:
    trainer, ids = town.person(TRAINER), [str(uuid4()) for _ in range(230)]
    with town.store.transaction() as db:
        for number, id in enumerate(ids):
            at = to_text(town.clock.now() - timedelta(minutes=number))
            practice_classes.add_class(
                db, ClassRow(id, f"C{number}", f"Class {number}", "class", trainer.id, None, (PUPIL.id,), 0, at, None)
            )
            if number % 2:
                practice_classes.end_class(db, ClassId(UUID(id)), at)
    browser = town.browser(TRAINER)
    seen = [
        id
        for page in pages(browser, "/trainer")
        for id in re.findall(r'card-link" href="/trainer/classes/([^"]+)"', page)
    ]
    assert sorted(seen) == sorted(ids)
    assert seen == [*ids[::2], *ids[1::2]]  # those that run first, each newest first
    assert 'Classes <span class="count">115</span>' in browser.get("/trainer").get_data(as_text=True)
    assert browser.get(f"/trainer/results/{PUPIL.id}?class={ids[-1]}").status_code == 200


def test_every_assignment_is_on_some_page_and_none_is_made_twice(town: Town) -> None:
    site, trainer, now = town.site_id(SCHOOL), town.person(TRAINER).id, town.clock.now()
    today = now.date()
    with town.store.transaction() as db:
        for number in range(620):
            due = (today + timedelta(days=number)).isoformat()
            practice_assignments.add_assignment(
                db, AssignmentRow(str(uuid4()), PUPIL.id, site, today.isoformat(), due, trainer, to_text(now))
            )
    browser = town.browser(TRAINER)
    last = today + timedelta(days=619)
    fields = {"scenario": PUPIL.id, "sites": site, "from_on": today.isoformat(), "due_on": last.isoformat()}
    assert press(browser, "/trainer", fields, to="/trainer/assignments").status_code == 303
    seen = [
        id for page in pages(browser, "/trainer") for id in re.findall(r"/trainer/assignments/([^/]+)/withdraw", page)
    ]
    assert len(seen) == len(set(seen)) == 620


def test_what_a_site_practises_now_is_not_hidden_behind_what_comes_later(town: Town) -> None:
    site, trainer, now = town.site_id(SCHOOL), town.person(TRAINER).id, town.clock.now()
    today = now.date()
    with town.store.transaction() as db:
        for number in range(520):
            begins = today + timedelta(days=5)
            practice_assignments.add_assignment(
                db,
                AssignmentRow(
                    str(uuid4()), f"s{number}", site, begins.isoformat(), begins.isoformat(), trainer, to_text(now)
                ),
            )
        late = (today + timedelta(days=9)).isoformat()
        practice_assignments.add_assignment(
            db, AssignmentRow(str(uuid4()), PUPIL.id, site, today.isoformat(), late, trainer, to_text(now))
        )
    assert town.phone(SCHOOL).get("/api/practice/assigned").get_json() == [{"scenario": PUPIL.id, "due_on": late}]


def test_every_phone_of_a_site_is_on_some_page(town: Town) -> None:
    site = town.site_id(SCHOOL)
    with town.store.transaction() as db:
        for number in range(230):
            at = to_text(town.clock.now() - timedelta(minutes=number // 3))
            devices.add_device(db, Device(str(uuid4()), site, at, at), f"hash {number}")
    supervisor = town.browser(OAK)
    seen = [
        id
        for page in pages(supervisor, f"/board/sites/{site}/join")
        for id in re.findall(r"/devices/([^/]+)/revoke", page)
    ]
    assert len(seen) == len(set(seen)) == 230
    assert '<span class="count">230</span>' in supervisor.get(f"/board/sites/{site}/join").get_data(as_text=True)
    for page in ("0", "-1", "x", "9" * 40, "٣", "999999"):
        assert supervisor.get(f"/board/sites/{site}/join", query_string={"page": page}).status_code == 200


def test_a_long_timeline_is_read_in_pieces_and_none_of_it_is_lost(town: Town) -> None:
    incident, person = town.report(SCHOOL, trail=[]), town.person(COUNSEL).id
    with town.store.transaction() as db:
        for number in range(2 * SHOWN_EVENTS + 30):
            at = to_text(town.clock.now() + timedelta(seconds=number))
            incidents.add_event(db, incident, at, "record_note", person, {"text": f"note-{number:04d}."})
        every = len(incidents.events_of(db, incident))
    counsel, address, notes = town.browser(COUNSEL), page_of(incident), list[str]()
    entries = 0
    while address:
        page = counsel.get(address).get_data(as_text=True)
        history = page.partition('<ol class="timeline">')[2].partition("</ol>")[0]
        entries += history.count("<li")
        assert history.count("<li") <= SHOWN_EVENTS
        notes = [*re.findall(r"note-\d{4}\.", history), *notes]
        found = re.search(r'href="([^"]+\?before=\d+)#timeline"', page)
        address = found[1] if found else ""
    assert entries == every and notes == sorted(notes) and len(notes) == 2 * SHOWN_EVENTS + 30
    assert counsel.get(f"{page_of(incident)}?before=x").status_code == 200


def test_a_reporter_is_told_the_last_notes(town: Town) -> None:
    incident, person = town.report(SCHOOL, trail=[]), town.person(COUNSEL).id
    with town.store.transaction() as db:
        for number in range(70):
            incidents.add_event(db, incident, to_text(town.clock.now()), "desk_note", person, {"text": str(number)})
            incidents.add_event(db, incident, to_text(town.clock.now()), "record_note", person, {"text": "x"})
        report = reports.reports_of(db, incident)[0]
        found = progress_of(db, report)
    assert [note.text for note in found.notes] == [str(number) for number in range(20, 70)]


def test_medians_of_a_site_are_those_of_its_newest_runs(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "NEWEST_RUNS", 6)
    for seconds in (900, 900, 900, 900, 30, 30, 30, 30, 30, 30):
        town.clock.advance(minutes=1)
        send(town.phone(SCHOOL), run_body(town.clock, seconds=seconds))
    ground = Ground(RULES, SHELF, LIBRARY, lambda _db, _hash: None, UTC)
    with town.store.reader() as db:
        sites = [each for each in people.sites(db) if each.name == SCHOOL]
        (row,) = readiness.gather(db, town.clock.now(), sites, ground)
    assert row.seconds_to_outcome == pytest.approx(30, abs=0.1) and row.last_practice


def test_certificates_are_counted_as_one_by_one(town: Town) -> None:
    site, now = town.site_id(SCHOOL), town.clock.now()
    versions = {each.id: Pinned(each.version, each.edition, each.hash) for each in LIBRARY.protocols.values()}
    ground = Ground(RULES, SHELF, LIBRARY, lambda _db, _hash: None, UTC)
    rows = []
    for number in range(400):
        id = sorted(versions)[number % 2]
        pinned = versions[id] if number % 3 else Pinned(versions[id].version, versions[id].edition - 1, "old")
        issued = to_text(now - timedelta(days=number, hours=number % 24))
        rows.append(
            CertificateRow(
                str(uuid4()), f"K{number}", "front_desk", "school", site, issued, {id: pinned}, (f"r{number}",)
            )
        )
    with town.store.transaction() as db:
        for row in rows:
            certificates.add_certificate(db, row)
        (found,) = readiness.gather(db, now, [each for each in people.sites(db) if each.id == site], ground)
        assert [
            each.id for each in certificates.certificates_with_runs(db, "front_desk", "school", ["r7", "gone"])
        ] == [rows[7].id]
    assert found.certified == sum(certificates_rules.standing(row, ground, now).current for row in rows)


HOT = {
    "newest runs": "SELECT id FROM practice_runs WHERE newest = 1 AND of_nobody = 0 ORDER BY received_at DESC, id DESC",
    "runs of a site": "SELECT id FROM practice_runs WHERE site_id = 'x' AND newest = 1 AND received_at >= '2026' "
    "ORDER BY received_at DESC, id DESC",
    "phones": "SELECT id FROM devices WHERE site_id = 'x' AND revoked_at IS NULL ORDER BY enrolled_at DESC, id DESC",
    "last events": "SELECT seq FROM incident_events WHERE incident_id = 'x' AND seq < 9 ORDER BY seq DESC",
    "news": "SELECT max(seq) FROM incident_events WHERE incident_id = 'x'",
    "certificates of runs": "SELECT certificate_id FROM certificate_runs WHERE run_id IN ('a', 'b')",
}


@pytest.mark.parametrize("name", HOT)
def test_a_list_is_read_from_its_index(store: Store, name: str) -> None:
    plan = [row[3] for row in store.connection().conn.execute(f"EXPLAIN QUERY PLAN {HOT[name]} LIMIT 50")]
    assert plan and all("INDEX" in each or "PRIMARY KEY" in each for each in plan), plan
    assert not any("SCAN" in each or "B-TREE" in each for each in plan), plan


def test_the_training_page_loads_no_run(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        send(town.phone(SCHOOL), run_body(town.clock))
    said: list[str] = []
    browser = town.browser(TRAINER)
    connection = town.app.extensions["guidance"].store.connection().conn
    connection.set_trace_callback(said.append)
    assert "3/3" in text(browser.get("/trainer"))
    connection.set_trace_callback(None)
    assert not [each for each in said if "FROM practice_runs" in each]
    with town.store.reader() as db:
        assert practice_runs.tallies(db, Within())[PUPIL.id].runs == 3
