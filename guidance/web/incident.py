"""One incident: its page, and what a person does there. Each act is a form that may be sent twice without harm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlite_utils import Database

from guidance.alert.plan import acknowledge_alert, close_alert
from guidance.clock import to_text
from guidance.incident import desk
from guidance.people.scope import may_see
from guidance.store import board, incidents
from guidance.store.board import BoardRow
from guidance.web.access import for_person
from guidance.web.board_rows import in_words
from guidance.web.board_words import who_words
from guidance.web.context import parts
from guidance.web.forms import CloseForm, ConfirmForm, NoteForm, problems, submitted
from guidance.web.gettext import said
from guidance.web.incident_page import gather

blueprint = Blueprint("incident", __name__, url_prefix="/incidents/<uuid:incident_id>")

# The same words by the same person within this time are one note, sent by a second press of the button.
SAME_NOTE = timedelta(seconds=30)


@blueprint.get("")
@for_person("committee", "supervisor")
def show(incident_id: UUID) -> ResponseReturnValue:
    """The incident, whole."""
    return _page(incident_id)


@blueprint.post("/acknowledge")
@for_person("committee", "supervisor")
def acknowledge(incident_id: UUID) -> ResponseReturnValue:
    """“I have it.” The first one wins; a later one is told who has it."""
    here, form = parts(), ConfirmForm()
    if not submitted(form):
        return _page(incident_id, form)
    now = here.clock.now()
    with here.store.transaction() as db:
        row = _visible(db, incident_id)
        if desk.acknowledge(db, now, row.id, g.person.id):
            acknowledge_alert(db, row.id, now)
        elif row.state == "acknowledged" and row.acknowledged_by != g.person.id:
            return _page(incident_id, taken=who_words(row.acknowledged_name, row.acknowledged_title))
    return _back(incident_id)


@blueprint.post("/note")
@for_person("committee", "supervisor")
def note(incident_id: UUID) -> ResponseReturnValue:
    """A note for the desk's phone, or for the record alone."""
    here, form = parts(), NoteForm()
    if not submitted(form):
        return _page(incident_id, form)
    now = here.clock.now()
    with here.store.transaction() as db:
        row = _visible(db, incident_id)
        words, audience = str(form.text.data).strip(), str(form.audience.data)
        if not _just_said(db, row.id, f"{audience}_note", words):
            try:
                desk.add_note(db, now, row.id, g.person.id, words, audience)
            except desk.NotAccepted as refusal:
                form.text.errors = [said(refusal)]
                return _page(incident_id, form)
    return _back(incident_id)


@blueprint.post("/close")
@for_person("committee", "supervisor")
def close(incident_id: UUID) -> ResponseReturnValue:
    """End the incident, with a reason."""
    here, form = parts(), CloseForm()
    if not submitted(form):
        return _page(incident_id, form)
    now = here.clock.now()
    with here.store.transaction() as db:
        row = _visible(db, incident_id)
        try:
            if desk.close(db, now, row.id, g.person.id, str(form.reason.data), str(form.text.data or "")):
                close_alert(db, row.id, now)
        except desk.NotAccepted as refusal:
            form.text.errors = [said(refusal)]
            return _page(incident_id, form)
    return _back(incident_id)


def _visible(db: Database, incident_id: UUID) -> BoardRow:
    row = board.incident(db, str(incident_id))
    if row is None or not may_see(g.person, row.site_id, row.agency_id, row.verified):
        abort(404)
    return row


def _just_said(db: Database, incident_id: str, kind: str, words: str) -> bool:
    now = parts().clock.now()
    within = (to_text(now - SAME_NOTE), to_text(now + SAME_NOTE))
    return incidents.was_just_said(db, incident_id, kind, g.person.id, words, within)


def _page(incident_id: UUID, refused: FlaskForm | None = None, taken: str = "") -> ResponseReturnValue:
    here = parts()
    with here.store.reader() as db:
        page = gather(db, here, _visible(db, incident_id), _before())
    forms: dict[str, Any] = {
        "note": refused if isinstance(refused, NoteForm) else NoteForm(formdata=None),
        "close": refused if isinstance(refused, CloseForm) else CloseForm(formdata=None),
    }
    html = render_template(
        "incident.html",
        page=page,
        summary=in_words(here, here.clock.now(), page.row),
        forms=forms,
        problems=problems(refused) if refused else [],
        taken=taken,
        person=g.person,
    )
    return make_response(html, 409 if taken else 400 if refused else 200)


def _before() -> int | None:
    """The event before which the timeline is to be shown, from the address; None for its end."""
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _back(incident_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("board.incident.show", incident_id=incident_id), 303)
