"""Taking somebody's access away."""

from __future__ import annotations

from guidance.alert.policy import Policy
from guidance.clock import FixedClock
from guidance.people import directory, sign_in
from guidance.settings import Settings
from guidance.store import people
from guidance.store.db import Store
from tests.alert.city import City
from tests.reports import a_place


def test_whose_access_is_taken_away_is_signed_out_and_cannot_sign_in_again(
    store: Store, clock: FixedClock, settings: Settings
) -> None:
    with store.transaction() as db:
        person = a_place(db, clock).counsel
        used = sign_in.use_link(
            db, clock.now(), sign_in.make_link(db, clock.now(), settings, person).rpartition("/")[2]
        )
        unused = sign_in.make_link(db, clock.now(), settings, person).rpartition("/")[2]
    assert used is not None
    with store.transaction() as db:
        directory.disable(db, clock.now(), person)
    with store.transaction() as db:
        assert sign_in.person_of(db, clock.now(), settings, used[1]) is None
        assert sign_in.use_link(db, clock.now(), unused) is None
        assert people.person(db, person.id) is None
        kept = people.anyone(db, person.id)
    assert kept is not None and kept.title == "Law Department duty counsel"


def test_whose_access_is_taken_away_is_alerted_no_more(store: Store, clock: FixedClock) -> None:
    city = City(store, Policy(email=True)).build()
    gone = city.person("gone", (people.Grant("committee"),))
    city.person("there", (people.Grant("committee"),))
    with store.transaction() as db:
        person = people.person(db, gone)
        assert person is not None
        directory.disable(db, clock.now(), person)
    city.incident(clock.now())
    assert {row[0] for row in city.deliveries("person_id")} == {"there"}
