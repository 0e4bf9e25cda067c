"""Real `guidance worker` processes, killed and stopped in the middle of a fan-out."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from guidance.alert.lanes import at_once
from guidance.alert.plan import acknowledge_alert
from guidance.store.test_clock import StoreClock, set_offset
from tests.alert.city import EVERYWHERE, City
from tests.fakes.push_service import FakePushService, Message, Reply
from tests.harness import Server, wait_until

pytestmark = pytest.mark.faults

RECIPIENTS = 20
UNDER_WAY = at_once(RECIPIENTS)


@dataclass
class Bench:
    """Workers on one store, the city in it, and the push service that they reach."""

    server: Server
    city: City
    service: FakePushService
    clock: StoreClock
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        """One more worker, which lives."""
        process = self.server.start_worker()
        self.workers.append(process)
        wait_until(lambda: b"is ready" in (self.server.data / "worker.log").read_bytes())
        return process

    def move_clock(self, seconds: float) -> None:
        """Set every clock to the machine's time plus this."""
        with self.city.store.transaction() as db:
            set_offset(db, seconds)

    def incident(self) -> str:
        """An urgent incident, alerted."""
        return self.city.incident(self.clock.now())[0]

    def states(self, incident_id: str, tier: int = 1) -> Counter[str]:
        """How many deliveries of an incident's tier are in which state."""
        with self.city.store.reader() as db:
            rows = db.execute(
                "SELECT deliveries.state FROM deliveries JOIN alerts ON alerts.id = alert_id "
                "WHERE incident_id = :incident AND deliveries.tier = :tier",
                {"incident": incident_id, "tier": tier},
            )
            return Counter(row["state"] for row in rows)

    def sends(self, incident_id: str) -> Counter[str]:
        """How often each browser got a push about an incident."""
        return Counter(message.browser for message in list(self.service.messages) if message.data["id"] == incident_id)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with FakePushService(tmp_path / "service") as service:
        server = Server(
            tmp_path / "data",
            {
                "GUIDANCE_TEST_CLOCK": "1",
                "GUIDANCE_LEASE_SECONDS": "2",
                "GUIDANCE_PUSH_HOSTS": "localhost",
                "GUIDANCE_PUSH_CA_FILE": service.ca_file,
                "GUIDANCE_PUBLIC_CONTACT": "mailto:alerts@city.example",
            },
        )
        server.prepare()
        store = server.store()
        city = City(store).build()
        for number in range(RECIPIENTS):
            city.person(f"p{number}", EVERYWHERE, browsers=[service.subscribe(f"b{number}")])
        made = Bench(server, city, service, StoreClock(store))
        yield made
        for process in made.workers:
            process.kill()
            process.wait()
        store.close()


def killer(worker: subprocess.Popen[bytes], after: int) -> Callable[[Message], None]:
    """Kills a worker at the n-th push, before the answer to it: the service has it, and the worker cannot know."""
    seen: list[str] = []

    def kill(message: Message) -> None:
        seen.append(message.browser)
        if len(seen) == after:
            os.kill(worker.pid, signal.SIGKILL)

    return kill


def test_a_worker_killed_after_any_push_of_a_fan_out_leaves_nobody_out(bench: Bench) -> None:
    doubled = []
    for kill_after in range(1, RECIPIENTS + 1, 3):
        worker = bench.start()
        bench.service.on_message = killer(worker, kill_after)
        incident_id = bench.incident()
        worker.wait(timeout=20)
        bench.service.on_message = lambda message: None
        bench.move_clock(3.0 * kill_after)  # past every lease that the dead worker held
        second = bench.start()
        wait_until(lambda incident_id=incident_id: bench.states(incident_id)["sent"] == RECIPIENTS, 15)
        second.kill()
        second.wait()
        sends = bench.sends(incident_id)
        assert len(sends) == RECIPIENTS
        assert max(sends.values()) <= 2
        doubled.append(sum(sends.values()) - RECIPIENTS)
    # What the dead worker had under way and had not yet written down is sent once more, and nothing else.
    assert max(doubled) <= UNDER_WAY, doubled
    topics = {(message.data["id"], message.headers["topic"]) for message in bench.service.messages}
    assert len(topics) == len(doubled), "repeats replace each other on the phone"


def test_two_workers_send_each_push_once_and_escalate_once(bench: Bench) -> None:
    bench.start()
    bench.start()
    incidents = [bench.incident() for _ in range(10)]
    wait_until(lambda: all(bench.states(each)["sent"] == RECIPIENTS for each in incidents), 20)
    bench.move_clock(121)
    wait_until(lambda: all(bench.states(each, tier=2)["sent"] == RECIPIENTS for each in incidents), 20)
    for each in incidents:
        assert [data for kind, data in bench.city.events(each) if kind == "alerted"] == [
            {"tier": 1, "people": RECIPIENTS},
            {"tier": 2, "people": RECIPIENTS},
        ]
        assert set(bench.sends(each).values()) == {2}  # one of each tier


def test_a_worker_that_slept_through_its_lease_changes_nothing(bench: Bench) -> None:
    sleeper = bench.start()
    arrived: list[str] = []

    def stop(message: Message) -> None:
        arrived.append(message.browser)
        os.kill(sleeper.pid, signal.SIGSTOP)

    bench.service.on_message = stop
    incident_id = bench.incident()
    wait_until(lambda: arrived)
    bench.service.on_message = lambda message: None
    time.sleep(2.2)  # its lease is over, by its own clock too
    bench.start()
    wait_until(lambda: bench.states(incident_id)["sent"] == RECIPIENTS, 15)
    before = bench.city.deliveries("id, state, attempt, fence, finished_at")
    os.kill(sleeper.pid, signal.SIGCONT)
    time.sleep(1.5)
    assert bench.city.deliveries("id, state, attempt, fence, finished_at") == before
    assert sum(bench.sends(incident_id).values()) - RECIPIENTS <= UNDER_WAY
    assert sleeper.poll() is None


def test_the_next_tier_is_told_when_its_time_has_come_and_not_before(bench: Bench) -> None:
    bench.start()
    incident_id = bench.incident()
    wait_until(lambda: bench.states(incident_id)["sent"] == RECIPIENTS)
    bench.move_clock(115)
    time.sleep(0.5)
    assert not bench.states(incident_id, tier=2)
    bench.move_clock(121)
    begun = time.monotonic()
    wait_until(lambda: bench.states(incident_id, tier=2)["sent"] == RECIPIENTS)
    assert time.monotonic() - begun < 5


def test_after_an_acknowledgement_nobody_else_is_told(bench: Bench) -> None:
    bench.start()
    incident_id = bench.incident()
    wait_until(lambda: bench.states(incident_id)["sent"] == RECIPIENTS)
    with bench.city.store.transaction() as db:
        acknowledge_alert(db, incident_id, bench.clock.now())
    bench.move_clock(3600)
    time.sleep(1)
    assert not bench.states(incident_id, tier=2)


def test_a_worker_that_is_told_to_stop_finishes_what_it_sends(bench: Bench) -> None:
    worker = bench.start()
    for name in bench.service.browsers:
        bench.service.script(name, Reply(delay=0.7))
    incident_id = bench.incident()
    wait_until(lambda: bench.service.attempts)
    worker.terminate()
    assert worker.wait(timeout=10) == 0
    states = bench.states(incident_id)
    assert states["leased"] == 0
    assert states["sent"] == sum(bench.sends(incident_id).values()) >= 1
    assert states["queued"] == RECIPIENTS - states["sent"]


def test_a_push_leaves_within_a_second_of_the_commit(bench: Bench) -> None:
    bench.start()
    waits = []
    for _ in range(10):
        begun = time.monotonic()
        incident_id = bench.incident()
        wait_until(lambda incident_id=incident_id: len(bench.sends(incident_id)) == RECIPIENTS, pause=0.005)
        waits.append(time.monotonic() - begun)
    assert sorted(waits)[5] < 1
