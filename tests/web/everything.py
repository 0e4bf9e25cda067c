"""Everything that pages can show, put into the demo city: incidents in each state, runs, classes, a certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from guidance.clock import to_text
from guidance.people.tokens import token_hash
from guidance.store import alerts, people
from guidance.store.incidents import add_event
from tests.people.town import COUNSEL, Town, form_token, press
from tests.practice.classroom import TRAINER, open_class, trainee
from tests.practice.runs import HEADERS, RULES, SHELF, run_body, send, wrong_body
from tests.reports import walked
from tests.web.desk import SCHOOL, act

TYPED = ("Rosa", "Ben", "A class of ours", "A note of counsel", "POLICE on the vest", "A thing to do", "nowhere")
EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("got_worse", {"urgency": "urgent", "news": ["went-in", "unsafe"], "state": "acknowledged", "people": 2}),
    ("got_worse", {"urgency": "urgent"}),
    ("reopened", {"urgency": "urgent"}),
    ("bundled", {}),
    ("alerted", {"people": 3, "tier": 2}),
    ("alerted_again", {"people": 1}),
    ("tier_skipped", {}),
    ("tier_skipped", {"tier": 2}),
    ("delivery_failed", {}),
    ("device_gone", {}),
    ("unreachable", {}),
    ("verified", {}),
    ("report_revised", {"revision": 2, "stranger": True, "late": True, "trail_problem": "x"}),
    ("report_variant", {"revision": 2}),
)


def incidents(town: Town) -> list[str]:
    """Incidents in every state, with what can be told of one."""
    facts = {
        "officers_count": 3,
        "request": ["enter", "person"],
        "markings": "POLICE on the vest",
    }
    trail = walked(town.clock, "agency-paper")
    trail.insert(1, {"step": trail[1]["step"], "answer": "back", "at": trail[0]["at"]})
    trail.insert(2, dict(trail[0]))
    whole = town.report(SCHOOL, trail=trail, facts=facts)
    late = to_text(town.clock.now() - timedelta(hours=5))
    doubtful = town.report(SCHOOL, sent_at=late, trail=[{"step": "nowhere", "answer": "nowhere", "at": late}])
    stranger = town.report(trail=[{"step": "nowhere", "answer": "nowhere", "at": late}])
    act(town, COUNSEL, whole, "acknowledge")
    act(town, COUNSEL, whole, "note", text="A note of counsel", audience="desk")
    act(town, COUNSEL, doubtful, "close", reason="resolved")
    told(town, whole)
    return [whole, doubtful, stranger]


def told(town: Town, incident: str) -> None:
    """Messages that went well and that failed for each reason, and the other entries of a timeline."""
    at = to_text(town.clock.now())
    with town.store.transaction() as db:
        alert = alerts.alert_of(db, incident)
        counsel = people.person_by_email(db, COUNSEL)
        assert alert and counsel
        for number, detail in enumerate(("timeout", "tls", "refused: no public address", "no e-mail address", "410")):
            row = alerts.NewDelivery(str(uuid4()), counsel.id, "email" if number % 2 else "push", f"to {number}")
            alerts.add_deliveries(db, alert.id, 1, at, [row])
            db.execute("UPDATE deliveries SET state = 'failed', attempt = ?, detail = ?, finished_at = ? WHERE id = ?",
                       (number + 1, detail, at, row.id))  # fmt: skip
        for kind, data in EVENTS:
            add_event(db, incident, at, kind, None, data)


def certificate(town: Town) -> str:
    """The code of a certificate, after runs of which one site has more than a few."""
    phone, ids = town.phone(SCHOOL), []
    for scenario in RULES.required("front_desk", "school"):
        ids.append(str(uuid4()))
        assert send(phone, run_body(town.clock, SHELF.scenarios[scenario]), ids[-1]).status_code == 201
    wish = {"role": "front_desk", "site_type": "school", "runs": ids}
    code: str = phone.post("/api/practice/certificates", json=wish, headers=HEADERS).get_json()["code"]
    return code


def reminder(town: Town) -> str:
    """The path of a link by which an address says that it wants its reminder."""
    with town.store.transaction() as db:
        db.execute("UPDATE certificates SET reminder_email = 'a@b.example', confirm_hash = ?", (token_hash("a link"),))
    return "/certificate/reminder/a%20link"


def classroom(town: Town) -> list[str]:
    """Classes with trainees at different places; the paths of their pages."""
    pages = []
    for kind in ("class", "tabletop"):
        made = open_class(town, kind=kind, title="A class of ours")
        first, second = trainee(town, made, "Rosa"), trainee(town, made, "Ben")
        send(first, run_body(town.clock))
        send(second, wrong_body(town.clock))
        trainer, page = town.browser(TRAINER), f"/trainer/classes/{made.id}"
        press(trainer, page, {"text": "A thing to do", "owner": "Ben", "due_on": "2026-12-01"}, to=f"{page}/action")
        press(trainer, page, {"text": "A note of counsel"}, to=f"{page}/note")
        pages += [page, f"{page}/code"]
    assignment = {"scenario": "school-pupil-immigration-court", "sites": [town.site_id(SCHOOL)],
                  "from_on": "2026-11-20", "due_on": "2026-11-23"}  # fmt: skip
    trainer = town.browser(TRAINER)
    token = form_token(trainer.get("/trainer").get_data(as_text=True))
    assert trainer.post("/trainer/assignments", data={"csrf_token": token, **assignment}).status_code == 303
    return pages


def draft(town: Town, origin: str) -> str:
    """The path of a draft."""
    answer = press(town.browser(TRAINER), "/trainer/scenarios", {"origin": origin})
    return str(answer.headers["Location"])
