from __future__ import annotations

import re
from pathlib import Path

import pytest

from guidance.clock import FixedClock
from guidance.people import demo, directory
from guidance.people.directory import NotAdded
from guidance.protocol.model import SITE_TYPES
from guidance.store import people
from guidance.store.db import Store
from guidance.store.people import Contact, Grant


def contact(**changes: str) -> Contact:
    given = {"role": "counsel", "label": "Counsel", "phone": "555-0100", "checked_on": "2026-11-24", **changes}
    return Contact(given["role"], given["label"], given["phone"], given["checked_on"], fictional=True)


def test_the_demo_city_has_sites_of_all_six_types(city: Store) -> None:
    with city.reader() as db:
        assert {site.type for site in people.sites(db)} == set(SITE_TYPES)


def test_the_demo_city_has_no_number_or_address_that_could_be_real(city: Store) -> None:
    with city.reader() as db:
        for site in people.sites(db):
            for each in people.contacts(db, site):
                assert re.fullmatch(r"555-01\d\d", each.phone) and each.fictional
        assert all(each.email.endswith(".city.example") or each.email.endswith("@city.example")
                   for each in people.people(db))  # fmt: skip


def test_every_demo_site_has_a_supervisor_and_counsel_to_call(city: Store) -> None:
    with city.reader() as db:
        for site in people.sites(db):
            assert {"supervisor", "counsel"} <= {each.role for each in people.contacts(db, site)}


def test_the_demo_city_is_the_same_every_time(city: Store, tmp_path: Path, clock: FixedClock) -> None:
    from guidance.store.migrate import migrate

    other = Store(tmp_path / "other.db")
    migrate(other)
    with other.transaction() as db:
        demo.fill(db, clock.now())
        again = (people.sites(db), people.people(db))
    other.close()
    with city.reader() as db:
        assert again == (people.sites(db), people.people(db))


def test_a_sites_own_contacts_come_before_its_agencys(city: Store) -> None:
    with city.reader() as db:
        labels = [each.label for each in people.contacts(db, directory.find_site(db, "Oak Street School"))]
    assert labels[0] == "Main office of Oak Street School"
    assert "Law Department duty counsel" in labels and "Hospitals duty counsel" not in labels


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"role": "mayor"}, "Choose one of"),
        ({"role": "911"}, "Choose one of"),
        ({"phone": "call me"}, "no telephone number"),
        ({"label": " "}, "who answers"),
        ({"checked_on": "last week"}, "no date"),
    ],
)
def test_a_contact_that_is_not_right_is_refused_with_the_reason(
    city: Store, clock: FixedClock, changes: dict[str, str], words: str
) -> None:
    with city.transaction() as db, pytest.raises(NotAdded, match=words):
        directory.add_contact(db, clock.now(), contact(**changes), site="Oak Street School")


def test_a_contact_belongs_to_a_site_or_an_agency_and_never_to_both(city: Store, clock: FixedClock) -> None:
    with city.transaction() as db:
        for places in ({}, {"site": "Oak Street School", "agency": "Schools"}):
            with pytest.raises(NotAdded, match="either"):
                directory.add_contact(db, clock.now(), contact(), **places)


def test_an_e_mail_address_belongs_to_one_person_whatever_its_case(city: Store, clock: FixedClock) -> None:
    with city.transaction() as db, pytest.raises(NotAdded, match="already"):
        directory.add_person(db, clock.now(), "Someone", "", "Counsel@City.example", (Grant("committee"),))


def test_a_person_needs_a_role(city: Store, clock: FixedClock) -> None:
    with city.transaction() as db, pytest.raises(NotAdded, match="role"):
        directory.add_person(db, clock.now(), "Someone", "", "new@city.example", ())


def test_a_site_is_found_by_name_in_any_case_and_by_id(city: Store) -> None:
    with city.reader() as db:
        oak = directory.find_site(db, "oak street school")
        assert directory.find_site(db, oak.id) == oak
        with pytest.raises(NotAdded, match="no site called"):
            directory.find_site(db, "Nowhere")


def test_two_sites_of_one_name_are_told_apart_by_id(city: Store, clock: FixedClock) -> None:
    with city.transaction() as db:
        directory.add_site(db, clock.now(), "Hospitals", "Oak Street School", "hospital")
        with pytest.raises(NotAdded, match="Give its id"):
            directory.find_site(db, "Oak Street School")


def test_an_agency_has_one_site_of_a_name(city: Store, clock: FixedClock) -> None:
    with city.transaction() as db, pytest.raises(NotAdded, match="already"):
        directory.add_site(db, clock.now(), "Schools", "oak street school", "school")
