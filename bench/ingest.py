"""How fast a report is committed: beside a bare SQLite insert with fsync, and under 200 reports a second over HTTP."""

from __future__ import annotations

import http.client
import json
import sqlite3
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.rows import Row, percentile
from guidance.alert.intake import file_report
from guidance.alert.policy import policy_of
from guidance.app import assemble
from guidance.clock import SystemClock
from guidance.incident.receive import Desk, Sender
from guidance.web.context import VersionShelf
from tests.harness import Server
from tests.phones import Phone
from tests.reports import Place, a_place, body, walked

COMMITS = 400
RATE, SECONDS, CLIENTS = 200, 15, 16


def measure() -> list[Row]:
    """Run both measurements on fresh data folders."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_commit(Path(folder) / "commit"), *_load(Path(folder) / "load")]


def _report() -> dict[str, Any]:
    clock = SystemClock()
    return body(clock, trail=walked(clock), facts={"officers_count": 3, "entered": "no"})


def _commit(folder: Path) -> list[Row]:
    server = Server(folder)
    server.prepare()
    settings = server.settings
    parts = assemble(settings)
    with parts.store.transaction() as db:
        place = a_place(db, parts.clock)
    desk = Desk(VersionShelf(parts.library).find, parts.keys.receipt, 2)
    sender = Sender(place.device_id, place.site.id, place.site.type)
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL").fetchone()
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE report (id TEXT PRIMARY KEY, body TEXT)")
    ours, plain = [], []
    for _ in range(COMMITS):  # turn about, so that a slow moment of the disk meets both
        sent, report_id = _report(), str(uuid4())
        begun = time.perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        bare.execute("INSERT INTO report VALUES (?, ?)", (report_id, json.dumps(sent)))
        bare.execute("COMMIT")
        middle = time.perf_counter()
        with parts.store.transaction() as db:
            file_report(db, parts.clock.now(), report_id, sent, sender, desk, policy_of(settings))
        plain.append(middle - begun)
        ours.append(time.perf_counter() - middle)
    ratio = statistics.median(ours) / statistics.median(plain)
    return [
        Row("commit of a report, median", statistics.median(ours) * 1000, "ms"),
        Row("bare SQLite insert with fsync, median", statistics.median(plain) * 1000, "ms"),
        Row("commit of a report / bare insert", ratio, "×", 3.0),
    ]


def _load(folder: Path) -> list[Row]:
    server = Server(folder, threads=32)
    server.prepare()
    with server.store().transaction() as db:
        place = a_place(db, SystemClock())
    server.start()
    try:
        taken, failures = _send_all(server, place)
    finally:
        server.stop()
    return [
        Row(f"report over HTTP at {RATE}/s, p50", percentile(taken, 0.5) * 1000, "ms"),
        Row(f"report over HTTP at {RATE}/s, p99", percentile(taken, 0.99) * 1000, "ms", 150.0),
        Row("reports not acknowledged", failures, "", 0.0),
    ]


def _send_all(server: Server, place: Place) -> tuple[list[float], int]:
    taken: list[float] = []
    failures: list[int] = []
    begun = time.perf_counter() + 0.5
    threads = [
        threading.Thread(target=_client, args=(server, place, begun, number, taken, failures))
        for number in range(CLIENTS)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return taken, sum(failures)


def _client(server: Server, place: Place, begun: float, number: int, taken: list[float], failures: list[int]) -> None:
    """One of the senders of an open-loop load: a report is late from the moment when it should have been sent."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = Phone(server, place.token).headers
    for turn in range(number, RATE * SECONDS, CLIENTS):
        content = json.dumps(_report())
        due = begun + turn / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        connection.request("PUT", f"/api/reports/{uuid4()}", content, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 201:
            taken.append(time.perf_counter() - due)
        else:
            failures.append(1)
