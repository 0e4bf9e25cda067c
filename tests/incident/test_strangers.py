"""A phone that is not joined to the incident's site may add to a report that it knows; it can change nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest

from guidance.alert.intake import file_report
from guidance.alert.policy import Policy
from guidance.clock import FixedClock
from guidance.incident.receive import Received, Sender
from guidance.store import alerts, incidents, reports
from guidance.store.db import Store
from tests.incident.case import DESK, NORMAL, Case
from tests.reports import a_place, body, walked


@pytest.fixture
def case(store: Store, clock: FixedClock) -> Case:
    """A verified incident of normal urgency."""
    made = Case(store, clock)
    made.send(1, trail=walked(clock, NORMAL))
    return made


def stranger(case: Case, how: str, revision: int) -> Received:
    """An urgent addition by a phone without a site, or by one of another site."""
    with case.store.transaction() as db:
        sender = None
        if how == "of another site":
            place = a_place(db, case.clock, f"Harbor Hospital {uuid4()}", "hospital")
            sender = Sender(place.device_id, place.site.id, place.site.type)
        sent = body(case.clock, revision, urgency="urgent", facts={"officers_count": 99})
        return file_report(db, case.clock.now(), case.report_id, sent, sender, DESK, Policy())


@pytest.mark.parametrize("how", ["not enrolled", "of another site"])
def test_a_strangers_revision_is_kept_as_unverified_and_raises_nothing(case: Case, how: str) -> None:
    received = stranger(case, how, 2)
    assert (received.result, received.page, received.receipt.verified) == ("new", False, False)
    with case.store.reader() as db:
        (revision,), incident = reports.additions_of(db, case.report_id), case.incident(db)
        assert reports.find_revision(db, case.report_id, 2) is None
        alert, events = alerts.alert_of(db, incident.id), incidents.events_of(db, incident.id)
    assert revision.verified == 0
    assert (incident.urgency, incident.site_id) == ("normal", case.place.site.id)
    assert alert and alert.urgency == "normal"
    assert events[-1].kind == "report_revised" and events[-1].data["stranger"] is True


@pytest.mark.parametrize("how", ["not enrolled", "of another site"])
def test_other_content_by_a_stranger_is_kept_beside_once(case: Case, how: str) -> None:
    first = stranger(case, "not enrolled", 1)
    assert (first.result, first.receipt.verified) == ("new", False)
    assert stranger(case, "not enrolled", 1).receipt == first.receipt
    stranger(case, how, 3)
    with case.store.reader() as db:
        assert [each.verified for each in reports.additions_of(db, case.report_id)] == [0, 0]
        assert len(reports.revisions_of(db, case.report_id)) == 1 and not reports.variants_of(db, case.report_id)


@pytest.mark.parametrize("how", ["not enrolled", "of another site"])
def test_a_stranger_who_took_every_number_keeps_the_own_phone_from_none(case: Case, how: str) -> None:
    for revision in (2, 3, 4, 1000):
        stranger(case, how, revision)
    for revision in (2, 3):
        sent = case.send(revision, facts={"officers_count": revision})
        assert (sent.result, sent.receipt.verified, sent.receipt.revision) == ("new", True, revision)
    assert case.send(2, facts={"officers_count": 7}).result == "conflict"
    with case.store.reader() as db:
        assert [each.revision for each in reports.revisions_of(db, case.report_id)] == [1, 2, 3]


def test_a_phone_that_joins_wins_numbers_that_a_stranger_took_of_its_own_report(
    store: Store, clock: FixedClock
) -> None:
    case = Case(store, clock)
    case.send(1, joined=False)
    case.send(2, joined=False, facts={"officers_count": 99})
    joined = case.send(2, facts={"officers_count": 2})
    assert (joined.result, joined.receipt.verified, joined.page) == ("new", True, True)
    with store.reader() as db:
        kept, aside = reports.find_revision(db, case.report_id, 2), reports.additions_of(db, case.report_id)
    assert kept and '"officers_count":2' in kept.body and [each.revision for each in aside] == [2]


def test_a_phone_that_joined_after_its_receipt_was_lost_alerts_with_the_same_content(
    store: Store, clock: FixedClock
) -> None:
    case = Case(store, clock)
    case.send(1, joined=False)
    again = case.send(1)
    assert (again.result, again.receipt.verified, again.page) == ("new", True, True)
    assert case.send(1).receipt == again.receipt


def test_another_phone_of_the_same_site_is_believed(case: Case) -> None:
    case.send(2)
    with case.store.reader() as db:
        revision = reports.find_revision(db, case.report_id, 2)
    assert revision and revision.verified == 1
