"""An incident that gets worse is told to those who were told less, once."""

from __future__ import annotations

import pytest

from guidance.clock import FixedClock, to_text
from guidance.protocol.replay import replay
from guidance.store import alerts, deliveries, people
from guidance.store.db import Store
from guidance.store.deliveries import Result
from tests.incident.case import NORMAL, Case
from tests.reports import VISIT, walked


@pytest.fixture
def case(store: Store, clock: FixedClock) -> Case:
    """An incident of normal urgency."""
    made = Case(store, clock)
    made.send(1, trail=walked(clock, NORMAL))
    return made


def urgency(case: Case) -> str:
    with case.store.reader() as db:
        alert = alerts.alert_of(db, case.incident(db).id)
    assert alert
    return alert.urgency


def test_what_is_unsent_goes_as_urgent_and_nobody_is_told_twice(case: Case) -> None:
    case.send(2)
    assert urgency(case) == "urgent"
    assert [state for _, state in case.told()] == ["queued"]
    assert "got_worse" in case.kinds()


def test_who_was_told_less_is_told_again_once(case: Case) -> None:
    case.delivered()
    case.send(2)
    case.send(3)
    case.send(2)
    assert case.told() == [(0, "sent"), (1, "queued")]
    assert case.kinds()[2:] == ["report_revised", "got_worse", "alerted_again", "report_revised"]


def test_who_has_it_gets_one_push_and_nobody_else(case: Case) -> None:
    with case.store.transaction() as db:
        case.browser(db, case.place.supervisor.id, "s")
    case.delivered()
    case.taken(case.place.supervisor.id)
    case.send(2)
    case.send(3)
    with case.store.reader() as db:
        rows = db.execute("SELECT target, state, after_ack FROM deliveries WHERE round = 1").fetchall()
    assert [tuple(row) for row in rows] == [("s", "queued", 1)]
    assert case.kinds()[-3:] == ["report_revised", "got_worse", "report_revised"]


def test_the_push_to_who_has_it_is_sent_and_tried_again_although_the_alert_has_stopped(case: Case) -> None:
    case.delivered()
    case.taken()
    case.send(2)
    now = to_text(case.clock.now())
    with case.store.transaction() as db:
        (leased,) = deliveries.lease(db, now, now, 9)
        assert leased.urgency == "urgent"
        assert deliveries.renew(db, [(leased.id, leased.fence)], now) == {leased.id}
        deliveries.record(db, Result(leased.id, leased.fence, "queued", "503", now), now)
    assert case.told()[-1] == (1, "queued")
    case.ends()
    assert case.told()[-1] == (1, "cancelled")


def test_when_no_browser_of_who_has_it_works_the_first_tier_is_told(case: Case) -> None:
    case.delivered()
    case.taken(case.place.supervisor.id)
    case.send(2)
    with case.store.reader() as db:
        rows = db.execute("SELECT target FROM deliveries WHERE round = 1").fetchall()
    assert [row["target"] for row in rows] == ["b"]


def test_what_somebody_took_before_it_was_verified_is_told_to_that_person(store: Store, clock: FixedClock) -> None:
    case = Case(store, clock)
    case.send(1, joined=False)
    case.taken()
    case.send(2)
    assert case.told() == [(1, "queued")]
    assert case.kinds()[-3:] == ["report_revised", "verified", "got_worse"]
    with store.reader() as db:
        assert people.person(db, str(case.incident(db).acknowledged_by)) == case.place.counsel


def went_in(clock: FixedClock, trail: list[dict[str, str]]) -> list[dict[str, str]]:
    """The trail of somebody who then pressed "They went in"."""
    last = replay(VISIT, trail, "school").position
    return [*trail, {"step": last, "answer": "went-in", "at": to_text(clock.now())}]


def test_they_went_in_is_told_again_although_the_alert_was_urgent_already(store: Store, clock: FixedClock) -> None:
    case = Case(store, clock)
    case.send(1)
    case.delivered()
    case.send(2, trail=went_in(clock, []))
    case.send(3, trail=went_in(clock, []), facts={"officers_count": 2})
    assert case.told() == [(0, "sent"), (1, "queued")]
    assert case.kinds()[2:] == ["report_revised", "got_worse", "alerted_again", "report_revised"]


def test_they_went_in_is_told_to_who_has_the_incident(store: Store, clock: FixedClock) -> None:
    case = Case(store, clock)
    case.send(1)
    case.delivered()
    case.taken()
    case.send(2, trail=went_in(clock, []))
    assert case.told() == [(0, "sent"), (1, "queued")]


def test_they_went_in_after_the_end_opens_the_incident_again(store: Store, clock: FixedClock) -> None:
    case = Case(store, clock)
    case.send(1)
    case.delivered()
    case.ends()
    case.send(2, trail=went_in(clock, []))
    assert "reopened" in case.kinds()
    with store.reader() as db:
        assert case.incident(db).state == "open"


def test_a_stranger_cannot_say_that_they_went_in(store: Store, clock: FixedClock) -> None:
    case = Case(store, clock)
    case.send(1)
    case.delivered()
    case.send(2, joined=False, trail=went_in(clock, []))
    assert case.told() == [(0, "sent")]
