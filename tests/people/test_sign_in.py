from __future__ import annotations

from datetime import timedelta

import pytest
from sqlite_utils import Database

from guidance.clock import FixedClock
from guidance.people import sign_in
from guidance.people.tokens import token_hash
from guidance.settings import Settings
from guidance.store.db import Store
from tests.people.town import COUNSEL, person


@pytest.fixture
def token(city: Store, clock: FixedClock, settings: Settings) -> str:
    with city.transaction() as db:
        return sign_in.make_link(db, clock.now(), settings, person(db, COUNSEL)).rsplit("/", 1)[1]


def opened(db: Database, clock: FixedClock, token: str) -> str:
    found = sign_in.use_link(db, clock.now(), token)
    assert found is not None
    return found[1]


def test_a_link_works_once(city: Store, clock: FixedClock, token: str) -> None:
    with city.transaction() as db:
        first = sign_in.use_link(db, clock.now(), token)
        assert first is not None and first[0].email == COUNSEL
        assert sign_in.use_link(db, clock.now(), token) is None
        assert sign_in.link_state(db, clock.now(), token) == "used"


def test_looking_at_a_link_does_not_use_it(city: Store, clock: FixedClock, token: str) -> None:
    with city.transaction() as db:
        assert [sign_in.link_state(db, clock.now(), token) for _ in range(3)] == ["good"] * 3
        assert sign_in.use_link(db, clock.now(), token) is not None


def test_a_link_ends_after_its_minutes(city: Store, clock: FixedClock, settings: Settings, token: str) -> None:
    clock.advance(minutes=settings.sign_in_minutes)
    with city.transaction() as db:
        assert sign_in.link_state(db, clock.now(), token) == "expired"
        assert sign_in.use_link(db, clock.now(), token) is None


def test_a_link_that_was_never_made_is_unknown(city: Store, clock: FixedClock) -> None:
    with city.transaction() as db:
        assert sign_in.link_state(db, clock.now(), "invented") == "unknown"
        assert sign_in.use_link(db, clock.now(), "invented") is None


def test_every_sign_in_opens_a_session_of_its_own(city: Store, clock: FixedClock, settings: Settings) -> None:
    with city.transaction() as db:
        who = person(db, COUNSEL)
        links = [sign_in.make_link(db, clock.now(), settings, who).rsplit("/", 1)[1] for _ in range(2)]
        assert opened(db, clock, links[0]) != opened(db, clock, links[1])


def test_the_store_keeps_no_token(city: Store, clock: FixedClock, token: str) -> None:
    with city.transaction() as db:
        session = opened(db, clock, token)
        dump = "".join(str(tuple(row)) for table in db.table_names() for row in db.execute(f"SELECT * FROM {table}"))
    assert token not in dump and session not in dump
    assert token_hash(session) in dump


def test_an_idle_session_ends(city: Store, clock: FixedClock, settings: Settings, token: str) -> None:
    with city.transaction() as db:
        session = opened(db, clock, token)
        clock.advance(minutes=settings.session_idle_minutes, seconds=-1)
        assert sign_in.person_of(db, clock.now(), settings, session) is not None
        clock.advance(seconds=1)
        assert sign_in.person_of(db, clock.now(), settings, session) is None


def test_a_session_in_use_ends_after_its_hours_all_the_same(
    city: Store, clock: FixedClock, settings: Settings, token: str
) -> None:
    with city.transaction() as db:
        session = opened(db, clock, token)
        end = clock.now() + timedelta(hours=settings.session_hours)
        while clock.now() < end - timedelta(minutes=20):
            clock.advance(minutes=20)
            assert sign_in.person_of(db, clock.now(), settings, session) is not None
            sign_in.touch(db, clock.now(), session)
        clock.advance(minutes=20)
        assert sign_in.person_of(db, clock.now(), settings, session) is None


def test_signing_out_ends_the_session_and_is_logged_once(
    city: Store, clock: FixedClock, settings: Settings, token: str
) -> None:
    with city.transaction() as db:
        session = opened(db, clock, token)
        sign_in.sign_out(db, clock.now(), session)
        sign_in.sign_out(db, clock.now(), session)
        assert sign_in.person_of(db, clock.now(), settings, session) is None
        (count,) = db.execute("SELECT count(*) FROM log WHERE action = 'person.signed_out'").fetchone()
    assert count == 1


def test_a_disabled_person_is_out_at_once(city: Store, clock: FixedClock, settings: Settings, token: str) -> None:
    with city.transaction() as db:
        session = opened(db, clock, token)
        db.execute("UPDATE people SET disabled_at = '2026-11-24T12:00:00.000Z' WHERE email = ?", (COUNSEL,))
        assert sign_in.person_of(db, clock.now(), settings, session) is None
