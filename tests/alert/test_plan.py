from __future__ import annotations

from guidance.alert.plan import (
    AlertPlan,
    acknowledge_alert,
    close_alert,
    escalate_due,
    raise_alert,
    repeat_due,
    rescue_stranded,
)
from guidance.alert.policy import Policy
from guidance.clock import FixedClock
from guidance.store import deliveries
from guidance.store.db import Store
from tests.alert.city import AT_THE_SITE, ELSEWHERE, EVERYWHERE, OF_THE_AGENCY, City
from tests.fakes.push_service import Browser, FakePushService


def browsers(service: FakePushService, *names: str) -> list[Browser]:
    return [service.subscribe(name) for name in names]


def test_the_first_tier_is_told_with_the_report(city: City, clock: FixedClock, service: FakePushService) -> None:
    city.person("site-supervisor", AT_THE_SITE, browsers=browsers(service, "a1", "a2"))
    city.person("agency-supervisor", OF_THE_AGENCY, browsers=browsers(service, "b"))
    city.person("other-supervisor", ELSEWHERE, browsers=browsers(service, "c"))
    city.person("on-duty", EVERYWHERE, browsers=browsers(service, "d"))
    city.person("off-duty", EVERYWHERE, on_duty=False, browsers=browsers(service, "e"))
    incident_id, plan = city.incident(clock.now())
    assert plan == AlertPlan(tier=1, people=3)
    assert [row[0] for row in city.deliveries()] == ["a1", "a2", "b", "d"]
    assert city.events(incident_id) == [("alerted", {"tier": 1, "people": 3})]


def test_unverified_and_low_incidents_page_nobody(city: City, clock: FixedClock, service: FakePushService) -> None:
    city.person("on-duty", EVERYWHERE, browsers=browsers(service, "d"))
    unverified, plan = city.incident(clock.now(), verified=False)
    assert plan == AlertPlan()
    assert city.incident(clock.now(), urgency="low")[1] == AlertPlan()
    with city.store.transaction() as db:
        # A caller that claims a site for it does not change what the incident is.
        assert raise_alert(db, clock.now(), unverified, "site", "urgent", Policy()) == AlertPlan()
    assert city.deliveries() == []


def test_an_incident_is_alerted_once_however_often_it_is_raised(
    city: City, clock: FixedClock, service: FakePushService
) -> None:
    city.person("on-duty", EVERYWHERE, browsers=browsers(service, "d"))
    incident_id, _ = city.incident(clock.now(), urgency="normal")
    for _ in range(3):
        with city.store.transaction() as db:
            assert raise_alert(db, clock.now(), incident_id, "site", "urgent", Policy()) == AlertPlan()
    assert city.deliveries() == [("d", 1, "queued")]
    with city.store.reader() as db:
        assert db.execute("SELECT urgency FROM alerts").fetchone()["urgency"] == "urgent"


def test_a_tier_that_reaches_nobody_is_skipped_at_once_and_said_so(
    city: City, clock: FixedClock, service: FakePushService
) -> None:
    city.person("no-browser", AT_THE_SITE)
    city.person("off-duty", EVERYWHERE, on_duty=False, browsers=browsers(service, "e"))
    incident_id, plan = city.incident(clock.now())
    assert plan == AlertPlan(tier=2, people=1, skipped=(1,))
    assert city.events(incident_id) == [("tier_skipped", {"tier": 1}), ("alerted", {"tier": 2, "people": 1})]


def test_when_nobody_can_be_reached_that_is_said_and_whoever_comes_later_is_told(
    city: City, clock: FixedClock, service: FakePushService
) -> None:
    city.person("on-duty", EVERYWHERE)
    incident_id, plan = city.incident(clock.now())
    assert plan == AlertPlan(skipped=(1, 2))
    with city.store.transaction() as db:
        assert rescue_stranded(db, clock.now(), Policy()) == 0
        city.browser(db, "on-duty", service.subscribe("late"))
        assert rescue_stranded(db, clock.now(), Policy()) == 1
        assert rescue_stranded(db, clock.now(), Policy()) == 0
    assert city.deliveries() == [("late", 1, "queued")]
    assert [kind for kind, _ in city.events(incident_id)] == ["tier_skipped", "tier_skipped", "alerted"]


def test_the_next_tier_is_told_when_nobody_has_it_never_early_and_once(
    city: City, clock: FixedClock, service: FakePushService
) -> None:
    city.person("on-duty", EVERYWHERE, browsers=browsers(service, "d"))
    city.person("off-duty", EVERYWHERE, on_duty=False, browsers=browsers(service, "e"))
    incident_id, _ = city.incident(clock.now())
    policy = Policy(email=True)
    clock.advance(seconds=119.9)
    with city.store.transaction() as db:
        assert escalate_due(db, clock.now(), policy) == 0
    clock.advance(seconds=0.1)
    for expected in (1, 0):
        with city.store.transaction() as db:
            assert escalate_due(db, clock.now(), policy) == expected
    second = [row for row in city.deliveries("target, tier, channel") if row[1] == 2]
    assert sorted(second) == [
        ("d", 2, "push"),
        ("e", 2, "push"),
        ("off-duty@city.example", 2, "email"),
        ("on-duty@city.example", 2, "email"),
    ]
    assert city.events(incident_id)[-1] == ("alerted", {"tier": 2, "people": 2})


def test_an_acknowledgement_stops_the_escalation_and_what_is_queued(
    city: City, clock: FixedClock, service: FakePushService
) -> None:
    city.person("on-duty", EVERYWHERE, browsers=browsers(service, "d"))
    incident_id, _ = city.incident(clock.now())
    with city.store.transaction() as db:
        assert acknowledge_alert(db, incident_id, clock.now())
        assert not acknowledge_alert(db, incident_id, clock.now())
    clock.advance(hours=1)
    with city.store.transaction() as db:
        assert escalate_due(db, clock.now(), Policy()) == 0
        assert rescue_stranded(db, clock.now(), Policy()) == 0
        assert close_alert(db, incident_id, clock.now())
        assert not acknowledge_alert(db, incident_id, clock.now())
    assert city.deliveries() == [("d", 1, "cancelled")]


def test_everyone_is_told_again_every_five_minutes_until_somebody_has_it(
    city: City, clock: FixedClock, service: FakePushService
) -> None:
    city.person("supervisor", AT_THE_SITE, browsers=browsers(service, "a"))
    city.person("off-duty", EVERYWHERE, on_duty=False, browsers=browsers(service, "e"))
    incident_id, _ = city.incident(clock.now())
    city.write("UPDATE deliveries SET state = 'sent'")
    told: list[float] = []
    for half_minutes in range(1, 30):
        clock.advance(seconds=30)
        with city.store.transaction() as db:
            escalate_due(db, clock.now(), Policy())
            if repeat_due(db, clock.now(), Policy()):
                assert repeat_due(db, clock.now(), Policy()) == 0
                told.append(half_minutes / 2)
        city.write("UPDATE deliveries SET state = 'sent'")
    assert told == [7, 12]
    assert city.deliveries("target, round") == [("a", 0), ("a", 1), ("a", 2), ("e", 0), ("e", 1), ("e", 2)]
    assert city.events(incident_id)[-1] == ("alerted_again", {"round": 2, "people": 2})
    with city.store.transaction() as db:
        acknowledge_alert(db, incident_id, clock.now())
    clock.advance(minutes=5)
    with city.store.transaction() as db:
        assert repeat_due(db, clock.now(), Policy()) == 0


def test_what_still_waits_to_be_sent_is_not_sent_twice_by_a_repeat(
    city: City, clock: FixedClock, service: FakePushService
) -> None:
    city.person("off-duty", EVERYWHERE, on_duty=False, browsers=browsers(service, "d", "e"))
    city.incident(clock.now())
    city.write("UPDATE deliveries SET state = 'sent' WHERE target = 'd'")
    clock.advance(minutes=5)
    with city.store.transaction() as db:
        assert repeat_due(db, clock.now(), Policy()) == 1
    assert city.deliveries("target, round, state") == [("d", 0, "sent"), ("d", 1, "queued"), ("e", 1, "queued")]


def test_repeating_ends_after_a_day_and_can_be_turned_off(
    city: City, clock: FixedClock, service: FakePushService
) -> None:
    city.person("off-duty", EVERYWHERE, on_duty=False, browsers=browsers(service, "e"))
    city.incident(clock.now())
    clock.advance(hours=24, seconds=1)
    with city.store.transaction() as db:
        assert repeat_due(db, clock.now(), Policy()) == 0
        assert deliveries.next_due(db, "2026-11-24T12:00:00.500Z") == "2026-11-24T12:00:00.000Z"  # of the delivery
    City(city.store, Policy(repeat_seconds=0)).incident(clock.now())
    clock.advance(hours=1)
    with city.store.transaction() as db:
        assert repeat_due(db, clock.now(), Policy()) == 0


def test_an_alert_rolls_back_with_the_report_that_raised_it(
    city: City, clock: FixedClock, service: FakePushService, store: Store
) -> None:
    city.person("on-duty", EVERYWHERE, browsers=browsers(service, "d"))
    incident_id, _ = city.incident(clock.now(), urgency="low")
    try:
        with store.transaction() as db:
            raise_alert(db, clock.now(), incident_id, "site", "urgent", Policy())
            raise RuntimeError
    except RuntimeError:
        pass
    assert city.deliveries() == []
