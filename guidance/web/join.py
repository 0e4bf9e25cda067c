"""A device joins a site: by the link in a QR code, or by typing its code inside the installed app."""

from __future__ import annotations

import threading
import time

from flask import Blueprint, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from guidance.people import join as rules
from guidance.people.tokens import read_code, show_code
from guidance.store import people
from guidance.store.people import Site
from guidance.web import cookies
from guidance.web.access import current_device, open_to_all
from guidance.web.context import parts
from guidance.web.forms import CodeForm, ConfirmForm, keep_stale_forms, problems, submitted
from guidance.web.gettext import _

blueprint = Blueprint("join", __name__)
keep_stale_forms(blueprint)

PAUSE_SECONDS = 1.0
# However many wrong codes come at once, only so many threads of the web server wait for them.
PAUSES = threading.BoundedSemaphore(4)


@blueprint.route("/join", methods=["GET", "POST"])
@open_to_all
def ask() -> ResponseReturnValue:
    """Type the code. On iOS the installed app keeps its own cookies, so it must be typed there."""
    form = CodeForm()
    if submitted(form):
        typed = str(form.code.data)
        if _site(typed) is not None:
            return redirect(f"/join/{read_code(typed)}", 303)
        form.code.errors = [_wrong()]
        return make_response(_ask_page(form), 404)
    return _ask_page(form)


@blueprint.route("/join/<code>", methods=["GET", "POST"])
@open_to_all
def confirm(code: str) -> ResponseReturnValue:
    """Say which site this phone joins; the button enrols it."""
    site, form = _site(code), ConfirmForm()
    if site is None:
        empty = CodeForm(formdata=None)
        empty.code.errors = [_wrong()]
        return make_response(_ask_page(empty), 404)
    if submitted(form):
        return _enrol(site, read_code(code) or "")
    present = current_device()
    with parts().store.reader() as db:
        from_site = people.site(db, present.site_id) if present else None
    return render_template(
        "join_confirm.html",
        site=site,
        code=show_code(read_code(code) or ""),
        present=from_site,
        problems=problems(form),
    )


@blueprint.get("/joined")
@open_to_all
def joined() -> ResponseReturnValue:
    """This phone belongs to a site now: what that means, and what to do next."""
    device = current_device()
    if device is None:
        return redirect("/join", 303)
    with parts().store.reader() as db:
        site = people.site(db, device.site_id)
    return render_template("joined.html", site=site, device=device)


def _ask_page(form: CodeForm) -> str:
    return render_template("join.html", form=form, problems=problems(form), device=current_device())


def _site(code: str) -> Site | None:
    """The site of a code. A right code is never slowed; a wrong one is counted, and after five it waits."""
    here = parts()
    now = here.clock.now()
    with here.store.reader() as db:
        site = rules.site_for(db, now, code)
        slow = site is None and rules.slow(db, now)
    if site is None:
        with here.store.transaction() as db:
            rules.note_failure(db, now)
        if slow and PAUSES.acquire(blocking=False):
            try:
                time.sleep(PAUSE_SECONDS)
            finally:
                PAUSES.release()
    return site


def _wrong() -> str:
    return _("This code does not work. It may be mistyped or older than a day. Ask your supervisor for a new one.")


def _enrol(site: Site, code: str) -> ResponseReturnValue:
    here = parts()
    now = here.clock.now()
    present = current_device()
    try:
        with here.store.transaction() as db:
            if present is None:
                rules.require_turn(db, now, here.settings, code)
            _device, token = rules.enrol(db, now, site, present, code)
    except rules.TooManyPhones:
        with here.store.transaction() as db:
            rules.note_limit(db, now, site, code)
        empty = CodeForm(formdata=None)
        empty.code.errors = [
            _("Too many phones joined with this code within an hour. Ask your supervisor for a new one.")
        ]
        return make_response(_ask_page(empty), 429)
    response = make_response(redirect("/joined", 303))
    cookies.set_device(response, here.settings, token)
    return response
