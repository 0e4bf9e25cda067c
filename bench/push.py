"""From the phone's send to the push at the push service: real web process, real worker, real TLS."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from uuid import uuid4

from bench.rows import Row, percentile
from guidance.alert.bundle import MOST
from guidance.clock import SystemClock
from guidance.people.join import enrol
from guidance.store import reports, subscriptions
from guidance.store.db import Store
from guidance.store.subscriptions import SubscriptionRow
from tests.fakes.push_service import FakePushService
from tests.harness import Server, wait_until
from tests.phones import Phone
from tests.reports import Place, a_place, body

REPORTS, PAUSE = 120, 0.15


def measure() -> list[Row]:
    """Send reports one after the other and see when each one's first push arrives."""
    with tempfile.TemporaryDirectory() as folder, FakePushService(Path(folder) / "push") as service:
        environment = {
            "GUIDANCE_PUSH_HOSTS": f"localhost:{service.port}",
            "GUIDANCE_PUSH_CA_FILE": service.ca_file,
            "GUIDANCE_PUBLIC_CONTACT": "mailto:bench@city.example",
        }
        server = Server(Path(folder) / "data", environment)
        server.prepare()
        store = server.store()
        with store.transaction() as db:
            place = a_place(db, SystemClock())
        subscribe(store, place, service)
        server.start()
        server.start_worker()
        try:
            taken = _send(server, store, place, service)
        finally:
            server.stop()
    return [
        Row("report sent to push at the push service, p50", percentile(taken, 0.5), "s", 0.25),
        Row("report sent to push at the push service, p99", percentile(taken, 0.99), "s", 1.0),
    ]


def subscribe(store: Store, place: Place, service: FakePushService) -> None:
    """Give each person of a place a browser at the push service."""
    for person in (place.supervisor, place.counsel):
        browser = service.subscribe(person.id)
        row = SubscriptionRow(
            str(uuid4()), person.id, browser.endpoint, browser.p256dh, browser.auth, "2026-11-24T11:00:00.000Z"
        )
        with store.transaction() as db:
            subscriptions.save(db, row)


def _send(server: Server, store: Store, place: Place, service: FakePushService) -> list[float]:
    sent: dict[str, float] = {}
    for number in range(REPORTS):
        if number % MOST == 0:  # the alerts of a phone that sent more at once would wait for each other
            with store.transaction() as db:
                phone = Phone(server, enrol(db, SystemClock().now(), place.site, None)[1])
        report_id = str(uuid4())
        begun = time.monotonic()
        assert phone.put(report_id, body(SystemClock())) is not None
        with store.reader() as db:
            report = reports.find_report(db, report_id)
        assert report is not None
        sent[report.incident_id] = begun
        time.sleep(PAUSE)
    wait_until(lambda: len({message.data["id"] for message in service.messages}) == REPORTS, 30)
    first: dict[str, float] = {}
    for message in service.messages:
        first.setdefault(message.data["id"], message.arrived)
    return [first[incident] - begun for incident, begun in sent.items()]
