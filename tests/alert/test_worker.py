from __future__ import annotations

import json
import socket
import time

import pytest

from guidance.alert.plan import acknowledge_alert
from guidance.alert.policy import Policy
from guidance.alert.worker import Worker
from guidance.clock import FixedClock
from guidance.store import people
from guidance.store.incidents import set_urgency
from guidance.store.people import Site
from tests.alert.city import AT_THE_SITE, EVERYWHERE, City
from tests.alert.conftest import Until
from tests.fakes.push_service import FakePushService, Reply


def state_of(city: City, target: str) -> tuple[object, ...]:
    return next(row[1:] for row in city.deliveries("target, state, attempt, detail") if row[0] == target)


def kinds(city: City, incident_id: str) -> list[str]:
    return [kind for kind, _ in city.events(incident_id)]


def test_everyone_of_the_tier_gets_the_push(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    for number in range(20):
        city.person(f"p{number}", EVERYWHERE, browsers=[service.subscribe(f"b{number}")])
    incident_id, _ = city.incident(clock.now())
    until(worker, lambda: all(row[2] == "sent" for row in city.deliveries()))
    assert sorted(message.browser for message in service.messages) == sorted(service.browsers)
    assert {message.data["id"] for message in service.messages} == {incident_id}
    assert {message.headers["urgency"] for message in service.messages} == {"high"}
    assert not service.refusals


def test_a_push_tells_nothing_about_place_or_people(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    with city.store.transaction() as db:
        people.add_site(db, Site("canary", "CANARY PLACE", "school", "agency", "Libraries"))
    city.person("CANARY PERSON", AT_THE_SITE, browsers=[service.subscribe("b")])
    city.incident(clock.now(), kind="visit")
    city.incident(clock.now(), kind="people-first", urgency="normal")
    until(worker, lambda: len(service.received("b")) == 2)
    assert len({len(message.plaintext) for message in service.messages}) == 1
    assert len({message.headers["content-length"] for message in service.messages}) == 1
    for message in service.messages:
        assert set(json.loads(message.plaintext)) == {"v", "kind", "id", "urgency", "exercise"}
        everything = message.plaintext.decode() + json.dumps(dict(message.headers))
        assert not any(word in everything for word in ("CANARY", "Libraries", "Library", "site", "LIB"))
    first, second = service.messages
    assert first.headers["topic"] != second.headers["topic"]
    assert first.data["id"] not in first.headers["topic"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_its_person_called_unreachable(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until, status: int
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    city.person("q", EVERYWHERE, browsers=[service.subscribe("c")])
    service.script("b", Reply(status))
    incident_id, _ = city.incident(clock.now())
    until(worker, lambda: state_of(city, "b")[0] == "failed" and state_of(city, "c")[0] == "sent")
    assert {"device_gone", "unreachable"} <= set(kinds(city, incident_id))
    with city.store.reader() as db:
        assert db.execute("SELECT count(*) FROM push_subscriptions WHERE gone_at IS NOT NULL").fetchone()[0] == 1
        assert db.execute("SELECT count(*) FROM log WHERE action = 'subscription.gone'").fetchone()[0] == 1
    city.incident(clock.now())
    until(worker, lambda: len(service.received("c")) == 2)
    assert service.attempts.count("b") == 1


def test_a_person_with_another_browser_is_not_unreachable(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b"), service.subscribe("c")])
    service.script("b", Reply(410))
    incident_id, _ = city.incident(clock.now())
    until(worker, lambda: state_of(city, "b")[0] == "failed")
    assert "device_gone" in kinds(city, incident_id)
    assert "unreachable" not in kinds(city, incident_id)


def test_when_a_tier_turns_out_to_reach_nobody_the_next_is_told_at_once(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", AT_THE_SITE, browsers=[service.subscribe("b")])
    city.person("q", EVERYWHERE, on_duty=False, browsers=[service.subscribe("c")])
    service.script("b", Reply(410))
    city.incident(clock.now())
    until(worker, lambda: service.received("c"))


def test_too_large_is_sent_again_with_the_id_alone(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    service.script("b", Reply(413))
    incident_id, _ = city.incident(clock.now())
    until(worker, lambda: service.received("b"))
    assert service.received("b")[0].data == {"v": 1, "id": incident_id}


@pytest.mark.parametrize("status", [406, 429, 500, 502, 503])
def test_a_busy_service_is_left_alone_for_as_long_as_it_asked(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until, status: int
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    service.script("b", Reply(status, {"Retry-After": "20"}))
    city.incident(clock.now())
    until(worker, lambda: state_of(city, "b") == ("queued", 1, str(status)))
    clock.advance(seconds=19.9)
    worker.step()
    assert service.attempts == ["b"]
    clock.advance(seconds=2.2)
    until(worker, lambda: state_of(city, "b") == ("sent", 2, "201"))


@pytest.mark.parametrize(
    ("reply", "detail"),
    [
        (Reply(500), "500"),
        (Reply(307, {"Location": "https://localhost:1/elsewhere"}), "307"),
        (Reply(act="reset"), "connection"),
        (Reply(act="garbage"), "bad answer"),
        (Reply(headers={"X-Filler": "x" * 20000}), "bad answer"),
    ],
)
def test_a_passing_trouble_is_tried_six_times_and_then_said(
    city: City,
    clock: FixedClock,
    service: FakePushService,
    worker: Worker,
    until: Until,
    reply: Reply,
    detail: str,
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    service.script("b", always=reply)
    incident_id, _ = city.incident(clock.now())
    for attempt, wait in enumerate((2, 5, 15, 30, 60), start=1):
        until(worker, lambda done=attempt: state_of(city, "b") == ("queued", done, detail))  # type: ignore[misc]
        clock.advance(seconds=wait * 1.11)
    until(worker, lambda: state_of(city, "b") == ("failed", 6, detail))
    failed = {"person_id": "p", "channel": "push", "detail": detail}
    assert ("delivery_failed", failed) in city.events(incident_id)


def test_an_outage_of_an_hour_loses_no_alert(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    """The push service is away for longer than all attempts of both tiers, with repeats turned off."""
    worker.policy = Policy(repeat_seconds=0)
    city.person("s", AT_THE_SITE, browsers=[service.subscribe("a")])
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    for name in ("a", "b"):
        service.script(name, always=Reply(503))
    incident_id, _ = City(city.store, worker.policy).incident(clock.now())

    def work(seconds: int) -> None:
        clock.advance(seconds=seconds)
        worker._sweep_at = 0.0
        worker.step()
        until(worker, lambda: not worker.busy)

    for _ in range(60):
        work(60)
    attempts = service.attempts.count("b")
    assert 40 <= attempts <= 62
    assert sum(kind == "delivery_failed" for kind in kinds(city, incident_id)) == 2
    for name in ("a", "b"):
        service.script(name, always=Reply(201))
    for _ in range(3):
        work(60)
    assert len(service.received("b")) == 1 and len(service.received("a")) == 1


def test_what_was_refused_for_good_is_not_tried_again(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    worker.policy = Policy(repeat_seconds=0)
    city.person("p", EVERYWHERE, on_duty=False, browsers=[service.subscribe("b")])
    service.script("b", always=Reply(400))
    City(city.store, worker.policy).incident(clock.now())
    until(worker, lambda: state_of(city, "b")[0] == "failed")
    clock.advance(minutes=3)
    worker._sweep_at = 0.0
    worker.step()
    assert state_of(city, "b") == ("failed", 1, "400")


def test_a_large_body_is_not_read(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    service.script("b", Reply(body=b"x" * 50_000_000))
    begun = time.monotonic()
    city.incident(clock.now())
    until(worker, lambda: state_of(city, "b")[0] == "sent")
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_signature_is_made_anew_and_never_ends_a_subscription(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until, status: int
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    city.person("q", EVERYWHERE, browsers=[service.subscribe("c")])
    service.script("b", Reply(status))
    service.script("c", always=Reply(status))
    incident_id, _ = city.incident(clock.now())
    until(worker, lambda: state_of(city, "b")[0] == "sent" and state_of(city, "c")[0] == "failed")
    assert service.attempts.count("c") == 2
    assert "delivery_failed" in kinds(city, incident_id)
    with city.store.reader() as db:
        assert db.execute("SELECT count(*) FROM push_subscriptions WHERE gone_at IS NULL").fetchone()[0] == 2


def test_nobody_is_told_twice_what_somebody_has(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    service.script("b", Reply(500))
    incident_id, _ = city.incident(clock.now())
    until(worker, lambda: state_of(city, "b") == ("queued", 1, "500"))
    with city.store.transaction() as db:
        acknowledge_alert(db, incident_id, clock.now())
    clock.advance(hours=1)
    for _ in range(5):
        worker.step()
    assert service.attempts == ["b"]
    assert state_of(city, "b")[0] == "cancelled"


def test_a_retry_that_comes_back_after_the_acknowledgement_is_dropped(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    service.script("b", Reply(500, delay=0.5))
    incident_id, _ = city.incident(clock.now())
    until(worker, lambda: service.attempts)
    with city.store.transaction() as db:
        acknowledge_alert(db, incident_id, clock.now())
    until(worker, lambda: state_of(city, "b")[0] == "cancelled")


def test_a_service_that_hangs_delays_no_other(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as tar_pit:
        address = f"https://localhost:{tar_pit.getsockname()[1]}/push/"
        with city.store.transaction() as db:
            db.conn.executemany(
                "INSERT INTO people (id, email, name) VALUES (:id, :id, '')", [{"id": f"t{n}"} for n in range(200)]
            )
            db.conn.executemany(
                "INSERT INTO person_roles (person_id, role) VALUES (:id, 'committee')",
                [{"id": f"t{n}"} for n in range(200)],
            )
            stuck = service.subscribe("pattern")
            db.conn.executemany(
                "INSERT INTO push_subscriptions (id, person_id, endpoint, p256dh, auth, created_at) "
                "VALUES (:id, :id, :endpoint, :p256dh, :auth, '')",
                [
                    {"id": f"t{n}", "endpoint": f"{address}{n}", "p256dh": stuck.p256dh, "auth": stuck.auth}
                    for n in range(200)
                ],
            )
        city.person("z", EVERYWHERE, browsers=[service.subscribe("z")])
        city.incident(clock.now())
        begun = time.monotonic()
        until(worker, lambda: service.received("z"))
        assert time.monotonic() - begun < 1


def test_what_is_still_unsent_goes_with_the_higher_urgency(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    incident_id, _ = city.incident(clock.now(), urgency="normal")
    with city.store.transaction() as db:
        set_urgency(db, incident_id, "urgent")
        db.execute("UPDATE alerts SET urgency = 'urgent'")
    until(worker, lambda: service.received("b"))
    assert service.received("b")[0].data["urgency"] == "urgent"


def test_a_result_whose_lease_went_to_another_worker_changes_nothing(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    service.script("b", Reply(500, delay=0.4))
    city.incident(clock.now())
    until(worker, lambda: service.attempts)
    with city.store.transaction() as db:
        db.execute("UPDATE deliveries SET fence = fence + 1, attempt = attempt + 1")
    until(worker, lambda: not worker.busy)
    assert state_of(city, "b") == ("leased", 2, "")


def test_what_a_dead_worker_held_is_taken_over_when_its_lease_ends(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    city.incident(clock.now())
    with city.store.transaction() as db:
        db.execute(
            "UPDATE deliveries SET state = 'leased', fence = 1, attempt = 1, lease_until = '2026-11-24T12:00:10.000Z'"
        )
    worker.step()
    assert not service.attempts
    clock.advance(seconds=10.1)
    until(worker, lambda: state_of(city, "b") == ("sent", 2, "201"))


def test_a_worker_says_that_it_lives(city: City, clock: FixedClock, worker: Worker) -> None:
    worker.step()
    with city.store.reader() as db:
        assert db.execute("SELECT at FROM worker_beats").fetchall()[0]["at"] == "2026-11-24T12:00:00.000Z"
