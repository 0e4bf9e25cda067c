"""A whole class practises while something real happens: does its alert wait? Real processes, real TLS."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import requests

from bench.push import subscribe
from bench.rows import Row, percentile
from guidance.clock import SystemClock
from guidance.people.join import enrol
from guidance.store import practice_runs
from guidance.store.db import Store
from guidance.store.practice_runs import Within
from tests.fakes.push_service import FakePushService
from tests.harness import Server, wait_until
from tests.phones import Phone
from tests.practice.runs import run_body
from tests.reports import Place, a_place, body

RUNS, SENDERS, ROUNDS = 500, 20, 12


@dataclass(frozen=True)
class Desk:
    """A site that sends real reports."""

    server: Server
    store: Store
    place: Place
    service: FakePushService

    def push_seconds(self) -> float:
        """Send one report of a new incident and wait for its first push.

        Each comes from a phone of its own: the alerts of one phone that sends many are held back and bundled.
        """
        with self.store.transaction() as db:
            phone = Phone(self.server, enrol(db, SystemClock().now(), self.place.site, None)[1])
        before, begun = len(self.service.messages), time.monotonic()
        assert phone.put(str(uuid4()), body(SystemClock())) is not None
        wait_until(lambda: len(self.service.messages) > before, 20, 0.002)
        arrived = self.service.messages[before].arrived
        # The second recipient's, before the next round.
        wait_until(lambda: len(self.service.messages) >= before + 2, 20, 0.002)
        return float(arrived - begun)


def measure() -> list[Row]:
    """The time from a report's send to its push, alone and beside 500 practice runs."""
    with tempfile.TemporaryDirectory() as folder, FakePushService(Path(folder) / "push") as service:
        environment = {
            "GUIDANCE_PUSH_HOSTS": f"localhost:{service.port}",
            "GUIDANCE_PUSH_CA_FILE": service.ca_file,
            "GUIDANCE_PUBLIC_CONTACT": "mailto:bench@city.example",
        }
        server = Server(Path(folder) / "data", environment, threads=64)
        server.prepare()
        store = server.store()
        with store.transaction() as db:
            place = a_place(db, SystemClock())
        subscribe(store, place, service)
        desk = Desk(server, store, place, service)
        server.start()
        server.start_worker()
        try:
            desk.push_seconds()  # opens connections and reads keys
            quiet = [desk.push_seconds() for _ in range(ROUNDS)]
            busy, taken = _beside_practice(desk)
        finally:
            server.stop()
        with store.reader() as db:
            kept = len(practice_runs.runs_within(db, Within()))
    return _rows(quiet, busy, taken, kept)


def _rows(quiet: Sequence[float], busy: Sequence[float], taken: float, kept: int) -> list[Row]:
    calm, crowded = percentile(quiet, 0.5), percentile(busy, 0.5)
    return [
        Row("report to push, nobody practises, p50", calm, "s"),
        Row(f"report to push beside {RUNS} practice runs, p50", crowded, "s", 0.5),
        Row("the same, the slowest", max(busy), "s", 1.0),
        Row("beside practice / alone", crowded / calm, "times"),
        Row("practice runs taken in", kept / taken, "runs/s"),
        Row("practice runs kept of those sent", kept / RUNS, "share", 1.0, at_least=True),
    ]


def _beside_practice(desk: Desk) -> tuple[list[float], float]:
    begun = time.monotonic()
    senders = [threading.Thread(target=_practise, args=(desk.server.url, RUNS // SENDERS)) for _ in range(SENDERS)]
    for each in senders:
        each.start()
    taken = []
    while any(each.is_alive() for each in senders):
        taken.append(desk.push_seconds())
    for each in senders:
        each.join()
    return taken, time.monotonic() - begun


def _practise(url: str, many: int) -> None:
    clock = SystemClock()
    with requests.Session() as session:
        for number in range(many):
            run = run_body(clock, seconds=30 + number)
            run["sent_at"] = (clock.now() - timedelta(seconds=number)).isoformat()
            answer = session.put(
                f"{url}/api/practice/runs/{uuid4()}", json=run, headers={"X-Guidance": "1"}, timeout=30
            )
            assert answer.status_code == 201, answer.text
