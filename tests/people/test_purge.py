"""`guidance purge` removes what strangers left and nobody took up; nothing that anybody confirmed or worked on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from guidance.app import create_app
from guidance.clock import FixedClock, SystemClock
from guidance.commands import purge
from guidance.incident import desk
from guidance.store import incidents, strangers
from guidance.store.db import Store
from tests.harness import Server
from tests.incident.case import Case
from tests.people.town import OAK, SCHOOLS, Town
from tests.phones import Phone
from tests.practice.runs import run_body, send
from tests.reports import body


@pytest.fixture
def town(app: object, store: Store, settings: object, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)  # type: ignore[arg-type]


def ids(store: Store) -> set[str]:
    with store.reader() as db:
        return {row["id"] for row in db.execute("SELECT id FROM incidents")}


def clean(store: Store, clock: FixedClock, days: int = 30) -> dict[str, int]:
    return purge.run(store, clock, purge.bounds(clock.now(), days), lambda _seconds: None)


def test_only_what_nobody_took_up_goes(town: Town) -> None:
    dropped = town.report()
    joined, taken, noted, closed = town.report("Oak Street School"), town.report(), town.report(), town.report()
    counsel = town.person("counsel@city.example").id
    with town.store.transaction() as db:
        now = town.clock.now()
        desk.acknowledge(db, now, taken, counsel)
        desk.add_note(db, now, noted, counsel, "Seen.", "record")
        desk.close(db, now, closed, counsel, "resolved")
    run = str(uuid4())
    send(town.browser(), run_body(town.clock), run)
    send(town.phone("Oak Street School"), run_body(town.clock))
    town.clock.advance(days=31)
    young = town.report()
    done = clean(town.store, town.clock)
    assert ids(town.store) == {joined, taken, noted, closed, young} and dropped not in ids(town.store)
    assert (done["incidents of strangers"], done["practice runs of nobody"]) == (1, 1)
    with town.store.reader() as db:
        assert [row["id"] for row in db.execute("SELECT id FROM practice_runs")] != [run]
        (entry,) = db.execute("SELECT detail FROM log WHERE action = 'purge'").fetchall()
        assert "incidents of strangers: 1" in entry["detail"]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert strangers.spent(db, "practice", strangers.ALL).rows == 0


def test_a_report_of_a_stranger_that_a_joined_phone_took_over_stays(store: Store, clock: FixedClock) -> None:
    case = Case(store, clock)
    case.send(1, joined=False)
    case.send(2)
    clock.advance(days=400)
    clean(store, clock)
    with store.reader() as db:
        assert incidents.find_incident(db, case.incident(db).id)


def test_expired_codes_links_and_sessions_go(town: Town) -> None:
    town.join_path("Oak Street School"), town.link(OAK), town.browser(SCHOOLS)
    clean(town.store, town.clock)
    with town.store.reader() as db:
        assert db.execute("SELECT count(*) FROM sessions").fetchone()[0] == 1
    town.clock.advance(days=40)
    clean(town.store, town.clock)
    with town.store.reader() as db:
        left = [
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("join_codes", "sign_in_links", "sessions")
        ]
    assert left == [0, 0, 0]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with 900 old incidents of strangers."""
    made = Server(tmp_path / "data", {"GUIDANCE_STRANGER_ROWS_HOUR": "100000"}, threads=4)
    made.prepare(demo=True)
    old = FixedClock(SystemClock().now() - timedelta(days=200))
    client = create_app(made.settings, old).test_client()
    headers = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}
    assert client.put(f"/api/reports/{uuid4()}", json=body(old), headers=headers).status_code == 201
    store = made.store()
    with store.transaction() as db:
        (one,) = db.execute("SELECT * FROM incidents WHERE verified = 0 ORDER BY opened_at LIMIT 1").fetchall()
        db.conn.executemany(
            "INSERT INTO incidents (id, code, kind, verified, urgency, state, opened_at) "
            "VALUES (?, ?, 'visit', 0, 'low', 'open', ?)",
            [(f"old-{n}", f"old-{n}", one["opened_at"]) for n in range(900)],
        )
    store.close()
    yield made
    made.stop()


def test_a_dry_run_removes_nothing_a_killed_run_leaves_whole_rows_and_reports_go_on(server: Server) -> None:
    store = server.store()
    before = ids(store)
    assert "901 incidents of strangers" in server.run_command("purge", "--days", "90", "--dry-run")
    assert ids(store) == before
    server.start()
    receipts: list[object] = []

    def report() -> None:
        while len(receipts) < 20:
            receipts.append(Phone(server, "").put(str(uuid4()), body(SystemClock())))

    reporter = threading.Thread(target=report)
    process = subprocess.Popen(
        [sys.executable, "-m", "guidance", "purge", "--days", "90"], cwd=server.root, env=server._environment()
    )
    deadline = time.monotonic() + 30
    while len(ids(store)) >= len(before) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = len(ids(store))
    assert 0 < left < len(before)
    reporter.start()
    printed = server.run_command("purge", "--days", "90")
    reporter.join()
    assert "The file keeps its size" in printed
    assert not [each for each in ids(store) if each.startswith("old-")]
    assert all(receipts) and len(receipts) == 20
    with store.reader() as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    store.close()
