"""What receiving promises: kept once, never written over, flagged rather than refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlite_utils import Database

from guidance.clock import FixedClock, to_text
from guidance.incident.receipt import is_ours
from guidance.incident.receive import Desk, Received, Sender, receive
from guidance.protocol.model import Protocol
from guidance.protocol.paths import paths
from guidance.store import incidents, log, reports
from guidance.store.db import Store
from tests.reports import LIBRARY, VISIT, Place, a_place, body, walked

KEY = Ed25519PrivateKey.generate()


def find(_db: Database, content_hash: str) -> Protocol | None:
    return next((each for each in LIBRARY.protocols.values() if each.hash == content_hash), None)


DESK = Desk(find, KEY, late_hours=2)


@pytest.fixture
def place(store: Store, clock: FixedClock) -> Place:
    with store.transaction() as db:
        return a_place(db, clock)


def send(store: Store, clock: FixedClock, report_id: str, sent: dict[str, Any], place: Place | None) -> Received:
    sender = Sender(place.device_id, place.site.id, place.site.type) if place else None
    with store.transaction() as db:
        return receive(db, clock.now(), report_id, sent, sender, DESK)


def kinds(store: Store, incident_id: str) -> list[str]:
    with store.reader() as db:
        return [event.kind for event in incidents.events_of(db, incident_id)]


def test_an_early_alert_becomes_an_urgent_incident_at_the_devices_site(
    store: Store, clock: FixedClock, place: Place
) -> None:
    received = send(store, clock, str(uuid4()), body(clock), place)
    with store.reader() as db:
        incident = incidents.find_incident(db, received.incident_id)
    assert incident is not None
    assert (incident.site_id, incident.verified, incident.state) == (place.site.id, 1, "open")
    assert incident.urgency == LIBRARY.protocols["visit"].urgency == "urgent"
    assert received.page


def test_a_report_sent_twice_is_kept_once_with_the_same_receipt(store: Store, clock: FixedClock, place: Place) -> None:
    report_id, sent = str(uuid4()), body(clock)
    first = send(store, clock, report_id, sent, place)
    clock.advance(hours=30)
    again = send(store, clock, report_id, dict(reversed(sent.items())), place)
    assert (first.result, again.result) == ("new", "repeated")
    assert again.receipt == first.receipt
    assert kinds(store, first.incident_id) == ["report_received"]
    assert not again.page


def test_other_content_under_the_same_revision_is_kept_beside_and_flagged_once(
    store: Store, clock: FixedClock, place: Place
) -> None:
    report_id = str(uuid4())
    first = send(store, clock, report_id, body(clock), place)
    other = body(clock, facts={"officers_count": 3})
    results = [send(store, clock, report_id, other, place).result for _ in range(2)]
    assert results == ["conflict", "conflict"]
    with store.reader() as db:
        assert [each.sha256 for each in reports.variants_of(db, report_id)] != [first.receipt.sha256]
        assert len(reports.variants_of(db, report_id)) == 1
    assert kinds(store, first.incident_id) == ["report_received", "report_variant"]


def test_details_join_the_same_incident_and_page_nobody_again(store: Store, clock: FixedClock, place: Place) -> None:
    report_id = str(uuid4())
    first = send(store, clock, report_id, body(clock), place)
    details = send(store, clock, report_id, body(clock, 2, facts={"entered": "no"}), place)
    assert details.incident_id == first.incident_id
    assert details.receipt.code == first.receipt.code
    assert not details.page


def test_details_that_overtake_the_early_alert_page_once(store: Store, clock: FixedClock, place: Place) -> None:
    report_id = str(uuid4())
    details = send(store, clock, report_id, body(clock, 2), place)
    early = send(store, clock, report_id, body(clock, 1), place)
    assert (details.page, early.page) == (True, False)


def test_a_trail_that_does_not_replay_is_accepted_and_flagged(store: Store, clock: FixedClock, place: Place) -> None:
    trail = [{"step": "no-such-step", "answer": "yes", "at": to_text(clock.now())}]
    received = send(store, clock, str(uuid4()), body(clock, trail=trail), place)
    with store.reader() as db:
        (event,) = incidents.events_of(db, received.incident_id)
    assert "entry 0" in event.data["trail_problem"] and "no-such-step" not in event.data["trail_problem"]
    assert received.page


def test_a_protocol_version_that_nobody_knows_is_accepted_flagged_and_urgent(
    store: Store, clock: FixedClock, place: Place
) -> None:
    unknown = body(clock, protocol=LIBRARY.protocols["visit"])
    unknown["protocol"] = {"id": "visit", "hash": "0" * 64}
    received = send(store, clock, str(uuid4()), unknown, place)
    assert received.urgency == "urgent"
    with store.reader() as db:
        assert incidents.events_of(db, received.incident_id)[0].data["trail_problem"]


def test_a_phone_that_is_not_enrolled_is_kept_as_unverified_and_pages_nobody(store: Store, clock: FixedClock) -> None:
    received = send(store, clock, str(uuid4()), body(clock, urgency="urgent"), None)
    assert (received.page, received.urgency, received.site_id) == (False, "low", None)
    assert received.receipt.verified is False


def test_joining_a_site_later_makes_the_incident_verified_and_pages(
    store: Store, clock: FixedClock, place: Place
) -> None:
    report_id = str(uuid4())
    send(store, clock, report_id, body(clock), None)
    joined = send(store, clock, report_id, body(clock, 2), place)
    assert (joined.page, joined.site_id, joined.urgency) == (True, place.site.id, "urgent")
    with store.reader() as db:
        incident = incidents.find_incident(db, joined.incident_id)
        report = reports.find_report(db, report_id)
    assert incident is not None and incident.verified == 1 and incident.urgency == "urgent"
    assert report is not None and report.device_id == place.device_id


def test_a_report_that_lay_for_days_is_told_as_normal_not_as_now(store: Store, clock: FixedClock, place: Place) -> None:
    sent = body(clock)
    clock.advance(days=3)
    received = send(store, clock, str(uuid4()), sent, place)
    assert (received.urgency, received.page) == ("normal", True)


def outcomes_at_a_school() -> list[str]:
    return sorted({path.outcome for path in paths(VISIT, "school")})


@pytest.mark.parametrize("outcome", outcomes_at_a_school())
def test_the_outcome_that_was_reached_decides_the_urgency(
    store: Store, clock: FixedClock, place: Place, outcome: str
) -> None:
    received = send(store, clock, str(uuid4()), body(clock, trail=walked(clock, outcome)), place)
    assert received.urgency == VISIT.outcomes[outcome].urgency


def test_every_act_is_in_the_log(store: Store, clock: FixedClock, place: Place) -> None:
    report_id = str(uuid4())
    send(store, clock, report_id, body(clock), place)
    send(store, clock, report_id, body(clock, facts={"officers_count": 1}), place)
    with store.reader() as db:
        assert [entry.action for entry in log.entries_about(db, report_id)] == ["report.received", "report.variant"]


def test_a_receipt_is_signed_and_a_changed_one_is_not_ours(store: Store, clock: FixedClock, place: Place) -> None:
    receipt = send(store, clock, str(uuid4()), body(clock), place).receipt
    assert is_ours(receipt, KEY.public_key())
    changed = type(receipt)(**{**vars(receipt), "received_at": to_text(clock.now() + timedelta(days=1))})
    assert not is_ours(changed, KEY.public_key())


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2), st.booleans()), min_size=1, max_size=12))
def test_any_order_of_sends_ends_with_one_incident_and_every_content_kept(
    store: Store, clock: FixedClock, place: Place, sends: list[tuple[int, int, bool]]
) -> None:
    report_id = str(uuid4())
    contents = [(revision, body(clock, revision, facts={"officers_count": n}), joined) for revision, n, joined in sends]
    seen = [send(store, clock, report_id, sent, place if joined else None) for _, sent, joined in contents]
    assert len({each.incident_id for each in seen}) == 1
    assert sum(each.page for each in seen) == (1 if any(joined for _, _, joined in sends) else 0)
    with store.reader() as db:
        kept = {each.sha256 for each in reports.revisions_of(db, report_id)}
        kept |= {each.sha256 for each in reports.variants_of(db, report_id)}
        kept |= {each.sha256 for each in reports.additions_of(db, report_id)}
    assert len(kept) == len({(revision, n) for revision, n, _ in sends})


def pages(sends: list[tuple[int, int, bool]]) -> list[bool]:
    """Which sends are a first content of their revision, by an enrolled phone."""
    taken: set[int] = set()
    found = []
    for revision, _, joined in sends:
        found.append(joined and revision not in taken)
        taken.add(revision)
    return found


def wrong_by(hours: float, waited: float) -> tuple[timedelta, timedelta]:
    """When a phone whose clock is off writes and sends, against the server's clock at receipt."""
    return timedelta(hours=hours - waited), timedelta(hours=hours)


@pytest.mark.parametrize(
    ("clock_is_off", "waited_hours", "urgency"),
    [
        (-3, 0, "urgent"),
        (-24 * 400, 0, "urgent"),
        (30, 0, "urgent"),
        (0, 72, "normal"),
        (-3, 72, "normal"),
        (73, 72, "normal"),
        (0, 1.9, "urgent"),
        (0, -5, "urgent"),
        (0, 24 * 365 * 50, "urgent"),
    ],
)
def test_the_age_of_a_report_is_the_phones_own_time_between_writing_and_sending(
    store: Store, clock: FixedClock, place: Place, clock_is_off: float, waited_hours: float, urgency: str
) -> None:
    wrote, left = (clock.now() + part for part in wrong_by(clock_is_off, waited_hours))
    sent = {**body(clock), "sent_at": to_text(wrote)}
    sender = Sender(place.device_id, place.site.id, place.site.type)
    with store.transaction() as db:
        received = receive(db, clock.now(), str(uuid4()), sent, sender, DESK, left_at=left)
    assert received.urgency == urgency


def test_without_the_phones_word_the_servers_clock_tells_the_age(store: Store, clock: FixedClock, place: Place) -> None:
    for hours, urgency in ((1, "urgent"), (5, "normal"), (-5, "urgent")):
        sent = {**body(clock), "sent_at": to_text(clock.now() - timedelta(hours=hours))}
        assert send(store, clock, str(uuid4()), sent, place).urgency == urgency
