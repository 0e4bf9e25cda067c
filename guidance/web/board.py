"""The board: the list of incidents, as a page and as JSON, and whether a committee member is on duty."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from guidance.clock import to_text
from guidance.people.scope import supervised
from guidance.store import log, people, subscriptions
from guidance.web import incident
from guidance.web.access import for_person
from guidance.web.board_rows import TABS, gather, turned, wish
from guidance.web.context import parts
from guidance.web.forms import ConfirmForm, DutyForm, keep_stale_forms, submitted
from guidance.web.gettext import said

blueprint = Blueprint("board", __name__, url_prefix="/board")
blueprint.register_blueprint(incident.blueprint)
keep_stale_forms(blueprint)
blueprint.add_app_template_global(said)


@blueprint.get("")
@for_person("committee", "supervisor")
def show() -> str:
    """The list of incidents that the person may see."""
    here = parts()
    with here.store.reader() as db:
        listed = gather(db, here, g.person, wish(request.args))
        sites = supervised(g.person, people.sites(db))
        losses = subscriptions.losses(db, g.person.id)
    return render_template(
        "board.html", board=listed, tabs=tuple(TABS), turned=turned, person=g.person, sites=sites, losses=losses
    )


@blueprint.get("/incidents.json")
@for_person("committee", "supervisor", live=True)
def rows() -> Response:
    """The same list as data, for the page that is open. Its form token keeps the page's buttons fresh."""
    here = parts()
    with here.store.reader() as db:
        listed = gather(db, here, g.person, wish(request.args))
    return jsonify(
        {
            "rows": listed.rows,
            "counts": listed.counts,
            "last_event": listed.last_event,
            "more": {"verified": listed.more, "unverified": listed.more_unverified},
            "next": listed.next_page.address("/board/incidents.json") if listed.following else None,
            "waiting": listed.waiting,
            "form_token": generate_csrf(),
        }
    )


@blueprint.post("/alerts-seen")
@for_person("committee", "supervisor")
def alerts_seen() -> ResponseReturnValue:
    """The person knows that alerts stopped on one of their browsers."""
    if submitted(ConfirmForm()):
        with parts().store.transaction() as db:
            subscriptions.forget_losses(db, g.person.id)
    return redirect("/board", 303)


@blueprint.post("/duty")
@for_person("committee")
def duty() -> ResponseReturnValue:
    """Go on duty or off duty: whether the first tier of alerts reaches this person."""
    here, form = parts(), DutyForm()
    if submitted(form):
        on_duty = bool(form.on_duty.data)
        now = here.clock.now()
        with here.store.transaction() as db:
            people.set_on_duty(db, g.person.id, on_duty)
            log.add_entry(
                db,
                to_text(now),
                f"person:{g.person.id}",
                "person.on_duty" if on_duty else "person.off_duty",
                g.person.id,
            )
    return redirect("/board", 303)
