from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guidance.people.scope import may_see, sites_in_sight, supervised, supervises
from guidance.store.people import Grant, Person, Site

SITES = [
    Site("oak", "Oak", "school", "schools", "Schools"),
    Site("elm", "Elm", "school", "schools", "Schools"),
    Site("harbor", "Harbor", "hospital", "hospitals", "Hospitals"),
]
grants = st.one_of(
    st.just(Grant("committee")),
    st.builds(Grant, st.sampled_from(["supervisor", "auditor"]), site_id=st.sampled_from(["oak", "elm", "harbor"])),
    st.builds(Grant, st.sampled_from(["supervisor", "auditor"]), agency_id=st.sampled_from(["schools", "hospitals"])),
)


def someone(*roles: Grant) -> Person:
    return Person("p", "A Person", "", "a@city.example", roles, on_duty=True)


def test_the_committee_sees_everything_even_what_has_no_site() -> None:
    assert may_see(someone(Grant("committee")), None, None, verified=False)
    assert may_see(someone(Grant("committee")), "oak", "schools", verified=True)


def test_a_supervisor_sees_the_own_site_and_no_other_of_the_same_agency() -> None:
    oak = someone(Grant("supervisor", site_id="oak"))
    assert may_see(oak, "oak", "schools", verified=True)
    assert not may_see(oak, "elm", "schools", verified=True)


def test_a_supervisor_of_an_agency_sees_its_sites_and_no_other_agencys() -> None:
    schools = someone(Grant("supervisor", agency_id="schools"))
    assert may_see(schools, "elm", "schools", verified=True)
    assert not may_see(schools, "harbor", "hospitals", verified=True)


def test_what_is_not_verified_is_the_committees_alone() -> None:
    assert not may_see(someone(Grant("supervisor", site_id="oak")), "oak", "schools", verified=False)
    assert not may_see(someone(Grant("supervisor", agency_id="schools")), None, None, verified=False)


def test_a_role_that_this_version_does_not_know_sees_nothing() -> None:
    assert not may_see(someone(Grant("auditor", site_id="oak")), "oak", "schools", verified=True)
    assert not may_see(someone(), "oak", "schools", verified=True)


def test_a_committee_member_does_not_look_after_sites() -> None:
    assert not supervises(someone(Grant("committee")), "oak", "schools")


@given(st.lists(grants, max_size=4), st.sampled_from(SITES))
def test_the_list_and_the_single_incident_agree_on_who_sees_it(roles: list[Grant], site: Site) -> None:
    person = someone(*roles)
    sight = sites_in_sight(person, SITES)
    assert may_see(person, site.id, site.agency_id, verified=True) == (sight is None or site.id in sight)
    assert {each.id for each in supervised(person, SITES)} <= {each.id for each in SITES}
