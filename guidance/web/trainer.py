"""A trainer's start page: classes, what is assigned to sites, results and drafts, each one click away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, abort, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from guidance.people.scope import trained_agencies, trained_sites
from guidance.practice import assignments, classes
from guidance.practice.classes import NotDone
from guidance.practice.scenario import Scenario
from guidance.store import people, practice_assignments, practice_classes, practice_runs
from guidance.store.practice_runs import Tally, Within
from guidance.web import content
from guidance.web.access import for_person
from guidance.web.context import parts
from guidance.web.forms import ConfirmForm, keep_stale_forms, problems, submitted
from guidance.web.gettext import said
from guidance.web.paging import page_number
from guidance.web.practice_forms import AssignForm, ClassForm
from guidance.web.practice_words import SITE_TYPE_WORDS
from guidance.web.trainer_class import class_code

blueprint = Blueprint("trainer", __name__, url_prefix="/trainer")
keep_stale_forms(blueprint)


# How many classes and assignments a page shows.
LISTED = 50


@dataclass(frozen=True)
class Line:
    """A scenario and how often it was run, within what the trainer sees. Runs of nobody stand apart."""

    scenario: Scenario
    tally: Tally


@blueprint.get("")
@for_person("trainer")
def show() -> ResponseReturnValue:
    """Everything of a trainer."""
    return _page()


@blueprint.post("/classes")
@for_person("trainer")
def open_class() -> ResponseReturnValue:
    """Open a class or tabletop and show its code."""
    here, form = parts(), _class_form()
    if not submitted(form):
        return _page(form)
    with here.store.transaction() as db:
        made = classes.make_class(
            db, here.clock.now(), g.person, str(form.title.data).strip(), str(form.kind.data), form.in_order()
        )
        classes.make_code(db, here.clock.now(), here.keys.secret, made, g.person.id)
    return redirect(f"/trainer/classes/{made.id}", 303)


@blueprint.post("/assignments")
@for_person("trainer")
def assign() -> ResponseReturnValue:
    """Assign a scenario to sites."""
    here, form = parts(), _assign_form()
    if not submitted(form):
        return _page(form)
    scenario = content.scenario(here.scenarios.scenarios[str(form.scenario.data)])
    try:
        with here.store.transaction() as db:
            assignments.assign(
                db, here.clock.now(), g.person, scenario, form.sites.data, form.from_on.data, form.due_on.data
            )
    except NotDone as refusal:
        form.form_errors = [said(refusal)]
        return _page(form)
    return redirect("/trainer#assigned", 303)


@blueprint.post("/assignments/<uuid:assignment_id>/withdraw")
@for_person("trainer")
def withdraw(assignment_id: UUID) -> ResponseReturnValue:
    """Take an assignment back."""
    here, form = parts(), ConfirmForm()
    if not submitted(form):
        return _page(form)
    with here.store.transaction() as db:
        found = practice_assignments.find_assignment(db, str(assignment_id))
        if found is None or not assignments.may_withdraw(g.person, found):
            abort(404)
        assignments.withdraw(db, here.clock.now(), g.person, found)
    return redirect("/trainer#assigned", 303)


def _class_form() -> ClassForm:
    form = ClassForm()
    form.scenarios.choices = list(parts().scenarios.scenarios)
    return form


def _assign_form() -> AssignForm:
    here = parts()
    with here.store.reader() as db:
        sites = trained_sites(g.person, people.sites(db))
    today = here.today()
    form = AssignForm(data={"from_on": today, "due_on": today + timedelta(days=14)})
    form.scenario.choices = list(here.scenarios.scenarios)
    form.sites.choices = [site.id for site in sites]
    return form


def _page(refused: FlaskForm | None = None) -> ResponseReturnValue:
    here = parts()
    pages = {name: page_number(request.args.get(name, "")) for name in ("classes", "assigned")}
    with here.store.reader() as db:
        led = classes.led_by(db, g.person, offset=LISTED * (pages["classes"] - 1), limit=LISTED)
        led_in_all, running = practice_classes.count_classes(db, trained_agencies(g.person), g.person.id)
        offset = LISTED * (pages["assigned"] - 1)
        assigned, assigned_in_all = assignments.standing(db, here.today(), g.person, offset=offset, limit=LISTED)
        sites = trained_sites(g.person, people.sites(db))
        within = Within(agencies=trained_agencies(g.person), trainer_id=g.person.id)
        tallies = practice_runs.tallies(db, within)
    shelf = content.scenarios()
    html = render_template(
        "trainer/home.html",
        classes=led,
        assigned=assigned,
        sites=sites,
        tallies=[Line(each, tallies.get(each.id, Tally())) for each in shelf.scenarios.values()],
        totals={"classes": led_in_all, "running": running, "assigned": assigned_in_all},
        pages=pages,
        last={"classes": -(-led_in_all // LISTED), "assigned": -(-assigned_in_all // LISTED)},
        scenarios=shelf,
        site_types=SITE_TYPE_WORDS,
        class_form=refused if isinstance(refused, ClassForm) else _class_form(),
        assign_form=refused if isinstance(refused, AssignForm) else _assign_form(),
        refused=type(refused).__name__ if refused else "",
        problems=problems(refused) if refused else [],
        show_code=class_code,
        today=here.today().isoformat(),
        person=g.person,
    )
    return make_response(html, 400 if refused else 200)
