"""What was taken away after a copy was made stays away when the copy is restored, also on the pages."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from guidance.app import create_app
from guidance.clock import FixedClock, to_text
from guidance.incident import desk
from guidance.people import directory, join
from guidance.settings import Settings
from guidance.store import alerts, certificates, incidents, log, people, subscriptions
from guidance.store.backup import back_up
from guidance.store.db import Store
from guidance.store.restoring import Restored, restore
from guidance.store.subscriptions import SubscriptionRow
from guidance.web.context import NAME
from tests.people.town import COUNSEL, ELM, OAK, OPERATIONS, Town, press
from tests.practice.classroom import open_class


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


@pytest.fixture
def copy(town: Town, tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def restart(town: Town, copy: Path) -> tuple[Restored, Flask]:
    """Stop everything, restore, and start again."""
    town.store.close()
    town.app.extensions[NAME].store.close()
    done = restore(copy, town.settings.database, town.clock.now())
    return done, create_app(town.settings, town.clock)


def moved_to(app: Flask, browser: FlaskClient) -> FlaskClient:
    """The same browser, with its cookies, at the process that was started again."""
    again = app.test_client()
    again._cookies = browser._cookies
    return again


def signed_in(browser: FlaskClient) -> bool:
    answer: TestResponse = browser.get("/board")
    return answer.status_code == 200


def device_of(town: Town, site: str) -> str:
    with town.store.reader() as db:
        row = db.execute("SELECT id FROM devices WHERE site_id = :site", {"site": town.site_id(site)}).fetchone()
    return str(row["id"])


def test_sessions_links_and_join_codes_end(town: Town, copy: Path) -> None:
    browser, link, join_page = town.browser(COUNSEL), town.link(OPERATIONS), town.join_path("Oak Street School")
    assert signed_in(browser)
    back_up(town.settings.database, copy)
    done, app = restart(town, copy)
    assert (done.sessions, done.links, done.codes) == (1, 1, 1)
    assert not signed_in(moved_to(app, browser))
    assert "csrf_token" not in app.test_client().get(link).get_data(as_text=True)
    assert b"Oak Street School" not in app.test_client().get(join_page).data
    with Store(town.settings.database).reader() as db:
        (entry,) = log.entries_about(db, "database")
    assert entry.action == "database.restored" and "sessions: 1" in entry.detail


def test_class_codes_end_too(town: Town, copy: Path) -> None:
    made = open_class(town)
    code = town.class_code(made)
    back_up(town.settings.database, copy)
    _, app = restart(town, copy)
    answer = press(app.test_client(), "/practice/join", {"code": code, "nickname": "Rosa"})
    assert answer.status_code == 404


def test_disabled_people_and_revoked_phones_stay_so(town: Town, copy: Path) -> None:
    town.phone("Oak Street School")
    device_id = device_of(town, "Oak Street School")
    back_up(town.settings.database, copy)
    with town.store.transaction() as db:
        directory.disable(db, town.clock.now(), town.person(OAK))
        assert join.revoke(db, town.clock.now(), device_id, None)
    done, _ = restart(town, copy)
    with Store(town.settings.database).reader() as db:
        assert people.person_by_email(db, OAK) is None
        assert people.person_by_email(db, ELM) is not None
        assert join.device_of(db, town.clock.now(), town.settings, "") is None
        row = db.execute("SELECT revoked_at FROM devices WHERE id = :id", {"id": device_id}).fetchone()
    assert row["revoked_at"] is not None and done.carried is not None
    assert done.carried.counts["people disabled"] == done.carried.counts["phones revoked"] == 1


def test_a_phone_that_moved_keeps_the_token_it_has_now(town: Town, copy: Path) -> None:
    phone = town.phone("Oak Street School")
    stolen = phone._cookies.copy()  # type: ignore[union-attr]
    back_up(town.settings.database, copy)
    town.clock.advance(hours=1)
    assert press(phone, town.join_path("Elm Avenue School")).status_code == 303
    _, app = restart(town, copy)
    moved = moved_to(app, phone)
    assert b"Elm Avenue School" in moved.get("/api/device").data
    thief = app.test_client()
    thief._cookies = stolen
    page = thief.get("/api/device").data
    assert b"Oak Street School" not in page and b"Elm Avenue School" not in page


def test_what_the_copy_does_not_know_is_said(town: Town, copy: Path) -> None:
    back_up(town.settings.database, copy)
    town.report("Oak Street School")
    with town.store.transaction() as db:
        directory.add_person(db, town.clock.now(), "New", "", "new@city.example", (people.Grant("committee"),))
    done, _ = restart(town, copy)
    assert done.carried is not None and done.carried.unknown_people == done.carried.unknown_incidents == 1
    assert done.carried.unknown_phones == {"Oak Street School": 1}


def subscribe(town: Town, email: str, name: str) -> None:
    with town.store.transaction() as db:
        row = SubscriptionRow(
            name, town.person(email).id, f"https://push.example/{name}", "key", "auth", to_text(town.clock.now())
        )
        subscriptions.save(db, row)


def reachable(town: Town, email: str) -> bool:
    with closing(Store(town.settings.database)) as store, store.reader() as db:
        found = people.person_by_email(db, email)
        return found is not None and subscriptions.reachable(db, found.id)


def test_removed_gone_and_taken_over_browsers_get_no_alert(town: Town, copy: Path) -> None:
    for email, name in ((OAK, "removed"), (ELM, "gone"), (OPERATIONS, "taken"), (COUNSEL, "stays")):
        subscribe(town, email, name)
    back_up(town.settings.database, copy)
    town.clock.advance(hours=1)
    with town.store.transaction() as db:
        assert subscriptions.remove(db, town.person(OAK).id, "https://push.example/removed")
        assert subscriptions.mark_gone(db, "gone", to_text(town.clock.now()))
    subscribe(town, COUNSEL, "taken")
    restart(town, copy)
    assert [reachable(town, email) for email in (OAK, ELM, OPERATIONS, COUNSEL)] == [False, False, False, True]


def test_a_copy_that_is_newer_than_what_it_replaces_loses_no_browser(town: Town, copy: Path, tmp_path: Path) -> None:
    back_up(town.settings.database, copy)
    town.clock.advance(hours=1)
    subscribe(town, COUNSEL, "later")
    with town.store.transaction() as db:
        log.add_entry(db, to_text(town.clock.now()), "system", "test", "later")
    newer = tmp_path / "newer.db"
    back_up(town.settings.database, newer)
    _, app = restart(town, copy)
    app.extensions[NAME].store.close()
    assert not reachable(town, COUNSEL)
    restore(newer, town.settings.database, town.clock.now())
    assert reachable(town, COUNSEL)


def test_nobody_is_told_again_of_what_somebody_has(town: Town, copy: Path) -> None:
    taken, closed, waiting = (town.report("Oak Street School") for _ in range(3))
    back_up(town.settings.database, copy)
    counsel = town.person(COUNSEL)
    with town.store.transaction() as db:
        for each in (taken, closed):
            desk.acknowledge(db, town.clock.now(), each, counsel.id)
            alerts.end_alert(db, each, "acknowledged", to_text(town.clock.now()))
        desk.close(db, town.clock.now(), closed, counsel.id, "other", "because")
        alerts.end_alert(db, closed, "closed", to_text(town.clock.now()))
    done, _ = restart(town, copy)
    with Store(town.settings.database).reader() as db:
        states = [alerts.alert_of(db, each) for each in (taken, closed, waiting)]
        assert [each.state for each in states if each] == ["acknowledged", "closed", "active"]
        found = [incidents.find_incident(db, each) for each in (taken, closed, waiting)]
        assert [each.state for each in found if each] == ["acknowledged", "closed", "open"]
        closing = [event for event in incidents.events_of(db, closed) if event.kind == "closed"]
    assert "because" in str(closing) and done.carried is not None
    assert done.carried.counts["incidents that somebody has"] == 2


def test_an_unreadable_table_is_named_and_the_rest_is_carried(town: Town, copy: Path) -> None:
    back_up(town.settings.database, copy)
    with town.store.transaction() as db:
        directory.disable(db, town.clock.now(), town.person(OAK))
        db.execute("DROP TABLE practice_assignments")
    done, _ = restart(town, copy)
    assert done.carried is not None and done.carried.unread == ["assignments"]
    assert done.carried.counts["people disabled"] == 1


def test_ended_classes_withdrawn_work_and_forgotten_addresses_stay_so(town: Town, copy: Path) -> None:
    now, counsel, site = to_text(town.clock.now()), town.person(COUNSEL).id, town.site_id("Oak Street School")
    with town.store.transaction() as db:
        values = {"now": now, "person": counsel, "site": site}
        db.execute(
            "INSERT INTO practice_classes (id, code, title, kind, trainer_id, scenario_ids, created_at) "
            "VALUES ('c', 'CODE', 'Monday', 'class', :person, '[]', :now)", values,
        )  # fmt: skip
        db.execute(
            "INSERT INTO practice_assignments (id, scenario_id, site_id, from_on, due_on, created_by, created_at) "
            "VALUES ('a', 's', :site, '2026-11-24', '2026-12-01', :person, :now)", values,
        )  # fmt: skip
        for code in ("reminded", "declined"):
            db.execute(
                "INSERT INTO certificates (id, code, role, site_type, issued_at, protocols, runs, reminder_email) "
                "VALUES (:code, :code, 'desk', 'school', :now, '{}', '[]', 'a@city.example')",
                {"code": code, "now": now},
            )  # fmt: skip
    back_up(town.settings.database, copy)
    with town.store.transaction() as db:
        db.execute("UPDATE practice_classes SET ended_at = :now", {"now": now})
        db.execute("UPDATE practice_assignments SET withdrawn_at = :now", {"now": now})
        certificates.set_reminded(db, "reminded", now)
        db.execute("UPDATE certificates SET reminder_email = NULL WHERE id = 'declined'")
    restart(town, copy)
    with Store(town.settings.database).reader() as db:
        (ended,) = db.execute("SELECT ended_at FROM practice_classes").fetchone()
        assert ended == now
        (withdrawn,) = db.execute("SELECT withdrawn_at FROM practice_assignments").fetchone()
        assert withdrawn == now and certificates.to_remind(db) == []
