"""What people answered, scenario by scenario, and the same as CSV and xAPI. A trainer sees the own agencies' runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from uuid import UUID

from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlite_utils import Database

from guidance.city_time import day_begins
from guidance.clock import to_text
from guidance.people.budget import require_practice_room
from guidance.people.scope import trained_agencies, trained_sites
from guidance.practice import classes, export
from guidance.practice.results import results
from guidance.practice.small_numbers import FEWEST
from guidance.protocol.model import Protocol
from guidance.store import people, practice_runs
from guidance.store.people import Person, Site
from guidance.store.practice_runs import ListedRun, RunMark, Within
from guidance.text import ascii_digits
from guidance.web import content
from guidance.web.access import for_person
from guidance.web.context import Parts, parts
from guidance.web.practice_access import class_in_sight
from guidance.web.practice_words import seconds_words
from guidance.web.streamed import download

blueprint = Blueprint("trainer_results", __name__, url_prefix="/trainer")


# The results of a scenario are those of its newest runs; an export has so many at most, and so many of nobody.
RESULT_RUNS, EXPORT_RUNS, EXPORT_OF_NOBODY = 500, 100_000, 10_000
BATCH = 50
MOST_CLASSES = 100


@blueprint.before_request
def keep_room() -> None:
    """Refuse exports while the last of the disk is kept for reports: a long read keeps the write-ahead log growing."""
    if request.path.endswith((".csv", ".json")):
        require_practice_room(parts().limits)


@blueprint.get("/results/<scenario_id>")
@for_person("trainer")
def show(scenario_id: str) -> ResponseReturnValue:
    """The results of one scenario: at each step how many answered what.

    Runs of no class and no site are shown apart, and by themselves where there are no others.
    """
    here = parts()
    written = here.scenarios.get(scenario_id)
    if written is None:
        abort(404)
    scenario, today = content.scenario(written), content.protocol(here.library.protocols[written.protocol])
    with here.store.reader() as db:
        within, sites = _asked(db, g.person, scenario_id)
        of_nobody, others = _whose(db, within)
        runs = practice_runs.runs_page(db, within, of_nobody=of_nobody, limit=RESULT_RUNS + 1)
        shown = [each.run for each in reversed(runs[:RESULT_RUNS])]
        found = results(scenario, today, shown, _finder(db), of_site=within.site_id is not None)
        led = classes.led_by(db, g.person, scenario_id=scenario_id, limit=MOST_CLASSES)
    return render_template(
        "trainer/results.html",
        scenario=scenario,
        protocol=today,
        found=found,
        newest_only=RESULT_RUNS if len(runs) > RESULT_RUNS else 0,
        of_nobody=of_nobody,
        others=others,
        within=within,
        query=request.query_string.decode("utf-8", "replace"),
        classes=led,
        sites=[site for site in sites if site.type == scenario.site_type],
        seconds_words=seconds_words,
        person=g.person,
    )


@blueprint.get("/export.csv")
@for_person("trainer")
def to_csv() -> Response:
    """Runs as CSV, one row each; the same filters as the results."""
    here = parts()
    runs, writer = _export()
    rows = (writer.csv_row(each) for each in runs)
    name = f"practice-{here.today().isoformat()}.csv"
    return download(chain(["\ufeff" + writer.csv_head()], rows), "text/csv", name)


@blueprint.get("/xapi.json")
@for_person("trainer")
def to_xapi() -> Response:
    """The same runs as xAPI 1.0.3 statements, one a line."""
    runs, writer = _export()
    return download(_json_lines(runs, writer), "application/json", "practice-xapi.json")


def _json_lines(runs: Iterator[ListedRun], writer: export.Writer) -> Iterator[str]:
    before = "[\n"
    for each in runs:
        for statement in writer.statements(each):
            yield before + json.dumps(statement, ensure_ascii=False)
            before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def _export() -> tuple[Iterator[ListedRun], export.Writer]:
    """The runs asked for, newest first, those of nobody last; read in batches while the answer is being sent."""
    here = parts()
    with here.store.reader() as db:
        within, _ = _asked(db, g.person, request.args.get("scenario") or None)
        named = practice_runs.sites_with_people(db, within, FEWEST)
    versions: dict[str, Protocol | None] = {}

    def find(content_hash: str) -> Protocol | None:
        if content_hash not in versions:
            with here.store.reader() as db:
                versions[content_hash] = here.shelf.find(db, content_hash)
        return versions[content_hash]

    writer = export.Writer(export.Source(here.scenarios, find, here.settings.base_url, here.settings.zone, named))
    kinds = ((False, EXPORT_RUNS), (True, EXPORT_OF_NOBODY))
    return _newest_first(here, within, kinds[1:] if request.args.get("who") == "nobody" else kinds), writer


def _newest_first(here: Parts, within: Within, kinds: Sequence[tuple[bool, int]]) -> Iterator[ListedRun]:
    for of_nobody, most in kinds:
        after: RunMark | None = None
        left = most
        while left:
            with here.store.reader() as db:
                batch = practice_runs.runs_page(db, within, of_nobody=of_nobody, after=after, limit=min(BATCH, left))
            yield from batch
            if len(batch) < min(BATCH, left):
                break
            after, left = (batch[-1].run.received_at, batch[-1].run.id), left - len(batch)


def _whose(db: Database, within: Within) -> tuple[bool, bool]:
    """Whether the results are those of runs of nobody, and whether there are also runs of the other kind."""
    has = {nobody: bool(practice_runs.runs_page(db, within, of_nobody=nobody, limit=1)) for nobody in (False, True)}
    of_nobody = request.args.get("who") == "nobody" or not has[False]
    return of_nobody and has[True], has[not of_nobody]


def _finder(db: Database) -> Callable[[str], Protocol | None]:
    shelf = parts().shelf
    return lambda content_hash: shelf.find(db, content_hash)


def _asked(db: Database, person: Person, scenario_id: str | None) -> tuple[Within, list[Site]]:
    """Which runs the address asks for, within what the trainer sees, and the trainer's sites.

    A class or site of others is 404.
    """
    sites = trained_sites(person, people.sites(db))
    class_id = request.args.get("class", "")
    from_on, until_on = _day("from"), _day("until")
    within = Within(
        scenario_id=scenario_id,
        class_id=class_in_sight(db, person, _uuid(class_id)).id if class_id else None,
        site_id=_one_of("site", {site.id for site in sites}),
        from_on=from_on.isoformat() if from_on else None,
        until_on=until_on.isoformat() if until_on else None,
        from_at=_begins(from_on),
        before_at=_begins(until_on + timedelta(days=1)) if until_on and until_on < date.max else None,
        agencies=trained_agencies(person),
        trainer_id=person.id,
    )
    return within, sites


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(404)


def _one_of(name: str, known: set[str]) -> str | None:
    text = request.args.get(name, "")
    if not text:
        return None
    wanted = str(_uuid(text))
    if wanted not in known:
        abort(404)
    return wanted


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(ascii_digits(request.args.get(name, "")))
    except ValueError:
        return None


def _begins(day: date | None) -> str | None:
    """The moment at which a day of the city begins, as rows hold it. Days too far off for that narrow nothing."""
    try:
        return to_text(day_begins(day, parts().settings.zone)) if day else None
    except (OverflowError, ValueError):
        return None
