"""After a long stop: what is too old to help is told once, together; what is fresh goes out as ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guidance.alert.fold import fold_stale
from guidance.alert.mail import MailAlert, MailSender
from guidance.alert.policy import Policy
from guidance.alert.worker import Worker
from guidance.clock import FixedClock, to_text
from guidance.mail import mail_server
from guidance.store import deliveries
from tests.alert.city import AT_THE_SITE, EVERYWHERE, City
from tests.alert.conftest import Until
from tests.fakes.mail_server import FakeMailServer
from tests.fakes.push_service import FakePushService


@pytest.fixture
def stopped(city: City, clock: FixedClock, service: FakePushService) -> City:
    """A worker lived three days ago; since then twelve incidents came, the last one just now."""
    city.person("s", AT_THE_SITE, browsers=[service.subscribe("s")])
    city.person("p", EVERYWHERE, on_duty=False, browsers=[service.subscribe("p")])
    with city.store.transaction() as db:
        deliveries.beat(db, "an-earlier-worker", to_text(clock.now()), "")
    for _ in range(11):
        clock.advance(hours=6)
        city.incident(clock.now(), urgency="normal")
    clock.advance(hours=6)
    city.incident(clock.now())
    return city


def test_what_is_too_old_is_one_message_for_each_person_and_what_is_fresh_goes_by_itself(
    stopped: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    until(worker, lambda: len(service.received("s")) == 2 and len(service.received("p")) == 1)
    for _ in range(5):
        worker._sweep_at = 0.0
        worker.step()
    assert sorted(message.data.get("count", 1) for message in service.received("s")) == [1, 11]
    assert [message.data.get("count") for message in service.received("p")] == [11]
    assert len({len(message.plaintext) for message in service.messages}) == 1
    told = [row for row in stopped.deliveries("detail") if row[0] == "told together"]
    assert len(told) == 11
    assert not worker.busy


def test_it_is_told_once_however_long_nobody_answers_and_however_often_workers_start(
    stopped: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    until(worker, lambda: len(service.received("s")) == 2)
    again = Worker(worker.store, clock, worker.policy, worker.push, worker.mail, worker.lease_seconds)
    for _ in range(40):
        clock.advance(seconds=60)
        for each in (worker, again):
            each._sweep_at = 0.0
            each.step()

    def done() -> bool:
        again.step()
        return not worker.busy and not again.busy

    until(worker, done)
    assert sum(message.data.get("count", 1) > 1 for message in service.messages) == 2


def test_the_timeline_says_so(stopped: City, worker: Worker) -> None:
    worker.step()
    with stopped.store.reader() as db:
        rows = db.execute("SELECT count(*) FROM incident_events WHERE kind = 'told_together'").fetchone()
    assert rows[0] == 11


def test_a_short_stop_changes_nothing(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("s", AT_THE_SITE, browsers=[service.subscribe("s")])
    with city.store.transaction() as db:
        deliveries.beat(db, "an-earlier-worker", to_text(clock.now()), "")
    for _ in range(3):
        city.incident(clock.now())
    clock.advance(hours=3)
    until(worker, lambda: len(service.received("s")) == 3)


def test_old_alerts_that_workers_have_dealt_with_are_not_told_again_after_a_stop(
    city: City, clock: FixedClock, worker: Worker
) -> None:
    city.person("s", EVERYWHERE)
    city.incident(clock.now())
    city.write("UPDATE deliveries SET state = 'sent'")
    city.write("UPDATE alerts SET tier = 2, next_tier_at = NULL, repeat_at = '2026-11-25T12:00:00.000Z'")
    clock.advance(days=10)
    last_beat = to_text(clock.now())
    clock.advance(days=3)
    with city.store.transaction() as db:
        assert fold_stale(db, clock.now(), last_beat, Policy()).alerts == 0


def test_what_a_clock_that_ran_ahead_has_put_together_is_told_by_itself_again(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("s", EVERYWHERE, on_duty=False, browsers=[service.subscribe("s")])
    for _ in range(3):
        city.incident(clock.now())
    clock.advance(hours=25)
    until(worker, lambda: len(service.received("s")) == 1)
    clock.at -= timedelta(hours=25)
    worker._sweep_at = 0.0
    until(worker, lambda: len(service.received("s")) == 4)


def test_the_mail_tells_how_many_and_leads_to_the_board() -> None:
    with FakeMailServer() as server:
        mail = MailSender(mail_server(server.url), "alerts@city.example", "https://g.example", "Demo City")
        assert mail.send(MailAlert("d", "ada@city.example", "an-id", "urgent", summary=12)).status == 200
    (message,) = server.messages
    assert "12 alerts came while alerts were off" in message.get_content()
    assert "https://g.example/board\r\n" in message.get_content() and "an-id" not in message.get_content()
