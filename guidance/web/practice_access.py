"""Who practises on this request: a trainee by the class cookie, a phone by its enrolment, both or neither."""

from __future__ import annotations

from uuid import UUID

from flask import abort, request
from sqlite_utils import Database

from guidance.practice import classes
from guidance.practice.runs import Walker
from guidance.store import practice_classes
from guidance.store.people import Person
from guidance.store.practice_classes import ClassId, ClassRow, Participant
from guidance.web import cookies
from guidance.web.access import current_device
from guidance.web.context import parts


def current_trainee() -> tuple[Participant, ClassRow] | None:
    """The trainee who sends this request and the class, which may have ended; None for anyone else."""
    here = parts()
    token = cookies.class_token(request, here.settings)
    if not token:
        return None
    with here.store.reader() as db:
        return classes.participant_of(db, token)


def current_walker() -> Walker:
    """Who sends a practice run."""
    trainee, device = current_trainee(), current_device()
    return Walker(trainee[0] if trainee else None, device.id if device else None, device.site_id if device else None)


def class_in_sight(db: Database, person: Person, class_id: UUID) -> ClassRow:
    """A class that exists for a trainer; 404 for any other."""
    found = practice_classes.find_class(db, ClassId(class_id))
    if found is None or not classes.may_lead(person, found):
        abort(404)
    return found
