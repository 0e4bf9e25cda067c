"""A closed incident opens again when it turns out to be worse than what was closed, and for nothing less."""

from __future__ import annotations

import pytest

from guidance.clock import FixedClock
from guidance.incident.progress import progress_of
from guidance.store import alerts, reports
from guidance.store.db import Store
from tests.incident.case import LOW, NORMAL, Case
from tests.reports import walked


@pytest.fixture
def case(store: Store, clock: FixedClock) -> Case:
    return Case(store, clock)


def test_a_closed_incident_that_gets_worse_opens_again_and_is_alerted_anew(case: Case) -> None:
    case.send(1, trail=walked(case.clock, NORMAL))
    case.ends()
    case.clock.advance(minutes=10)
    assert case.send(2).urgency == "urgent"
    with case.store.reader() as db:
        incident, alert = case.incident(db), alerts.alert_of(db, case.incident(db).id)
        report = reports.find_report(db, case.report_id)
        assert report
        progress = progress_of(db, report)
    assert (incident.state, incident.urgency) == ("open", "urgent")
    assert not any((incident.acknowledged_at, incident.acknowledged_by, incident.closed_at, incident.closed_by))
    assert alert and (alert.state, alert.urgency, alert.tier) == ("active", "urgent", 1)
    assert case.told() == [(0, "cancelled"), (1, "queued")]
    assert case.kinds()[-5:] == ["acknowledged", "closed", "report_revised", "reopened", "alerted"]
    assert progress.closed is None and progress.acknowledged is None


def test_an_unverified_report_that_was_closed_opens_again_when_an_enrolled_phone_stands_behind_it(case: Case) -> None:
    case.send(1, joined=False)
    case.ends()
    assert case.told() == []
    case.send(2)
    assert case.kinds()[-4:] == ["report_revised", "verified", "reopened", "alerted"]
    assert case.told() == [(0, "queued")]


@pytest.mark.parametrize("first", ["urgent", NORMAL])
def test_details_after_all_was_over_page_nobody(case: Case, first: str) -> None:
    trail = [] if first == "urgent" else walked(case.clock, first)
    case.send(1, trail=trail)
    case.ends()
    told = case.told()
    assert not case.send(2, trail=trail, facts={"entered": "no"}).page
    assert not case.send(3, trail=walked(case.clock, LOW)).page
    assert case.told() == told and "reopened" not in case.kinds()
    with case.store.reader() as db:
        assert case.incident(db).state == "closed"


def test_a_stranger_opens_nothing_again(case: Case) -> None:
    case.send(1, trail=walked(case.clock, NORMAL))
    case.ends()
    assert not case.send(2, joined=False, urgency="urgent").page
    assert "reopened" not in case.kinds()


def test_what_opened_again_can_be_taken_and_closed_again(case: Case) -> None:
    case.send(1, trail=walked(case.clock, NORMAL))
    case.ends()
    case.send(2)
    case.ends()
    with case.store.reader() as db:
        incident, alert = case.incident(db), alerts.alert_of(db, case.incident(db).id)
    assert incident.state == "closed" and alert and alert.state == "closed"
    assert case.told() == [(0, "cancelled"), (1, "cancelled")]
