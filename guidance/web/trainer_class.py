"""One class: its code, its live board, and what a trainer does there. Each act is a form that may be sent twice."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from guidance.practice import class_board, classes
from guidance.practice.classes import NotDone
from guidance.practice.compare import asked
from guidance.store import practice_classes
from guidance.store.practice_classes import ClassRow
from guidance.web import content
from guidance.web.access import for_person
from guidance.web.context import parts
from guidance.web.forms import ConfirmForm, keep_stale_forms, problems, submitted
from guidance.web.gettext import _, ngettext, said
from guidance.web.practice_access import class_in_sight
from guidance.web.practice_forms import ActionForm, DoneForm, RevealForm, WriteForm
from guidance.web.sites import qr_code
from guidance.web.trainer_live import board_data

blueprint = Blueprint("trainer_class", __name__, url_prefix="/trainer/classes/<uuid:class_id>")
keep_stale_forms(blueprint)


@blueprint.get("")
@for_person("trainer")
def show(class_id: UUID) -> ResponseReturnValue:
    """The class, whole."""
    return _page(class_id)


@blueprint.get("/code")
@for_person("trainer")
def code(class_id: UUID) -> ResponseReturnValue:
    """The code, large, for a projector."""
    here = parts()
    with here.store.reader() as db:
        found = class_in_sight(db, g.person, class_id)
    shown = class_code(found)
    address = classes.join_address(here.settings, shown)
    return render_template(
        "trainer/code.html",
        found=found,
        code=shown,
        address=address,
        qr=qr_code(address),
        person=g.person,
    )


@blueprint.post("/reveal")
@for_person("trainer")
def reveal(class_id: UUID) -> ResponseReturnValue:
    """Show the next inject of a tabletop to all phones."""
    here, form = parts(), RevealForm()
    if not submitted(form):
        return _page(class_id, form)
    try:
        with here.store.transaction() as db:
            found = class_in_sight(db, g.person, class_id)
            classes.reveal(db, here.clock.now(), g.person, found, int(form.number.data or 0), here.scenarios)
    except NotDone as refusal:
        form.number.errors = [said(refusal)]
        return _page(class_id, form)
    return _back(class_id, "injects")


@blueprint.post("/note")
@for_person("trainer")
def note(class_id: UUID) -> ResponseReturnValue:
    """Write something down."""
    here, form = parts(), WriteForm()
    if not submitted(form):
        return _page(class_id, form)
    with here.store.transaction() as db:
        found = class_in_sight(db, g.person, class_id)
        classes.write(db, here.clock.now(), g.person, found, str(form.text.data).strip())
    return _back(class_id, "notes")


@blueprint.post("/action")
@for_person("trainer")
def action(class_id: UUID) -> ResponseReturnValue:
    """Agree on an action: what, who, by when."""
    here, form = parts(), ActionForm()
    if not submitted(form):
        return _page(class_id, form)
    due_on = form.due_on.data.isoformat() if form.due_on.data else ""
    with here.store.transaction() as db:
        found = class_in_sight(db, g.person, class_id)
        words, owner = str(form.text.data).strip(), str(form.owner.data).strip()
        classes.write(db, here.clock.now(), g.person, found, words, owner, due_on)
    return _back(class_id, "actions")


@blueprint.post("/actions/<uuid:action_id>")
@for_person("trainer")
def done(class_id: UUID, action_id: UUID) -> ResponseReturnValue:
    """Say that an action is done, or not."""
    here, form = parts(), DoneForm()
    if not submitted(form):
        return _page(class_id, form)
    with here.store.transaction() as db:
        found = class_in_sight(db, g.person, class_id)
        classes.set_done(db, here.clock.now(), found, action_id, bool(form.done.data))
    return _back(class_id, "actions")


@blueprint.post("/end")
@for_person("trainer")
def end(class_id: UUID) -> ResponseReturnValue:
    """End the class and its code."""
    here, form = parts(), ConfirmForm()
    if not submitted(form):
        return _page(class_id, form)
    with here.store.transaction() as db:
        classes.end(db, here.clock.now(), g.person, class_in_sight(db, g.person, class_id))
    return _back(class_id)


@blueprint.post("/code")
@for_person("trainer")
def new_code(class_id: UUID) -> ResponseReturnValue:
    """Give the class a new code; the one before ends."""
    here, form = parts(), ConfirmForm()
    if not submitted(form):
        return _page(class_id, form)
    with here.store.transaction() as db:
        found = class_in_sight(db, g.person, class_id)
        classes.make_code(db, here.clock.now(), here.keys.secret, found, g.person.id)
    return _back(class_id)


def class_code(found: ClassRow) -> str:
    """The code that opens a class now, as people read it; empty when none does."""
    here = parts()
    code = classes.code_of(here.clock.now(), here.keys.secret, found, here.settings.class_code_hours)
    return classes.show_code(code) if code else ""


def _page(class_id: UUID, refused: FlaskForm | None = None) -> ResponseReturnValue:
    here, shelf = parts(), content.scenarios()
    with here.store.reader() as db:
        found = class_in_sight(db, g.person, class_id)
        board = class_board.gather(db, found, shelf, content.library())
        notes = practice_classes.notes(db, found.class_id)
    shown = class_code(found)
    address = classes.join_address(here.settings, shown)
    html = render_template(
        "trainer/class.html",
        found=found,
        scenarios=[shelf.get(each) for each in found.scenario_ids],
        board=board_data(board),
        shown=_shown(found),
        code=shown,
        address=address,
        qr=qr_code(address),
        notes=[each for each in notes if each.kind == "note"],
        actions=[each for each in notes if each.kind == "action"],
        note_form=refused if isinstance(refused, WriteForm) else WriteForm(formdata=None),
        action_form=refused if isinstance(refused, ActionForm) else ActionForm(formdata=None),
        problems=problems(refused) if refused else [],
        person=g.person,
    )
    return make_response(html, 400 if refused else 200)


def _shown(found: ClassRow) -> list[dict[str, str]]:
    """Every inject of a class with its place in words; the page marks those that phones show."""
    library = content.library()
    return [
        {
            "scenario": each.scenario.title,
            "text": each.inject.text,
            "when": _("at “%(step)s”", step=asked(library.protocols[each.scenario.protocol], each.inject.place))
            if each.inject.place
            else ngettext("after %(num)s second", "after %(num)s seconds", each.inject.seconds),
        }
        for each in classes.injects_in_order(found, content.scenarios())
    ]


def _back(class_id: UUID, part: str = "") -> ResponseReturnValue:
    return redirect(f"/trainer/classes/{class_id}" + (f"#{part}" if part else ""), 303)
