from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guidance.alert.policy import Candidate, Policy, in_tier, pages, people, targets

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        person_id=st.uuids().map(str),
        supervisor=st.booleans(),
        committee=st.booleans(),
        on_duty=st.booleans(),
        devices=st.lists(st.uuids().map(str), max_size=3).map(tuple),
        email=st.just("someone@city.example"),
    ),
    max_size=8,
)


def test_only_what_an_enrolled_device_reports_and_is_not_low_pages_anyone() -> None:
    assert pages("urgent", "site")
    assert pages("normal", "site")
    assert not pages("low", "site")
    assert not pages("urgent", None)


@given(CANDIDATES)
def test_the_first_tier_is_the_sites_supervisors_and_the_committee_on_duty(candidates: list[Candidate]) -> None:
    told = {target.person_id for target in targets(1, candidates, Policy(email=True))}
    for each in candidates:
        meant = each.supervisor or (each.committee and each.on_duty)
        assert (each.person_id in told) == (meant and bool(each.devices))


@given(CANDIDATES)
def test_the_second_tier_is_everyone_on_the_committee_by_mail_too_when_it_can_be_sent(
    candidates: list[Candidate],
) -> None:
    for mail in (False, True):
        told = targets(2, candidates, Policy(email=mail))
        committee = [each for each in candidates if each.committee]
        assert sum(target.channel == "push" for target in told) == sum(len(each.devices) for each in committee)
        assert sum(target.channel == "email" for target in told) == (len(committee) if mail else 0)
        assert people(told) <= len(committee)


def test_a_supervisor_who_also_sits_on_the_committee_is_told_even_off_duty() -> None:
    assert in_tier(1, Candidate("a", supervisor=True, committee=True, on_duty=False, devices=("d",), email=""))
