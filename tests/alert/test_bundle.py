"""A device that floods wears nobody out: all its incidents are kept and shown, a few are pushed, none is forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guidance.alert.plan import acknowledge_alert, escalate_due, repeat_due, rescue_stranded
from guidance.alert.policy import Policy
from guidance.clock import FixedClock
from guidance.people.join import enrol
from guidance.store import alerts, board_pages
from guidance.store.board_pages import HELD_BACK, VERIFIED, Listing
from guidance.store.db import Store
from tests.incident.case import NORMAL, Case
from tests.reports import Place, a_place, walked

QUIET = Policy(repeat_seconds=0)


class Flood:
    """Reports of one phone, with one person of the first tier and one more of the second."""

    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store, self.clock = store, clock
        self.phone = Case(store, clock)
        with store.transaction() as db:
            self.phone.browser(db, self.phone.place.supervisor.id, "s")

    def report(self, normal: bool = False) -> Case:
        """One more incident of the phone."""
        case = Case(self.store, self.clock, self.phone.place)
        case.send(1, trail=walked(self.clock, NORMAL) if normal else [])
        return case

    def told(self) -> int:
        """How many pushes counsel's browser was to get so far."""
        with self.store.reader() as db:
            return int(db.execute("SELECT count(*) FROM deliveries WHERE target = 'b'").fetchone()[0])

    def work(self, minutes: float) -> None:
        """The worker, for so long."""
        for _ in range(int(minutes * 2)):
            self.clock.advance(seconds=30)
            with self.store.transaction() as db:
                db.execute("UPDATE deliveries SET state = 'sent' WHERE state = 'queued'")
                escalate_due(db, self.clock.now(), QUIET)
                rescue_stranded(db, self.clock.now(), QUIET)
                repeat_due(db, self.clock.now(), QUIET)

    def take(self, *cases: Case) -> None:
        """Counsel has these."""
        for case in cases:
            case.taken()


@pytest.fixture
def flood(store: Store, clock: FixedClock) -> Flood:
    return Flood(store, clock)


def test_the_sixth_alert_of_a_phone_within_ten_minutes_is_no_push_of_its_own(flood: Flood) -> None:
    cases = [flood.report() for _ in range(40)]
    assert flood.told() == 5
    assert [case.kinds() for case in cases[4:6]] == [["report_received", "alerted"], ["report_received", "bundled"]]
    with flood.store.reader() as db:
        listing = Listing(("open",), None, (VERIFIED, HELD_BACK), "age", True)
        assert len(board_pages.page(db, listing, None, 300)[0]) == 40
        first, _ = board_pages.page(db, listing, None, 5)
        assert {row.id for row in first} == {case.incident(db).id for case in cases[:5]}


def test_another_phone_is_alerted_as_ever(flood: Flood, store: Store, clock: FixedClock) -> None:
    for _ in range(10):
        flood.report()
    case = Case(store, clock)
    case.send(1)
    assert case.kinds() == ["report_received", "alerted"]


def test_after_ten_minutes_a_phone_alerts_again(flood: Flood) -> None:
    first = [flood.report() for _ in range(5)]
    flood.take(*first)
    flood.clock.advance(minutes=10, seconds=1)
    assert flood.report().kinds() == ["report_received", "alerted"]


def test_what_was_held_back_goes_to_everyone_as_one_alert_when_nobody_answers(flood: Flood) -> None:
    flood.report()
    for _ in range(4):
        flood.report()
    held = [flood.report(normal=number == 0) for number in range(30)]
    flood.work(minutes=2)
    assert flood.told() == 5 + 5 + 1  # the first five, then everyone again for each of them, and one for all others
    assert held[1].kinds()[-1] == "alerted" and all(case.kinds()[-1] == "bundled" for case in held[2:])
    flood.work(minutes=60)
    assert flood.told() == 11


def test_while_somebody_has_the_first_ones_the_rest_waits_and_is_told_once_it_is_quiet(flood: Flood) -> None:
    flood.take(*[flood.report() for _ in range(5)])
    held = [flood.report() for _ in range(3)]
    told = flood.told()
    flood.work(minutes=8)
    assert flood.told() == told
    flood.work(minutes=5)
    assert flood.told() > told
    assert [case.kinds()[-1] for case in held] == ["alerted", "bundled", "bundled"]


def test_a_flood_that_goes_on_stays_bounded(flood: Flood) -> None:
    begun = flood.told()
    for _ in range(30):
        for _ in range(4):
            flood.report()
        flood.work(minutes=1)
    with flood.store.reader() as db:
        rows = db.execute("SELECT created_at FROM alerts WHERE tier > 0 ORDER BY created_at").fetchall()
    assert begun == 0 and len(rows) <= 3 * 6 + 1


def test_what_was_held_back_can_be_taken_and_is_then_not_told(flood: Flood) -> None:
    flood.take(*[flood.report() for _ in range(5)])
    held = flood.report()
    flood.take(held)
    told = flood.told()
    flood.work(minutes=30)
    assert flood.told() == told
    with flood.store.transaction() as db:
        alert = alerts.alert_of(db, held.incident(db).id)
        assert alert and alert.state == "acknowledged"
        assert not acknowledge_alert(db, alert.incident_id, flood.clock.now())


def test_what_was_told_together_and_gets_worse_is_asked_about_again(flood: Flood) -> None:
    for _ in range(5):
        flood.report()
    held = [flood.report(), flood.report(normal=True)]
    flood.work(minutes=20)
    assert held[1].kinds()[-1] == "bundled"
    held[1].send(2)
    flood.work(minutes=4)
    assert "alerted" in held[1].kinds()


class Crowd:
    """Any number of phones of one site, as one join code makes them."""

    def __init__(self, flood: Flood) -> None:
        self.flood = flood

    def report(self) -> Case:
        """An urgent report by one more phone of the site."""
        place = self.flood.phone.place
        with self.flood.store.transaction() as db:
            device, _token = enrol(db, self.flood.clock.now(), place.site, None)
        case = Case(self.flood.store, self.flood.clock, replace(place, device_id=device.id))
        case.send(1)
        return case


def test_forty_phones_of_one_site_wear_nobody_out_and_another_site_alerts_at_once(
    flood: Flood, store: Store, clock: FixedClock
) -> None:
    crowd = Crowd(flood)
    cases = [crowd.report() for _ in range(40) for _again in range(2)]
    assert flood.told() == 10
    assert {case.kinds()[-1] for case in cases[10:]} == {"bundled"}
    quiet = Case(store, clock, _second_site(store, clock))
    quiet.send(1)
    assert quiet.kinds() == ["report_received", "alerted"]


def test_what_a_crowd_was_held_back_is_told_as_one_and_nothing_is_forgotten(flood: Flood) -> None:
    crowd = Crowd(flood)
    for _ in range(10):
        crowd.report()
    held = [crowd.report() for _ in range(20)]
    flood.work(minutes=30)
    assert flood.told() <= 10 + 10 + 1
    assert [case.kinds()[-1] for case in held].count("alerted") == 1


def _second_site(store: Store, clock: FixedClock) -> Place:
    with store.transaction() as db:
        return a_place(db, clock, "Elm Avenue School")
