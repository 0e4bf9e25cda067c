"""A class for tests: a trainer's browser, trainees' phones."""

from __future__ import annotations

from uuid import UUID

from flask.testing import FlaskClient

from guidance.practice.classes import ClassId
from guidance.store import practice_classes
from guidance.store.practice_classes import ClassRow
from tests.people.town import Town, form_token, press

TRAINER, SCHOOL_TRAINER = "training@city.example", "training@schools.city.example"
SCENARIOS = ("school-pupil-immigration-court", "school-staff-stairs")


def open_class(
    town: Town, who: str = TRAINER, kind: str = "class", scenarios: tuple[str, ...] = SCENARIOS, title: str = "Morning"
) -> ClassRow:
    """Open a class over the page and return it."""
    trainer = town.browser(who)
    token = form_token(trainer.get("/trainer").get_data(as_text=True))
    fields = {
        "csrf_token": token,
        "title": title,
        "kind": kind,
        "scenarios": sorted(scenarios),
        "order": " ".join(scenarios),
    }
    answer = trainer.post("/trainer/classes", data=fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    return class_row(town, answer.headers["Location"].rpartition("/")[2])


def class_row(town: Town, class_id: str) -> ClassRow:
    """A class as it is kept."""
    with town.store.reader() as db:
        found = practice_classes.find_class(db, ClassId(UUID(class_id)))
    assert found is not None
    return found


def trainee(town: Town, into: ClassRow, nickname: str, client: FlaskClient | None = None) -> FlaskClient:
    """A phone that has joined a class."""
    phone = client or town.browser()
    answer = press(phone, "/practice/join", {"code": town.class_code(into).lower(), "nickname": nickname})
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    return phone
