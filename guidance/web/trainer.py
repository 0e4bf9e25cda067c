"""A trainer's start page: classes, what is assigned to sites, results and drafts, each one click away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, abort, g, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from guidance.people.scope import trained_agencies, trained_sites
from guidance.practice import assignments, classes
from guidance.practice.classes import NotDone
from guidance.practice.scenario import Scenario
from guidance.store import people, practice_classes, practice_runs
from guidance.store.practice_runs import Within
from guidance.web import content
from guidance.web.access import for_person
from guidance.web.context import parts
from guidance.web.forms import ConfirmForm, keep_stale_forms, problems, submitted
from guidance.web.gettext import said
from guidance.web.practice_forms import AssignForm, ClassForm
from guidance.web.practice_words import SITE_TYPE_WORDS
from guidance.web.trainer_class import class_code

blueprint = Blueprint("trainer", __name__, url_prefix="/trainer")
keep_stale_forms(blueprint)


@dataclass(frozen=True)
class Tally:
    """A scenario and how often it was run, within what the trainer sees."""

    scenario: Scenario
    runs: int
    passed: int


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
        found = practice_classes.find_assignment(db, str(assignment_id))
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
    today = here.clock.now().date()
    form = AssignForm(data={"from_on": today, "due_on": today + timedelta(days=14)})
    form.scenario.choices = list(here.scenarios.scenarios)
    form.sites.choices = [site.id for site in sites]
    return form


def _page(refused: FlaskForm | None = None) -> ResponseReturnValue:
    here = parts()
    now = here.clock.now()
    with here.store.reader() as db:
        led = classes.led_by(db, g.person)
        assigned = assignments.standing(db, now, g.person)
        sites = trained_sites(g.person, people.sites(db))
        within = Within(agencies=trained_agencies(g.person), trainer_id=g.person.id)
        runs = practice_runs.runs_within(db, within)
    made: dict[str, list[int]] = {}
    for each in runs:
        made.setdefault(each.run.scenario_id, []).append(each.run.passed)
    shelf = content.scenarios()
    tallies = [Tally(each, len(made.get(each.id, [])), sum(made.get(each.id, []))) for each in shelf.scenarios.values()]
    html = render_template(
        "trainer/home.html",
        classes=led,
        assigned=assigned,
        sites=sites,
        tallies=tallies,
        scenarios=shelf,
        site_types=SITE_TYPE_WORDS,
        class_form=refused if isinstance(refused, ClassForm) else _class_form(),
        assign_form=refused if isinstance(refused, AssignForm) else _assign_form(),
        refused=type(refused).__name__ if refused else "",
        problems=problems(refused) if refused else [],
        show_code=class_code,
        today=now.date().isoformat(),
        person=g.person,
    )
    return make_response(html, 400 if refused else 200)
