"""Signing in by a one-use link, and signing out. There are no passwords."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from guidance.people import sign_in as rules
from guidance.store import people
from guidance.store.people import Person
from guidance.web import cookies, locale
from guidance.web.access import current_person, open_to_all, safe_next
from guidance.web.context import parts
from guidance.web.forms import ConfirmForm, keep_stale_forms, problems, submitted

blueprint = Blueprint("sign_in", __name__)
keep_stale_forms(blueprint)

NEXT = "next"


@blueprint.get("/sign-in")
@open_to_all
def explain() -> str:
    """How to get a link; remembers where to go afterwards."""
    onward = safe_next(request.args.get("next"))
    if onward:
        session[NEXT] = onward
    return render_template("sign_in.html", person=current_person(), ended=bool(onward), kept=[])


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"])
@open_to_all
def use(token: str) -> ResponseReturnValue:
    """Looking at a link shows a button, so that the preview of a mail program does not use it up; the button does."""
    here, form = parts(), ConfirmForm()
    now = here.clock.now()
    if submitted(form):
        with here.store.transaction() as db:
            opened = rules.use_link(db, now, token, here.settings.sign_in_minutes)
        if opened is not None:
            return _enter(*opened)
    with here.store.reader() as db:
        state = rules.link_state(db, now, token, here.settings.sign_in_minutes)
    page = render_template("sign_in_confirm.html", state=state, problems=problems(form), minutes=_minutes())
    return make_response(page, 200 if state == "good" else 410)


@blueprint.post("/sign-out")
@open_to_all
def leave() -> ResponseReturnValue:
    """End the session, here and on the server, and this browser's alerts. Another site's page cannot: no form token."""
    if not submitted(ConfirmForm()):
        return redirect("/board", 303)
    here = parts()
    token = cookies.session_token(request, here.settings)
    if token:
        with here.store.transaction() as db:
            rules.sign_out(db, here.clock.now(), token)
    session.clear()
    response = make_response(redirect("/sign-in", 303))
    cookies.clear_session(response, here.settings)
    return response


def _enter(person: Person, token: str) -> ResponseReturnValue:
    here = parts()
    own = "/board" if person.has("committee", "supervisor") else "/trainer"
    onward = safe_next(session.get(NEXT)) or own
    earlier = cookies.session_token(request, here.settings)
    with here.store.transaction() as db:
        people.set_locale(db, person.id, locale.current())
        if earlier:
            rules.sign_in_again(db, here.clock.now(), person, earlier, token)
    session.clear()
    response = make_response(redirect(onward, 303))
    cookies.set_session(response, here.settings, token)
    return response


def _minutes() -> int:
    return parts().settings.sign_in_minutes
