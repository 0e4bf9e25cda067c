"""A database from before alerts were repeated keeps its deliveries, and what nobody has is told again."""

from __future__ import annotations

from guidance.alert.plan import repeat_due
from guidance.alert.policy import Policy
from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.store.db import Store
from guidance.store.migrate import migrate, migrations, statements
from tests.alert.city import EVERYWHERE, City
from tests.fakes.push_service import new_browser

OLD = 2


def test_an_older_database_keeps_its_deliveries_and_repeats_what_nobody_has(
    settings: Settings, clock: FixedClock
) -> None:
    store = Store(settings.database)
    with store.transaction() as db:
        for _, script in migrations()[:OLD]:
            for statement in statements(script):
                db.conn.execute(statement)
        db.conn.execute(f"PRAGMA user_version = {OLD}")
    city = City(store).build()
    city.person("p", EVERYWHERE, browsers=[new_browser("b", "https://push.test")])
    at = "'2026-11-24T11:30:00.000Z'"
    city.write(
        "INSERT INTO incidents (id, code, kind, site_id, verified, urgency, state, opened_at) "
        f"VALUES ('i', 'c', 'visit', 'site', 1, 'urgent', 'open', {at})"
    )
    city.write(f"INSERT INTO alerts VALUES ('a', 'i', 'urgent', 'active', 2, {at}, NULL)")
    city.write(
        "INSERT INTO deliveries (id, alert_id, tier, person_id, channel, target, state, due_at, created_at) "
        f"VALUES ('d', 'a', 2, 'p', 'push', 'b', 'sent', {at}, {at})"
    )
    migrate(store)
    with store.transaction() as db:
        assert repeat_due(db, clock.now(), Policy()) == 1
    assert city.deliveries("target, round, state") == [("b", 0, "sent"), ("b", 1, "queued")]
    store.close()
