"""Acknowledgement, escalation and leases in any order, against a simple model of what they promise."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from guidance.alert.plan import acknowledge_alert, close_alert, escalate_due, repeat_due, rescue_stranded
from guidance.alert.policy import Policy
from guidance.clock import from_text, to_text
from guidance.store import deliveries
from guidance.store.db import Store
from guidance.store.deliveries import Leased, Result
from guidance.store.migrate import migrate
from tests.alert.city import EVERYWHERE, City
from tests.fakes.push_service import new_browser

LEASE = timedelta(seconds=10)
POLICY = Policy(tier_seconds=120)


@dataclass
class Model:
    """One delivery as it should be."""

    state: str
    fence: int
    due: datetime
    lease_until: datetime | None = None


class Races(RuleBasedStateMachine):
    """Two workers hold leases; people acknowledge and close; the clock moves."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.folder.name) / "db")
        migrate(self.store)
        self.city = City(self.store, POLICY).build()
        for number in range(3):
            browser = new_browser(f"b{number}", "https://push.test")
            self.city.person(f"p{number}", EVERYWHERE, on_duty=number > 0, browsers=[browser])
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
        self.incident_id, _ = self.city.incident(self.now)
        self.alert, self.tier = "active", 1
        self.escalates_at: datetime | None = self.now + timedelta(seconds=120)
        self.model: dict[str, Model] = {}
        self.tier_of: dict[str, int] = {}
        self.repeats_at: datetime | None = None
        self.round = self.repeats = 0
        self.held: list[Leased] = []
        self._learn()

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def _learn(self) -> None:
        """Take new deliveries into the model: they are queued and due at once."""
        for row in self.city.deliveries("id, tier, state, fence"):
            if str(row[0]) not in self.model:
                assert row[2:] == ("queued", 0)
                assert row[1] == self.tier
                self.model[str(row[0])] = Model("queued", 0, self.now)
                self.tier_of[str(row[0])] = self.tier

    @rule(seconds=st.sampled_from([0.5, 3, 10.5, 121]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(most=st.integers(1, 4))
    def a_worker_leases(self, most: int) -> None:
        until = self.now + LEASE
        with self.store.transaction() as db:
            leased = deliveries.lease(db, to_text(self.now), to_text(until), most)
        ready = [each for each in self.model.values() if each.state == "queued" and each.due <= self.now]
        assert len(leased) == min(most, len(ready))
        for each in leased:
            known = self.model[each.id]
            assert known.state == "queued" and known.due <= self.now
            assert each.fence == known.fence + 1
            self.model[each.id] = Model("leased", each.fence, known.due, until)
        self.held += leased

    @precondition(lambda self: self.held)
    @rule(data=st.data(), how=st.sampled_from(["sent", "queued", "failed"]))
    def a_worker_reports(self, data: st.DataObject, how: str) -> None:
        """A result, perhaps of a lease that was lost long ago; perhaps twice."""
        each = data.draw(st.sampled_from(self.held))
        due = self.now + timedelta(seconds=5)
        with self.store.transaction() as db:
            if how == "sent":
                deliveries.record_sent(db, [(each.id, each.fence)], "201", to_text(self.now))
            else:
                result = Result(each.id, each.fence, how, "500", to_text(due) if how == "queued" else None)
                deliveries.record(db, result, to_text(self.now))
        known = self.model[each.id]
        open_states = ("leased", "queued", "cancelled") if how == "sent" else ("leased", "queued")
        if known.fence != each.fence or known.state not in open_states:
            return
        known.lease_until = None
        known.state = "cancelled" if how == "queued" and self.alert != "active" else how
        if how == "queued":
            known.due = due

    @rule()
    def leases_end(self) -> None:
        with self.store.transaction() as db:
            deliveries.free_expired(db, to_text(self.now))
        for each in self.model.values():
            if each.state == "leased" and each.lease_until is not None and each.lease_until < self.now:
                each.state = "queued" if self.alert == "active" else "cancelled"
                each.lease_until = None

    @rule()
    def two_workers_escalate(self) -> None:
        for _ in range(2):
            with self.store.transaction() as db:
                escalate_due(db, self.now, POLICY)
        if self.alert == "active" and self.escalates_at is not None and self.escalates_at <= self.now:
            self._next_tier()

    @rule()
    def two_workers_repeat(self) -> None:
        waiting = {
            row[0] for row in self.city.deliveries("target, state, tier, round") if row[1:] == ("queued", 2, self.round)
        }
        for _ in range(2):
            with self.store.transaction() as db:
                repeat_due(db, self.now, POLICY)
        if self.alert == "active" and self.repeats_at is not None and self.repeats_at <= self.now:
            self.repeats_at, self.round = self.now + timedelta(seconds=300), self.round + 1
            new = [row[1] for row in self.city.deliveries("id, target") if str(row[0]) not in self.model]
            assert sorted([*new, *waiting], key=str) == ["b0", "b1", "b2"]
            self.repeats += bool(new)
            self._learn()

    @rule()
    def two_workers_rescue(self) -> None:
        for _ in range(2):
            with self.store.transaction() as db:
                rescue_stranded(db, self.now, POLICY)
        trying = {
            each.state
            for delivery_id, each in self.model.items()
            if self.tier_of[delivery_id] == self.tier and each.state in ("queued", "leased", "sent")
        }
        if self.alert == "active" and not trying and self.escalates_at is not None:
            self._next_tier()

    def _next_tier(self) -> None:
        self.tier, self.escalates_at = 2, None
        self.repeats_at = self.now + timedelta(seconds=300)
        self._learn()

    @rule(how=st.sampled_from(["acknowledged", "closed"]))
    def somebody_has_it(self, how: str) -> None:
        end = acknowledge_alert if how == "acknowledged" else close_alert
        with self.store.transaction() as db:
            first = end(db, self.incident_id, self.now)
        assert first == (self.alert != "closed" and self.alert != how)
        if first:
            self.alert, self.escalates_at, self.repeats_at = how, None, None
            for each in self.model.values():
                if each.state == "queued":
                    each.state = "cancelled"

    @invariant()
    def the_store_is_as_the_model(self) -> None:
        if not hasattr(self, "model"):
            return
        rows = self.city.deliveries("id, state, fence, lease_until")
        assert len(rows) == len(self.model)
        for delivery_id, state, fence, lease_until in rows:
            known = self.model[str(delivery_id)]
            until = None if lease_until is None else from_text(str(lease_until))
            assert (state, fence) == (known.state, known.fence)
            assert until == (known.lease_until if state == "leased" else None)

    @invariant()
    def each_tier_and_each_repeat_is_told_once_and_none_after_someone_has_it(self) -> None:
        if not hasattr(self, "model"):
            return
        events = self.city.events(self.incident_id)
        assert sum(kind == "alerted_again" for kind, _ in events) == self.repeats
        told = [data["tier"] for kind, data in events if kind == "alerted"]
        assert told == list(range(1, self.tier + 1))
        if self.alert != "active":
            assert not any(each.state == "queued" for each in self.model.values())


TestRaces = Races.TestCase
TestRaces.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
