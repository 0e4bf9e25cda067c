from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from guidance.clock import FixedClock, to_text
from guidance.protocol.load import content_hash, to_document
from guidance.settings import Settings
from guidance.store import alerts, people, protocols
from guidance.store.db import Store
from guidance.store.protocols import PublishedVersion
from tests.people.town import COUNSEL, Town, text
from tests.reports import VISIT, body, walked
from tests.web.desk import HOSPITAL, SCHOOL, act, listed, page_of


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


@pytest.fixture
def incident(town: Town) -> str:
    """An incident at a school, with a walk and a few facts."""
    facts = {"officers_count": 3, "request": ["enter", "person"], "markings": "POLICE on the vest"}
    return town.report(SCHOOL, trail=walked(town.clock, "agency-paper"), facts=facts)


def test_the_page_tells_facts_trail_and_timeline_in_words(town: Town, incident: str) -> None:
    page = text(town.browser(COUNSEL).get(page_of(incident)))
    assert "How many officers? 3" in page and "To come in, For a person" in page and "POLICE on the vest" in page
    for entry in walked(town.clock, "agency-paper"):
        step = VISIT.steps[entry["step"]]
        assert step.ask in page
        assert next(answer.text for answer in step.answers if answer.id == entry["answer"]) in page
    assert VISIT.outcomes["agency-paper"].headline in page
    assert "The desk’s report arrived" in page


def test_the_trail_keeps_the_wording_of_the_version_that_was_walked(town: Town) -> None:
    incident = town.report(SCHOOL, trail=[{"step": VISIT.start, "answer": "no", "at": to_text(town.clock.now())}])
    newer = VISIT.steps[VISIT.start].ask
    document = json.loads(json.dumps(to_document(VISIT)))
    document["steps"][VISIT.start]["ask"] = "Was anyone in danger, in older words?"
    del document["hash"]
    older = content_hash(document)
    kept = PublishedVersion(older, VISIT.id, VISIT.version, json.dumps({**document, "hash": older}), "2026-01-01")
    with town.store.transaction() as db:
        protocols.publish(db, kept)
        db.execute("UPDATE report_revisions SET protocol_hash = ?", (older,))
    page = text(town.browser(COUNSEL).get(page_of(incident)))
    assert "Was anyone in danger, in older words?" in page and newer not in page


def test_phone_time_and_server_time_both_show(town: Town) -> None:
    sent = town.clock.now() - timedelta(minutes=20)
    incident = town.report(SCHOOL, sent_at=to_text(sent))
    page = town.browser(COUNSEL).get(page_of(incident)).get_data(as_text=True)
    assert to_text(sent) in page and town.incident(incident).opened_at in page


def test_what_a_reader_must_doubt_is_flagged(town: Town) -> None:
    trail = [{"step": "nowhere", "answer": "no", "at": to_text(town.clock.now())}]
    sent = to_text(town.clock.now() - timedelta(hours=5))
    page = text(town.browser(COUNSEL).get(page_of(town.report(SCHOOL, trail=trail, sent_at=sent))))
    assert "The trail does not replay" in page and "It arrived late" in page and "nowhere" in page


def test_a_phone_whose_clock_is_off_is_flagged_and_its_report_is_not_late(town: Town) -> None:
    phone, report, headers = town.phone(SCHOOL), str(uuid4()), {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}
    wrong = town.clock.now() - timedelta(hours=3)
    sent = body(town.clock, 1, sent_at=to_text(wrong))
    leaves = {**headers, "X-Guidance-Sent-At": to_text(wrong + timedelta(seconds=6))}
    assert phone.put(f"/api/reports/{report}", json=sent, headers=leaves).status_code == 201
    found = next(each for each in listed(town.browser(COUNSEL)) if each["urgency"] == "urgent")
    page = text(town.browser(COUNSEL).get(page_of(found["id"])))
    assert "The phone’s clock is 180 min behind the server’s" in page and "It arrived late" not in page
    broken = {**headers, "X-Guidance-Sent-At": "yesterday"}
    answer = phone.put(f"/api/reports/{uuid4()}", json=body(town.clock, 1), headers=broken)
    assert answer.status_code == 201, "no report is refused for its header"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])
def test_a_clock_of_any_year_leaves_the_incident_readable(town: Town, moment: str) -> None:
    headers = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin", "X-Guidance-Sent-At": moment}
    phone = town.phone(SCHOOL)
    for sent_at in (to_text(town.clock.now()), moment):
        sent = body(town.clock, 1, sent_at=sent_at)
        assert phone.put(f"/api/reports/{uuid4()}", json=sent, headers=headers).status_code == 201
    found = [each for each in listed(town.browser(COUNSEL)) if each["urgency"] == "urgent"]
    assert len(found) >= 2
    for each in found:
        assert town.browser(COUNSEL).get(page_of(each["id"])).status_code == 200


def test_other_content_under_the_same_revision_is_flagged(town: Town) -> None:
    phone, report = town.phone(SCHOOL), str(uuid4())
    body = {"revision": 1, "kind": "visit", "locale": "en", "sent_at": to_text(town.clock.now()), "trail": [],
            "protocol": {"id": VISIT.id, "hash": VISIT.hash}}  # fmt: skip
    headers = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}
    assert phone.put(f"/api/reports/{report}", json=body, headers=headers).status_code == 201
    other = {**body, "facts": {"officers_count": 9}}
    assert phone.put(f"/api/reports/{report}", json=other, headers=headers).status_code == 409
    (row,) = listed(town.browser(COUNSEL))
    page = text(town.browser(COUNSEL).get(page_of(row["id"])))
    assert "1 other content under the same revision is kept" in page
    assert "Other content came under revision 1. Both are kept." in page


def test_free_text_cannot_become_markup(town: Town) -> None:
    incident = town.report(SCHOOL, facts={"markings": "<img src=x onerror=alert(1)>"})
    act(town, COUNSEL, incident, "note", text="<script>alert(1)</script>", audience="record")
    page = town.browser(COUNSEL).get(page_of(incident)).get_data(as_text=True)
    assert "<img src=x" not in page and "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_report_without_details_says_so(town: Town) -> None:
    page = text(town.browser(COUNSEL).get(page_of(town.report(SCHOOL))))
    assert "No details yet" in page


def test_who_was_alerted_and_how_it_went_shows(town: Town, incident: str) -> None:
    with town.store.transaction() as db:
        alert = alerts.alert_of(db, incident)
        counsel = people.person_by_email(db, COUNSEL)
        assert alert and counsel
        rows = [alerts.NewDelivery(str(uuid4()), counsel.id, "push", "one"),
                alerts.NewDelivery(str(uuid4()), counsel.id, "email", COUNSEL)]  # fmt: skip
        alerts.add_deliveries(db, alert.id, 1, to_text(town.clock.now()), rows)
        finished = to_text(town.clock.now() + timedelta(milliseconds=400))
        db.execute("UPDATE deliveries SET state = 'sent', finished_at = ? WHERE channel = 'push'", (finished,))
        db.execute("UPDATE deliveries SET state = 'failed', attempt = 3, finished_at = ? WHERE channel = 'email'",
                   (finished,))  # fmt: skip
    page = text(town.browser(COUNSEL).get(page_of(incident)))
    assert "Notification: sent, after 0.4 s" in page
    assert "E-mail: failed, after 0.4 s, 3 tries" in page


def test_what_a_phone_of_another_place_adds_stands_apart_and_hides_nothing(town: Town) -> None:
    report, headers = str(uuid4()), {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}
    bodies = [body(town.clock, 1, facts={"officers_count": 3}, trail=walked(town.clock, "agency-paper")),
              body(town.clock, 2, facts={"officers_count": 0}),
              *(body(town.clock, number, facts={"officers_count": 9}) for number in range(3, 15))]  # fmt: skip
    senders = [town.phone(SCHOOL), town.phone(HOSPITAL), *[town.app.test_client()] * 12]
    for phone, sent in zip(senders, bodies, strict=True):
        assert phone.put(f"/api/reports/{report}", json=sent, headers=headers).status_code == 201
    (row,) = listed(town.browser(COUNSEL))
    page = text(town.browser(COUNSEL).get(page_of(row["id"])))
    assert page.index("How many officers? 3") < page.index("Added by a phone that is not joined to this site")
    assert page.count("Added by a phone that is not joined to this site") == 10
    assert page.count("3 earlier ones are kept") == 1
    assert "How many officers? 9" in page and VISIT.outcomes["agency-paper"].headline in page
    assert "A phone that is not joined to this site added something (revision 2)" in page


def test_what_a_phone_sent_before_it_joined_is_shown_and_marked(town: Town) -> None:
    phone, report = town.app.test_client(), str(uuid4())
    headers = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}
    early = body(town.clock, 1, facts={"officers_count": 3})
    assert phone.put(f"/api/reports/{report}", json=early, headers=headers).status_code == 201
    later = body(town.clock, 2, facts={"markings": "POLICE"})
    assert town.phone(SCHOOL).put(f"/api/reports/{report}", json=later, headers=headers).status_code == 201
    (row,) = listed(town.browser(COUNSEL))
    page = text(town.browser(COUNSEL).get(page_of(row["id"])))
    assert "How many officers? 3" in page and "POLICE" in page
    assert page.count("Added by a phone that is not joined to this site") == 1
