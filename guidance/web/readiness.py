"""How ready sites are: for the committee, for supervisors their own sites, for trainers those they train."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, abort, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from guidance.people.scope import ready_sites, supervised, supervises
from guidance.practice import readiness as rules
from guidance.store import people
from guidance.web.access import for_person
from guidance.web.context import parts
from guidance.web.forms import keep_stale_forms, problems, submitted
from guidance.web.paging import page_number
from guidance.web.practice_forms import StaffForm
from guidance.web.practice_words import SITE_TYPE_WORDS, seconds_words

blueprint = Blueprint("readiness", __name__, url_prefix="/readiness")
keep_stale_forms(blueprint)

SITES = 50  # on one page


@blueprint.get("")
@for_person("supervisor", "committee", "trainer")
def show() -> ResponseReturnValue:
    """Every site that the person sees, one row each."""
    return _page([])


@blueprint.post("/sites/<uuid:site_id>")
@for_person("supervisor")
def staff(site_id: UUID) -> ResponseReturnValue:
    """Say how many people work at a site's desk; empty for not known."""
    here, form = parts(), StaffForm()
    if not submitted(form):
        return _page(problems(form), {str(site_id): str((form.staff.raw_data or [""])[0])})
    with here.store.transaction() as db:
        site = people.site(db, str(site_id))
        if site is None or not supervises(g.person, site.id, site.agency_id):
            abort(404)
        rules.set_staff(db, here.clock.now(), g.person, site, form.staff.data)
    return redirect("/readiness", 303)


def _page(refused: list[str], typed: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """The list; `typed` is what was refused, by the id of its site."""
    here = parts()
    with here.store.reader() as db:
        every = people.sites(db)
        ready = ready_sites(g.person, every)
        last = max(1, -(-len(ready) // SITES))
        page = min(page_number(request.args.get("page", "")), last)
        shown = ready[SITES * (page - 1) : SITES * page]
        rows = rules.gather(db, here.clock.now(), shown, here.ground, here.settings.proof_days)
        own = {site.id for site in supervised(g.person, every)}
    html = render_template(
        "readiness.html",
        rows=rows,
        page=page,
        last=last,
        own=own,
        site_types=SITE_TYPE_WORDS,
        seconds_words=seconds_words,
        problems=refused,
        typed=typed or {},
        person=g.person,
    )
    return make_response(html, 400 if refused else 200)
