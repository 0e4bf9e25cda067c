"""A trainee comes into a practice class by its code: scanned as a QR code, or typed. No account, only a nickname."""

from __future__ import annotations

import threading
import time

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from guidance.people import join as tries
from guidance.practice import classes
from guidance.practice.classes import NotDone
from guidance.store.practice_classes import ClassRow
from guidance.web import cookies, locale
from guidance.web.access import open_to_all
from guidance.web.context import parts
from guidance.web.forms import keep_stale_forms, problems, submitted
from guidance.web.gettext import _, said
from guidance.web.practice_access import current_trainee
from guidance.web.practice_forms import NickForm

blueprint = Blueprint("practice_join", __name__, url_prefix="/practice")
keep_stale_forms(blueprint)

PAUSE_SECONDS = 1.0
# However many wrong codes come at once, only so many threads of the web server wait for them.
PAUSES = threading.BoundedSemaphore(4)


@blueprint.route("/join", methods=["GET", "POST"])
@open_to_all
def ask() -> ResponseReturnValue:
    """Type the code and choose a name."""
    form = NickForm()
    if not submitted(form):
        return _page(form)
    found = _class(str(form.code.data))
    if found is None:
        form.code.errors = [_wrong()]
        return make_response(_page(form), 404)
    return _enter(form, found)


@blueprint.get("/join/<code>")
@open_to_all
def scanned(code: str) -> ResponseReturnValue:
    """The same page with the code filled in, for the QR code."""
    found = _class(code)
    form = NickForm(formdata=None, code=classes.show_code(classes.read_code(code) or "") if found else "")
    if found is None:
        form.code.errors = [_wrong()]
        return make_response(_page(form), 404)
    return _page(form, found)


def _enter(form: NickForm, found: ClassRow) -> ResponseReturnValue:
    here, trainee = parts(), current_trainee()
    present = trainee[0] if trainee and trainee[1].id == found.id else None
    try:
        with here.store.transaction() as db:
            _participant, token = classes.join(
                db, here.clock.now(), found, str(form.nickname.data), present, here.limits
            )
    except NotDone as refusal:
        form.nickname.errors = [said(refusal)]
        return make_response(_page(form, found), 400)
    response = make_response(redirect(f"/{locale.current()}/practice", 303))
    kept = token or cookies.class_token(request, here.settings) or ""
    cookies.set_class(response, here.settings, kept)
    return response


def _class(typed: str) -> ClassRow | None:
    """The open class of a code. A right code is never slowed; wrong ones count like those of sites, and then wait."""
    here = parts()
    now = here.clock.now()
    with here.store.reader() as db:
        found = classes.class_of(db, now, typed, here.settings.class_code_hours)
        slow = found is None and tries.slow(db, now)
    if found is None:
        with here.store.transaction() as db:
            tries.note_failure(db, now)
        if slow and PAUSES.acquire(blocking=False):
            try:
                time.sleep(PAUSE_SECONDS)
            finally:
                PAUSES.release()
    return found


def _page(form: NickForm, found: ClassRow | None = None) -> ResponseReturnValue:
    trainee = current_trainee()
    present = trainee[0] if trainee and found and trainee[1].id == found.id else None
    page = render_template("practice_join.html", form=form, found=found, present=present, problems=problems(form))
    return make_response(page, 400 if form.errors else 200)


def _wrong() -> str:
    return _("This code opens no class. It may be mistyped, or the class has ended. Ask your trainer.")
