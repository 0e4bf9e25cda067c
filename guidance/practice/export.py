"""Practice runs for other programs: CSV that a spreadsheet can open without harm, and xAPI 1.0.3 statements."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from guidance.city_time import with_offset
from guidance.clock import from_text, to_text
from guidance.practice.compare import asked
from guidance.practice.load import ScenarioShelf
from guidance.practice.scenario import Scenario
from guidance.practice.small_numbers import FEWEST
from guidance.protocol.model import Answer, Interrupt, Protocol, Step
from guidance.protocol.replay import Walked, replay
from guidance.store.practice_runs import ListedRun

COLUMNS = (
    "run", "received_at", "scenario", "title", "class", "participant", "site", "site_type", "outcome", "passed",
    "seconds_to_outcome", "seconds_to_alert", "answers",
    "received_local",
)  # fmt: skip
FEW = "fewer than 5"
VERB = "http://adlnet.gov/expapi/verbs/"
ACTIVITY = "http://adlnet.gov/expapi/activities/"


@dataclass(frozen=True)
class Source:
    """What turns runs into words: scenarios, protocol versions, the address that ids are made from, and the city's time
    zone."""

    shelf: ScenarioShelf
    find_protocol: Callable[[str], Protocol | None]
    base_url: str
    zone: tzinfo


def few_hidden(runs: Sequence[ListedRun]) -> list[ListedRun]:
    """The runs without the site's name where fewer than five people of that site practised."""
    people: dict[str, set[str]] = {}
    for each in runs:
        people.setdefault(each.run.site_id or "", set()).add(each.run.person)
    few = {site for site, found in people.items() if site and len(found) < FEWEST}
    return [
        ListedRun(each.run, each.nickname, each.class_title, FEW, each.agency_id) if each.run.site_id in few else each
        for each in runs
    ]


def to_csv(runs: Sequence[ListedRun], source: Source) -> str:
    """One row a run with a head (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in few_hidden(runs):
        writer.writerow([safe_cell(value) for value in _row(each, source)])
    return out.getvalue()


def safe_cell(value: object) -> str:
    """A value that no spreadsheet takes for a formula (OWASP, CSV injection): such a text gets an apostrophe first."""
    text = "" if value is None else str(value)
    bare = text.lstrip()
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") or bare[:1] in ("=", "+", "-", "@", "|", "%") else text


def to_statements(runs: Sequence[ListedRun], source: Source) -> list[dict[str, Any]]:
    """xAPI statements: one for each answer that stood, and one for how the run ended."""
    return [statement for each in runs for statement in _statements(each, source)]


def _row(each: ListedRun, source: Source) -> list[object]:
    run = each.run
    scenario = source.shelf.get(run.scenario_id)
    answers = " ".join(f"{walked.place.id}:{walked.answer.id}" for walked in _standing(each, source) if walked.answer)
    return [
        run.id, run.received_at, run.scenario_id, scenario.title if scenario else "", each.class_title, each.nickname,
        each.site_name, run.site_type, run.outcome, "yes" if run.passed else "no", run.seconds_to_outcome,
        run.seconds_to_alert, answers, with_offset(from_text(run.received_at), source.zone),
    ]  # fmt: skip


def _standing(each: ListedRun, source: Source) -> tuple[Walked, ...]:
    protocol = source.find_protocol(each.run.protocol_hash)
    if protocol is None:
        return ()
    return replay(protocol, json.loads(each.run.body)["trail"], each.run.site_type or None).standing


def _statements(each: ListedRun, source: Source) -> Iterator[dict[str, Any]]:
    scenario = source.shelf.get(each.run.scenario_id)
    protocol = source.find_protocol(each.run.protocol_hash)
    if scenario is None or protocol is None:
        return
    for number, walked in enumerate(_standing(each, source)):
        if walked.answer is not None:
            frame = _frame(each, source, f"step {number}", walked.at or _finished(each))
            told = _answered(source, scenario, protocol, walked.place.id, walked.answer, _choices(walked))
            yield {**frame, **told, "context": _context(each, source, scenario, parent=True)}
    yield _ended(each, source, scenario)


def _choices(walked: Walked) -> dict[str, str]:
    """What could be answered there, by id, the given answer among it."""
    offered: tuple[Answer | Interrupt, ...] = walked.place.answers if isinstance(walked.place, Step) else ()
    given = (walked.answer,) if walked.answer else ()
    return {one.id: one.text for one in (*offered, *given)}


def _answered(
    source: Source, scenario: Scenario, protocol: Protocol, step: str, answer: Answer | Interrupt, known: dict[str, str]
) -> dict[str, Any]:
    expected = dict(scenario.expected.path).get(step)
    definition = {
        "name": {"en": asked(protocol, step)},
        "type": ACTIVITY + "cmi.interaction",
        "interactionType": "choice",
        "choices": [{"id": id, "description": {"en": text}} for id, text in known.items()],
        **({"correctResponsesPattern": [expected]} if expected in known else {}),
    }
    result: dict[str, Any] = {"response": answer.id}
    if expected is not None:
        result["success"] = answer.id == expected
    id = f"{_activity(source, scenario)}/steps/{step}"
    return {
        "verb": {"id": VERB + "answered", "display": {"en": "answered"}},
        "object": {"objectType": "Activity", "id": id, "definition": definition},
        "result": result,
    }


def _ended(each: ListedRun, source: Source, scenario: Scenario) -> dict[str, Any]:
    run, word = each.run, "passed" if each.run.passed else "failed"
    spent = from_text(_finished(each)) - from_text(json.loads(run.body)["started_at"])
    result: dict[str, Any] = {"success": bool(run.passed), "completion": bool(run.outcome)}
    if run.outcome:
        result["response"] = run.outcome
    if spent.total_seconds() >= 0:
        result["duration"] = f"PT{spent.total_seconds():.2f}S"
    return {
        **_frame(each, source, "end", _finished(each)),
        "verb": {"id": VERB + word, "display": {"en": word}},
        "object": {
            "objectType": "Activity",
            "id": _activity(source, scenario),
            "definition": {
                "name": {"en": scenario.title},
                "description": {"en": scenario.summary},
                "type": ACTIVITY + "simulation",
            },
        },
        "result": result,
        "context": _context(each, source, scenario, parent=False),
    }


def _frame(each: ListedRun, source: Source, part: str, at: str) -> dict[str, Any]:
    """Id, actor and time. The same run gives the same ids, so that sending twice adds nothing to a record store."""
    run = each.run
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{source.base_url}/practice/{run.id}/{run.revision}/{part}")),
        "version": "1.0.3",
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": source.base_url, "name": run.participant_id or f"run-{run.id}"},
            **({"name": each.nickname} if each.nickname else {}),
        },
        "timestamp": to_text(from_text(at)),
    }


def _context(each: ListedRun, source: Source, scenario: Scenario, parent: bool) -> dict[str, Any]:
    around: dict[str, Any] = {"category": [{"id": f"{source.base_url}/practice"}]}
    if parent:
        around["parent"] = [{"id": _activity(source, scenario)}]
    if each.run.class_id:
        around["grouping"] = [{"id": f"{source.base_url}/trainer/classes/{each.run.class_id}"}]
    locale = json.loads(each.run.body)["locale"]
    return {"registration": each.run.id, "platform": "Guidance", "language": locale, "contextActivities": around}


def _finished(each: ListedRun) -> str:
    return str(json.loads(each.run.body)["finished_at"])


def _activity(source: Source, scenario: Scenario) -> str:
    return f"{source.base_url}/practice/scenarios/{scenario.id}"
