"""What people answered, scenario by scenario, and the same as CSV and xAPI. A trainer sees the own agencies' runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlite_utils import Database

from guidance.people.budget import require_practice_room
from guidance.people.scope import trained_agencies, trained_sites
from guidance.practice import classes, export
from guidance.practice.results import results
from guidance.protocol.model import Protocol
from guidance.store import people, practice_runs
from guidance.store.people import Person, Site
from guidance.store.practice_classes import ClassRow
from guidance.store.practice_runs import ListedRun, Within
from guidance.web import content
from guidance.web.access import for_person
from guidance.web.context import parts
from guidance.web.practice_words import seconds_words

blueprint = Blueprint("trainer_results", __name__, url_prefix="/trainer")


@blueprint.before_request
def keep_room() -> None:
    """Refuse exports while the last of the disk is kept for reports: a long read keeps the write-ahead log growing."""
    if request.path.endswith((".csv", ".json")):
        require_practice_room(parts().limits)


@blueprint.get("/results/<scenario_id>")
@for_person("trainer")
def show(scenario_id: str) -> ResponseReturnValue:
    """The results of one scenario: at each step how many answered what."""
    here = parts()
    written = here.scenarios.get(scenario_id)
    if written is None:
        abort(404)
    scenario, today = content.scenario(written), content.protocol(here.library.protocols[written.protocol])
    with here.store.reader() as db:
        within, led, sites = _asked(db, g.person, scenario_id)
        runs = [each.run for each in practice_runs.runs_within(db, within)]
        found = results(scenario, today, runs, _finder(db), of_site=within.site_id is not None)
    return render_template(
        "trainer/results.html",
        scenario=scenario,
        protocol=today,
        found=found,
        within=within,
        query=request.query_string.decode(),
        classes=[each for each in led if scenario_id in each.scenario_ids],
        sites=[site for site in sites if site.type == scenario.site_type],
        seconds_words=seconds_words,
        person=g.person,
    )


@blueprint.get("/export.csv")
@for_person("trainer")
def to_csv() -> Response:
    """Runs as CSV, one row each; the same filters as the results."""
    here = parts()
    with here.store.reader() as db:
        text = export.to_csv(_runs(db), _source(db))
    name = f"practice-{here.clock.now().date().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + text, mimetype="text/csv", headers=headers)


@blueprint.get("/xapi.json")
@for_person("trainer")
def to_xapi() -> Response:
    """The same runs as xAPI 1.0.3 statements."""
    with parts().store.reader() as db:
        statements = export.to_statements(_runs(db), _source(db))
    headers = {"Content-Disposition": 'attachment; filename="practice-xapi.json"'}
    body = json.dumps(statements, ensure_ascii=False, indent=1)
    return Response(body, mimetype="application/json", headers=headers)


def _runs(db: Database) -> list[ListedRun]:
    scenario_id = request.args.get("scenario") or None
    return practice_runs.runs_within(db, _asked(db, g.person, scenario_id)[0])


def _source(db: Database) -> export.Source:
    here = parts()
    return export.Source(here.scenarios, _finder(db), here.settings.base_url)


def _finder(db: Database) -> Callable[[str], Protocol | None]:
    shelf = parts().shelf
    return lambda content_hash: shelf.find(db, content_hash)


def _asked(db: Database, person: Person, scenario_id: str | None) -> tuple[Within, list[ClassRow], list[Site]]:
    """Which runs the address asks for, within what the trainer sees. A class or site of others is 404."""
    led, sites = classes.led_by(db, person), trained_sites(person, people.sites(db))
    within = Within(
        scenario_id=scenario_id,
        class_id=_one_of("class", {each.id for each in led}),
        site_id=_one_of("site", {site.id for site in sites}),
        from_on=_day("from"),
        until_on=_day("until"),
        agencies=trained_agencies(person),
        trainer_id=person.id,
    )
    return within, led, sites


def _one_of(name: str, known: set[str]) -> str | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        wanted = str(UUID(text))
    except ValueError:
        abort(404)
    if wanted not in known:
        abort(404)
    return wanted


def _day(name: str) -> str | None:
    try:
        return date.fromisoformat(request.args.get(name, "")).isoformat()
    except ValueError:
        return None
