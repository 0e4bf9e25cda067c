"""Real workers under clocks that are stepped, mail servers that misbehave, long stops, and two workers at once."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from guidance.alert.policy import Policy
from guidance.store.deliveries import beat
from guidance.store.test_clock import StoreClock, set_offset
from tests.alert.city import EVERYWHERE, City
from tests.fakes.certificates import make_certificates
from tests.fakes.hostile_mail import HostileMailServer, Manner
from tests.fakes.push_service import FakePushService, Reply
from tests.harness import Server, wait_until

pytestmark = pytest.mark.faults


@dataclass
class Bench:
    """An installation with a push service and a mail server, one person on duty and one who is not."""

    server: Server
    city: City
    service: FakePushService
    office: HostileMailServer
    clock: StoreClock

    def start(self) -> None:
        """A worker that lives."""
        log = self.server.data / "worker.log"
        ready = log.read_bytes().count(b"is ready") if log.exists() else 0
        self.server.start_worker()
        wait_until(lambda: log.read_bytes().count(b"is ready") > ready, 30)

    def step_clock(self, seconds: float) -> None:
        """Set every clock to the machine's time plus this."""
        with self.city.store.transaction() as db:
            set_offset(db, seconds)

    def incident(self) -> str:
        return self.city.incident(self.clock.now())[0]

    def got(self, name: str) -> int:
        """How many pushes a browser has."""
        return len(self.service.received(name))

    def readyz(self) -> tuple[int, dict[str, object]]:
        try:
            with urllib.request.urlopen(f"{self.server.url}/readyz", timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    certificates = make_certificates(tmp_path / "mail", "localhost")
    with FakePushService(tmp_path / "service") as service, HostileMailServer(certificates) as office:
        server = Server(
            tmp_path / "data",
            {
                "GUIDANCE_TEST_CLOCK": "1",
                "GUIDANCE_LEASE_SECONDS": "2",
                "GUIDANCE_PUSH_HOSTS": "localhost",
                "GUIDANCE_PUSH_CA_FILE": service.ca_file,
                "GUIDANCE_PUBLIC_CONTACT": "mailto:alerts@city.example",
                "GUIDANCE_SMTP_URL": office.url.replace("//", "//user:secret@"),
                "GUIDANCE_MAIL_FROM": "alerts@city.example",
                "GUIDANCE_SMTP_SECONDS": "2",
                "GUIDANCE_SMTP_ANSWER_SECONDS": "20",
                "SSL_CERT_FILE": str(certificates.ca),
            },
        )
        office.manner = Manner(starttls=True)
        server.prepare()
        store = server.store()
        city = City(store, Policy(email=True)).build()
        city.person("on", EVERYWHERE, browsers=[service.subscribe("on")])
        city.person("off", EVERYWHERE, on_duty=False, browsers=[service.subscribe("off")])
        yield Bench(server, city, service, office, StoreClock(store))
        server.stop()
        store.close()


def test_a_clock_an_hour_ahead_that_is_put_right_makes_nothing_late_or_double(bench: Bench) -> None:
    bench.start()
    bench.service.script("on", Reply(500))
    bench.step_clock(3600)
    bench.incident()
    wait_until(lambda: bench.service.attempts)
    bench.step_clock(0)
    wait_until(lambda: bench.got("on") >= 1 and bench.got("off") == 1, 15)
    time.sleep(1)
    assert bench.got("off") == 1 and bench.service.attempts.count("off") == 1


def test_a_worker_is_seen_to_live_though_a_dead_one_beat_by_a_clock_ahead(bench: Bench) -> None:
    bench.server.start()
    with bench.city.store.transaction() as db:
        beat(db, "dead", "2099-01-01T00:00:00.000Z", "")
    bench.start()
    wait_until(lambda: bench.readyz()[0] == 200, 10)


def test_a_clock_that_runs_ahead_for_some_seconds_ends_no_repeats(bench: Bench) -> None:
    bench.start()
    bench.incident()
    wait_until(lambda: bench.got("on") == 1)
    bench.step_clock(121)
    wait_until(lambda: bench.got("off") == 1)
    bench.step_clock(90_000)
    time.sleep(6)  # more than one look at everything
    bench.step_clock(450)
    wait_until(lambda: bench.got("off") >= 2, 15)


def test_mail_that_was_confirmed_is_sent_once_and_a_refused_password_is_tried_again(bench: Bench) -> None:
    bench.office.manner = Manner({"AUTH": "535 5.7.8 not now", "QUIT": "421 busy"}, starttls=True)
    bench.start()
    bench.incident()
    wait_until(lambda: bench.got("on") == 1)
    bench.step_clock(121)
    wait_until(lambda: bench.office.verbs.count("AUTH") >= 2)
    bench.office.manner = Manner({"QUIT": "421 busy"}, starttls=True)
    bench.step_clock(190)

    def mailed() -> bool:
        return bench.city.deliveries("channel, state").count(("email", "sent")) == 2

    wait_until(mailed, 15)
    bench.step_clock(260)
    time.sleep(2)
    assert len(bench.office.arrivals) == len(set(bench.office.arrivals)) == 2


def test_a_confirmation_that_takes_longer_than_a_lease_is_waited_for_by_one_worker_alone(bench: Bench) -> None:
    bench.office.manner = Manner(starttls=True, confirm_after=6)  # three leases long
    bench.start()
    first, bench.server.worker = bench.server.worker, None
    bench.incident()
    bench.step_clock(121)
    wait_until(lambda: len(bench.office.arrivals) == 2)
    try:
        bench.start()
        wait_until(lambda: bench.city.deliveries("channel, state").count(("email", "sent")) == 2, 20)
    finally:
        assert first is not None
        first.kill()
        first.wait()
    assert len(bench.office.arrivals) == 2
    assert bench.got("off") == 1, "no push waited for a mail, and none was doubled"


def test_after_three_days_without_a_worker_one_message_tells_of_all_that_is_old(bench: Bench) -> None:
    with bench.city.store.transaction() as db:
        set_offset(db, -3 * 86_400)
        beat(db, "an-earlier-worker", "2026-01-01T00:00:00.000Z", "")
    for _ in range(8):
        bench.incident()
    bench.step_clock(0)
    fresh = bench.incident()
    bench.start()
    wait_until(lambda: bench.got("on") == 2 and bench.got("off") == 1 and len(bench.office.taken) == 2, 20)
    time.sleep(2)
    counts = sorted(message.data.get("count", 1) for message in bench.service.received("on"))
    assert counts == [1, 8]
    assert {message.data["id"] for message in bench.service.received("on")} > {fresh}
    assert [message.data.get("count") for message in bench.service.received("off")] == [8]
    assert all("8 alerts came" in each.message.get_content() for each in bench.office.taken)


def test_a_worker_killed_while_a_mail_waits_to_be_confirmed_sends_it_at_most_once_more(bench: Bench) -> None:
    bench.office.manner = Manner(starttls=True, confirm_after=3)
    bench.start()
    bench.incident()
    bench.step_clock(121)
    wait_until(lambda: len(bench.office.arrivals) == 2)
    bench.server.stop()
    bench.office.manner = Manner(starttls=True)
    bench.start()
    wait_until(lambda: bench.city.deliveries("channel, state").count(("email", "sent")) == 2, 20)
    assert sorted(bench.office.arrivals) == sorted([*set(bench.office.arrivals)] * 2), "each twice, by the same name"
