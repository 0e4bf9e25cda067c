from __future__ import annotations

import pytest

from guidance.clock import FixedClock
from guidance.people import directory, join
from guidance.people.tokens import show_code
from guidance.settings import Settings
from guidance.store import devices
from guidance.store.db import Store
from guidance.store.people import Site


@pytest.fixture
def oak(city: Store) -> Site:
    with city.reader() as db:
        return directory.find_site(db, "Oak Street School")


@pytest.fixture
def code(city: Store, clock: FixedClock, settings: Settings, oak: Site) -> str:
    with city.transaction() as db:
        return join.make_code(db, clock.now(), settings, oak, None)


def test_a_code_may_be_used_by_many_phones(city: Store, clock: FixedClock, oak: Site, code: str) -> None:
    with city.transaction() as db:
        for _ in range(3):
            assert join.site_for(db, clock.now(), code) == oak
            join.enrol(db, clock.now(), oak, None)
        assert len(devices.devices_of_site(db, oak.id)) == 3


def test_a_code_is_typed_as_it_is_shown(city: Store, clock: FixedClock, oak: Site, code: str) -> None:
    with city.reader() as db:
        assert join.site_for(db, clock.now(), show_code(code).lower()) == oak


def test_a_code_ends_after_its_hours(city: Store, clock: FixedClock, settings: Settings, code: str) -> None:
    clock.advance(hours=settings.join_code_hours)
    with city.reader() as db:
        assert join.site_for(db, clock.now(), code) is None


def test_a_supervisor_can_end_every_code_of_a_site(city: Store, clock: FixedClock, oak: Site, code: str) -> None:
    with city.transaction() as db:
        join.end_codes(db, clock.now(), oak, None)
        assert join.site_for(db, clock.now(), code) is None


def test_the_store_keeps_neither_code_nor_token(city: Store, clock: FixedClock, oak: Site, code: str) -> None:
    with city.transaction() as db:
        _, token = join.enrol(db, clock.now(), oak, None)
        dump = "".join(str(tuple(row)) for table in db.table_names() for row in db.execute(f"SELECT * FROM {table}"))
    assert code not in dump and token not in dump


def test_a_revoked_device_is_a_stranger(city: Store, clock: FixedClock, oak: Site) -> None:
    with city.transaction() as db:
        device, token = join.enrol(db, clock.now(), oak, None)
        assert join.device_of(db, clock.now(), Settings(), token) == device
        assert join.revoke(db, clock.now(), device.id, None)
        assert join.device_of(db, clock.now(), Settings(), token) is None
        assert not join.revoke(db, clock.now(), device.id, None)


def test_a_device_that_joins_another_site_moves_and_keeps_its_id(city: Store, clock: FixedClock, oak: Site) -> None:
    with city.transaction() as db:
        elm = directory.find_site(db, "Elm Avenue School")
        device, old_token = join.enrol(db, clock.now(), oak, None)
        moved, token = join.enrol(db, clock.now(), elm, device)
        assert (moved.id, moved.site_id) == (device.id, elm.id)
        assert join.device_of(db, clock.now(), Settings(), old_token) is None
        assert join.device_of(db, clock.now(), Settings(), token) == moved


def test_six_wrong_codes_make_the_next_slow_for_a_quarter_of_an_hour(city: Store, clock: FixedClock) -> None:
    with city.transaction() as db:
        for _ in range(5):
            join.note_failure(db, clock.now())
        assert not join.slow(db, clock.now())
        join.note_failure(db, clock.now())
        assert join.slow(db, clock.now())
        clock.advance(minutes=15, seconds=1)
        assert not join.slow(db, clock.now())


def test_a_flood_of_wrong_codes_is_not_written_down_without_end(city: Store, clock: FixedClock) -> None:
    with city.transaction() as db:
        for _ in range(200):
            join.note_failure(db, clock.now())
        (count,) = db.execute("SELECT count(*) FROM join_failures").fetchone()
        assert count == join.FAILURES_KEPT
        clock.advance(minutes=16)
        join.note_failure(db, clock.now())
        (count,) = db.execute("SELECT count(*) FROM join_failures").fetchone()
    assert count == 1
