"""Clocks that are stepped, ahead and back: nothing is late by more than its interval, nothing ends, nothing doubles."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guidance.alert.ages import Ages
from guidance.alert.plan import escalate_due, repeat_due, rescue_stranded, retry_failed
from guidance.alert.policy import Policy
from guidance.alert.watch import Watch
from guidance.alert.worker import Worker
from guidance.clock import LEEWAY, FixedClock, to_text
from guidance.people import join, sign_in
from guidance.people.tokens import token_hash
from guidance.settings import Settings
from guidance.store import deliveries, health, people, sessions, subscriptions
from guidance.store.db import Store
from guidance.store.migrate import migrate
from guidance.store.subscriptions import SubscriptionRow
from tests.alert.city import EVERYWHERE, City
from tests.alert.conftest import Until
from tests.fakes.push_service import FakePushService, Reply, new_browser
from tests.harness import wait_until

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
POLICY = Policy(tier_seconds=120, repeat_seconds=300)
SWEEP = 5
STEPS = st.sampled_from([-90_000, -3600, -120, -1, 0, 0, 1, 120, 3600, 90_000])


class Life:
    """A worker's looks at the store, five seconds of true time apart, by a clock that may be wrong."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "db")
        migrate(self.store)
        self.city = City(self.store, POLICY).build()
        self.city.person("first", EVERYWHERE, browsers=[new_browser("a", "https://push.test")])
        self.city.person("second", EVERYWHERE, on_duty=False, browsers=[new_browser("b", "https://push.test")])
        self.true, self.wrong_by = 0, 0
        self.ages = Ages()
        self.told: list[tuple[int, str]] = []
        self.incident_id = ""

    @property
    def now(self) -> datetime:
        """What the clock says."""
        return START + timedelta(seconds=self.true + self.wrong_by)

    def report(self) -> None:
        """An urgent incident, by the clock as it is."""
        self.incident_id, _ = self.city.incident(self.now)

    def look(self) -> None:
        """One sweep; everything that is leased is sent."""
        with self.store.transaction() as db:
            self.ages.mend(db, self.now, float(self.true))
            deliveries.free_expired(db, to_text(self.now), to_text(self.now + timedelta(seconds=10)))
            rescue_stranded(db, self.now, POLICY)
            escalate_due(db, self.now, POLICY)
            repeat_due(db, self.now, POLICY)
            retry_failed(db, self.now)
            too_far = to_text(self.now + timedelta(seconds=66) + LEEWAY)
            until = to_text(self.now + timedelta(seconds=10))
            leased = deliveries.lease(db, to_text(self.now), until, 50, "worker", too_far)
            if leased:
                deliveries.record_sent(db, [(each.id, each.fence) for each in leased], "201", to_text(self.now))
        self.told += [(self.true, each.target) for each in leased]

    def live(self, seconds: int) -> None:
        """So much true time."""
        for _ in range(0, seconds, SWEEP):
            self.true += SWEEP
            self.look()

    def when(self, target: str) -> list[int]:
        """The true times at which one browser was told."""
        return [at for at, to in self.told if to == target]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    before=STEPS,
    wrong=st.lists(st.tuples(STEPS, st.sampled_from([5, 10, 60, 130])), max_size=4),
)
def test_however_the_clock_was_stepped_each_tier_and_each_repeat_comes_in_time(
    before: int, wrong: list[tuple[int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder))
        life.wrong_by = before
        life.report()
        life.look()
        for by, seconds in wrong:
            life.wrong_by = by
            life.live(seconds)
        life.wrong_by, right = 0, life.true
        life.live(1000)
        first, second = life.when("a"), life.when("b")
        assert first[0] == 0
        # No tier is late by more than its interval and a sweep after the clock is right.
        assert second and second[0] <= max(120, right + 120) + SWEEP
        # Nothing ended for good: everyone is told again, at its interval from the moment the clock is right.
        later = [at for at in second if at > right]
        assert later and later[0] <= right + POLICY.repeat_seconds + LEEWAY.total_seconds() + SWEEP
        gaps = [two - one for one, two in pairwise(later)]
        assert all(POLICY.repeat_seconds <= gap <= POLICY.repeat_seconds + SWEEP for gap in gaps), "early or late"
        # Nothing is doubled: each step of the clock can bring a repeat forward once, and no look tells twice.
        assert len(set(second)) == len(second)
        assert len(second) <= 2 + len(wrong) + 1 + life.true // POLICY.repeat_seconds
        with life.store.reader() as db:
            stuck = db.execute("SELECT count(*) FROM deliveries WHERE state IN ('queued', 'leased')").fetchone()[0]
        assert stuck == 0
        life.store.close()


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path)


def test_a_report_by_a_clock_an_hour_ahead_waits_no_hour(life: Life) -> None:
    life.wrong_by = 3600
    life.report()
    life.look()
    life.wrong_by = 0
    life.live(130)
    assert life.when("b")


@pytest.mark.parametrize("step", [-1, -5, -20])
def test_a_clock_that_is_nudged_tells_nobody_early(life: Life, step: int) -> None:
    life.report()
    life.look()
    life.wrong_by = step
    life.live(115)
    assert not life.when("b")
    life.live(40)
    assert life.when("b")


def test_a_day_is_a_day_however_often_workers_restart(life: Life) -> None:
    life.report()
    life.look()
    for hours in range(30):
        life.ages = Ages() if hours % 7 == 5 else life.ages
        life.true = hours * 3600
        life.look()
    assert 22 * 3600 <= life.when("b")[-1] <= 24 * 3600


@pytest.mark.parametrize("behind", [3600, 90_000, 900_000])
def test_a_report_by_a_clock_behind_is_repeated_as_ever(life: Life, behind: int) -> None:
    life.wrong_by = -behind
    life.report()
    life.look()
    life.wrong_by = 0
    life.live(130)
    told = len(life.when("b"))
    assert told
    life.live(700)
    assert len(life.when("b")) >= told + 2


@pytest.mark.parametrize("ahead", [3600, 90_000])
def test_a_clock_that_runs_ahead_for_eight_seconds_ends_no_repeats(life: Life, ahead: int) -> None:
    life.report()
    life.live(150)
    life.wrong_by = ahead
    life.live(10)
    life.wrong_by = 0
    told = len(life.when("b"))
    life.live(700)
    assert len(life.when("b")) >= told + 2


def test_a_failed_push_is_not_left_for_an_hour(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    service.script("b", Reply(500))
    clock.advance(hours=1)
    city.incident(clock.now())
    until(worker, lambda: city.deliveries("state, attempt") == [("queued", 1)])
    clock.advance(hours=-1)
    worker._sweep_at = 0.0
    until(worker, lambda: service.received("b"))


def test_what_failed_by_a_clock_that_ran_ahead_is_tried_again(city: City, clock: FixedClock) -> None:
    city.person("p", EVERYWHERE, on_duty=False, browsers=[new_browser("b", "https://push.test")])
    city.incident(clock.now())
    ahead = to_text(clock.now() + timedelta(hours=1))
    city.write(f"UPDATE deliveries SET state = 'failed', finished_at = '{ahead}'")
    with city.store.transaction() as db:
        assert retry_failed(db, clock.now()) == 1


def test_a_signature_that_a_wrong_clock_spoiled_is_made_again_later(city: City, clock: FixedClock) -> None:
    city.person("p", EVERYWHERE, on_duty=False, browsers=[new_browser("b", "https://push.test")])
    city.incident(clock.now())
    city.write(
        "UPDATE deliveries SET state = 'failed', lasting = 1, detail = '403', finished_at = '2026-11-24T11:00:00.000Z'"
    )
    with city.store.transaction() as db:
        assert retry_failed(db, clock.now()) == 1


def twin(worker: Worker) -> Worker:
    return Worker(worker.store, worker.clock, worker.policy, worker.push, worker.mail, worker.lease_seconds)


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1), timedelta(hours=25)])
def test_a_live_workers_lease_is_not_stolen_when_the_clock_is_stepped(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until, step: timedelta
) -> None:
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    other = twin(worker)
    other.step()
    service.script("b", Reply(delay=0.4))
    city.incident(clock.now())
    until(worker, lambda: service.attempts)
    clock.at += step
    for _ in range(3):
        other._sweep_at = 0.0
        other.step()
    until(worker, lambda: city.deliveries("state")[0] == ("sent",))
    assert city.deliveries("tier, state, attempt, fence")[0] == (1, "sent", 1, 1)


@pytest.mark.parametrize("ahead", [0.0, 3600.0, 90_000.0])
def test_a_dead_workers_lease_ends_whatever_the_clock_said_when_it_was_taken(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until, ahead: float
) -> None:
    dead, worker.lease_seconds = twin(worker), 1
    worker._watch = Watch(0.3)
    city.person("p", EVERYWHERE, browsers=[service.subscribe("b")])
    city.incident(clock.now())
    dead.step()
    wait_until(lambda: not dead._lanes.finished(0.5, 0))
    clock.advance(seconds=ahead)
    dead._beat_at = 0.0
    dead._keep_alive()
    city.write("UPDATE deliveries SET state = 'leased', attempt = 1, lease_until = "
               f"'{to_text(clock.now() + timedelta(seconds=10))}', holder = '{dead.name}', fence = 9")  # fmt: skip
    clock.advance(seconds=-ahead if ahead else 10.1)

    def sent() -> bool:
        worker._sweep_at = 0.0
        return city.deliveries("tier, state, fence")[0] == (1, "sent", 10)

    until(worker, sent)


def test_a_beat_from_the_future_counts_for_nothing_beside_a_fresh_one(
    city: City, clock: FixedClock, worker: Worker
) -> None:
    with city.store.transaction() as db:
        deliveries.beat(db, "dead", to_text(clock.now() + timedelta(hours=1)), "")
    worker.step()
    with city.store.reader() as db:
        assert health.newest_beat(db) == to_text(clock.now())


def test_one_row_that_cannot_be_worked_on_keeps_no_other_from_its_turn(
    city: City, clock: FixedClock, service: FakePushService, worker: Worker, until: Until
) -> None:
    for name, duty in (("p", True), ("q", False)):
        city.person(name, EVERYWHERE, on_duty=duty, browsers=[service.subscribe(name)])
    bad, _ = city.incident(clock.now())
    good, _ = city.incident(clock.now())
    city.write(
        "CREATE TRIGGER broken BEFORE INSERT ON deliveries WHEN NEW.tier = 2 AND NEW.alert_id = "
        f"(SELECT id FROM alerts WHERE incident_id = '{bad}') BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    clock.advance(seconds=121)
    until(worker, lambda: any(kind == "alerted" and data["tier"] == 2 for kind, data in city.events(good)))
    until(worker, lambda: len(service.received("p")) >= 2)


def test_a_sign_in_link_and_a_session_made_by_a_clock_ahead_do_not_live_longer(
    city: City, clock: FixedClock, settings: Settings
) -> None:
    city.person("p", EVERYWHERE)
    with city.store.transaction() as db:
        person = people.person(db, "p")
        assert person is not None
        ahead = clock.now() + timedelta(hours=25)
        token = sign_in.make_link(db, ahead, settings, person).rpartition("/")[2]
        assert sign_in.link_state(db, clock.now(), token, settings.sign_in_minutes) == "expired"
        assert sign_in.use_link(db, clock.now(), token, settings.sign_in_minutes) is None
        used = sign_in.use_link(db, ahead, token, settings.sign_in_minutes)
        assert used is not None
        assert sign_in.person_of(db, clock.now(), settings, used[1]) is None
        assert sign_in.person_of(db, ahead, settings, used[1]) is not None, "a look by a wrong clock ends nothing"
        assert sessions.session(db, token_hash(used[1])) is not None


def test_wrong_codes_and_join_codes_of_a_clock_ahead_do_not_count(
    city: City, clock: FixedClock, settings: Settings
) -> None:
    with city.store.transaction() as db:
        for _ in range(9):
            join.note_failure(db, clock.now() + timedelta(hours=25))
        assert not join.slow(db, clock.now())
        place = people.site(db, "site")
        assert place is not None
        code = join.make_code(db, clock.now() + timedelta(hours=25), settings, place, None)
        assert join.site_for(db, clock.now(), code) is None
        assert join.site_for(db, clock.now() + timedelta(hours=26), code) == place


def test_a_browser_that_is_saved_now_stays_though_five_others_lie_in_the_future(city: City, clock: FixedClock) -> None:
    city.person("p", EVERYWHERE)
    with city.store.transaction() as db:
        for number in range(6):
            browser = new_browser(f"b{number}", "https://push.test")
            at = to_text(clock.now() + timedelta(hours=25 if number < 5 else 0))
            row = SubscriptionRow(browser.name, "p", browser.endpoint, browser.p256dh, browser.auth, at)
            subscriptions.keep_newest(db, "p", 5, subscriptions.save(db, row))
        kept = [each.id for each in subscriptions.subscriptions_of(db, "p")]
    assert "b5" in kept and len(kept) == 5
