"""A report is stored whole before it is acknowledged, wherever the real server process dies or its disk fails."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from guidance.clock import SystemClock
from guidance.incident.receipt import content_sha256
from guidance.store import alerts, incidents, log, reports
from guidance.store.db import Store
from tests.faults.tracing import Traced, gone, needs_strace, wait_for_worker
from tests.harness import Server, wait_until
from tests.phones import Phone
from tests.reports import a_place, body

pytestmark = [pytest.mark.faults, needs_strace]

CALLS = ("pwrite64", "fdatasync", "fcntl", "openat", "pread64", "ftruncate", "unlink", "mmap")
# `make test` kills at every third write of a page; the landing run at each.
EACH = {} if os.environ.get("GUIDANCE_TEST_EVERYONE") else {"pwrite64": 3}
MOST_POINTS = 150


@dataclass
class Desk:
    """A server with one enrolled phone."""

    server: Server
    store: Store
    phone: Phone

    def put(self, report_id: str, sent: dict[str, Any]) -> dict[str, Any] | None:
        """Send as a phone does; the receipt, or None when there was no answer or a refusal."""
        return self.phone.put(report_id, sent)

    @property
    def files(self) -> list[Path]:
        database = self.server.settings.database
        return [database, database.with_name(database.name + "-wal"), database.with_name(database.name + "-shm")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    server = Server(tmp_path / "data", threads=2)
    server.prepare()
    store = server.store()
    with store.transaction() as db:
        place = a_place(db, SystemClock())
    server.start()
    yield Desk(server, store, Phone(server, place.token))
    server.stop()


def kept_whole(desk: Desk, report_id: str, sent: dict[str, Any]) -> bool:
    """Whether the report is there; fails when it is there by half or twice."""
    with desk.store.reader() as db:
        report = reports.find_report(db, report_id)
        if report is None:
            assert reports.revisions_of(db, report_id) == []
            assert log.entries_about(db, report_id) == []
            return False
        (revision,) = reports.revisions_of(db, report_id)
        assert revision.sha256 == content_sha256(sent)
        assert incidents.find_incident(db, report.incident_id) is not None
        assert [event.kind for event in incidents.events_of(db, report.incident_id)].count("report_received") == 1
        assert alerts.alert_of(db, report.incident_id) is not None
        assert len(log.entries_about(db, report_id)) == 1
        return True


def send_through_fault(desk: Desk, fault: str, calls: str, trace: Path) -> bool:
    """One report into a server with a fault ahead; returns whether the server process died of it."""
    assert desk.server.web is not None
    pid = wait_for_worker(desk.server.web.pid)
    report_id, sent = str(uuid4()), body(SystemClock())
    with Traced(pid, trace, calls, desk.files, fault):
        receipt = desk.put(report_id, sent)
        died = receipt is None and waited_for_death(pid)
    if died:
        wait_for_worker(desk.server.web.pid, other_than=pid)
    stored = kept_whole(desk, report_id, sent)
    assert stored or receipt is None, "acknowledged, then lost"
    again = resend(desk, report_id, sent)
    assert again["sha256"] == content_sha256(sent)
    assert receipt is None or receipt == again
    assert kept_whole(desk, report_id, sent)
    return died


def waited_for_death(pid: int) -> bool:
    try:
        wait_until(lambda: gone(pid), 2)
    except AssertionError:
        return False
    return True


def resend(desk: Desk, report_id: str, sent: dict[str, Any]) -> dict[str, Any]:
    found: list[dict[str, Any] | None] = []

    def ask() -> bool:
        found.append(desk.put(report_id, sent))
        return found[-1] is not None

    wait_until(ask, 20, pause=0.1)
    assert found[-1] is not None
    return found[-1]


@pytest.mark.parametrize("call", CALLS)
def test_a_server_killed_at_any_system_call_loses_doubles_and_halves_nothing(
    desk: Desk, tmp_path: Path, call: str
) -> None:
    points = 0
    for when in range(1, MOST_POINTS, EACH.get(call, 1)):
        # Otherwise a checkpoint, which comes every thousand pages, would be counted as part of this report.
        desk.store.connection().conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not send_through_fault(desk, f"{call}:signal=KILL:when={when}", call, tmp_path / "trace"):
            break
        points += 1
    else:
        raise AssertionError(f"more than {MOST_POINTS} calls of {call} in one report")
    print(f"{call}: killed at {points} points")
    with desk.store.reader() as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    if call in ("pwrite64", "fdatasync"):
        assert points > 0, f"no {call} was reached: the fault was never tried"


@pytest.mark.parametrize("fault", ["pwrite64:error=ENOSPC", "fdatasync:error=EIO", "pwrite64:error=EIO"])
def test_a_disk_that_is_full_or_fails_is_never_acknowledged_as_stored(desk: Desk, tmp_path: Path, fault: str) -> None:
    for when in (1, 2, 3, 5, 8):
        call = fault.partition(":")[0]
        assert not send_through_fault(desk, f"{fault}:when={when}", call, tmp_path / "trace")


def test_no_receipt_leaves_before_the_write_is_on_the_disk(desk: Desk, tmp_path: Path) -> None:
    assert desk.server.web is not None
    pid = wait_for_worker(desk.server.web.pid)
    trace = tmp_path / "trace"
    with Traced(pid, trace, "pwrite64,fdatasync,sendto,sendmsg,write", []):
        for _ in range(5):
            assert desk.put(str(uuid4()), body(SystemClock()))
    receipts, unsynced = 0, False
    for line in trace.read_text().splitlines():
        if re.search(r"pwrite64\(\d+<[^>]*-wal>", line):
            unsynced = True
        elif re.search(r"fdatasync\(\d+<[^>]*-wal>", line):
            unsynced = False
        elif "HTTP/1.1 201" in line:
            assert not unsynced, line
            receipts += 1
    assert receipts == 5
