"""Practice runs for other programs: CSV that a spreadsheet can open without harm, and xAPI 1.0.3 statements."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from guidance.city_time import with_offset
from guidance.clock import from_text, to_text
from guidance.practice.compare import asked
from guidance.practice.load import ScenarioShelf
from guidance.practice.scenario import Scenario
from guidance.protocol.model import Answer, Interrupt, Protocol
from guidance.protocol.model import Step as ProtocolStep
from guidance.protocol.replay import Walked, replay
from guidance.store.practice_runs import ListedRun, RunRow

COLUMNS = (
    "run", "received_at", "scenario", "title", "class", "participant", "site", "site_type", "outcome", "passed",
    "seconds_to_outcome", "seconds_to_alert", "answers",
    "received_local",
)  # fmt: skip
FEW = "fewer than 5"
# Different ways through a protocol that one export remembers; then it begins anew.
MOST_REMEMBERED = 2000
VERB = "http://adlnet.gov/expapi/verbs/"
ACTIVITY = "http://adlnet.gov/expapi/activities/"


@dataclass(frozen=True)
class Source:
    """What turns runs into words: scenarios, protocol versions, the address that ids are made from, the city's time
    zone, and the sites that enough people practised at to be named."""

    shelf: ScenarioShelf
    find_protocol: Callable[[str], Protocol | None]
    base_url: str
    zone: tzinfo
    named_sites: Collection[str] = frozenset()


@dataclass(frozen=True)
class Step:
    """An answer that stood: its place in the trail, the step, the answer, and everything that could be answered."""

    index: int
    place: str
    answer: Answer | Interrupt
    choices: Mapping[str, str]


class Writer:
    """Writes runs one by one. What runs have in common is worked out once and remembered, up to a limit."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._standing: dict[tuple[object, ...], tuple[Step, ...]] = {}
        self._answered: dict[tuple[str, str, str, str], dict[str, Any]] = {}

    def csv_head(self) -> str:
        """The first row (RFC 4180)."""
        return _csv_line(COLUMNS)

    def csv_row(self, listed: ListedRun) -> str:
        """One run as a row."""
        run, scenario = listed.run, self._source.shelf.get(listed.run.scenario_id)
        trail = json.loads(run.body)["trail"]
        answers = " ".join(f"{step.place}:{step.answer.id}" for step in self._steps(run, trail))
        site = listed.site_name if not run.site_id or run.site_id in self._source.named_sites else FEW
        values = (
            run.id, run.received_at, run.scenario_id, scenario.title if scenario else "", listed.class_title,
            listed.nickname, site, run.site_type, run.outcome, "yes" if run.passed else "no", run.seconds_to_outcome,
            run.seconds_to_alert, answers, with_offset(from_text(run.received_at), self._source.zone),
        )  # fmt: skip
        return _csv_line([safe_cell(value) for value in values])

    def statements(self, listed: ListedRun) -> Iterator[dict[str, Any]]:
        """One run as xAPI statements: one for each answer that stood, and one for how the run ended."""
        source, run = self._source, listed.run
        scenario = source.shelf.get(run.scenario_id)
        protocol = source.find_protocol(run.protocol_hash)
        if scenario is None or protocol is None:
            return
        body = json.loads(run.body)
        context = _context(listed, source, body["locale"])
        of_step = {**context, "contextActivities": {
            **context["contextActivities"], "parent": [{"id": _activity(source, scenario)}]}}  # fmt: skip
        for number, step in enumerate(self._steps(run, body["trail"])):
            at = body["trail"][step.index].get("at") or body["finished_at"]
            frame = _frame(listed, source, f"step {number}", at)
            yield {**frame, **self._answer(scenario, protocol, step), "context": of_step}
        yield {**_frame(listed, source, "end", body["finished_at"]), **_ended(run, source, scenario, body),
               "context": context}  # fmt: skip

    def _steps(self, run: RunRow, trail: list[Any]) -> tuple[Step, ...]:
        key = (run.protocol_hash, run.site_type, *((entry.get("step"), entry.get("answer")) for entry in trail))
        found = self._standing.get(key)
        if found is None:
            if len(self._standing) >= MOST_REMEMBERED:
                self._standing.clear()
            found = self._standing[key] = self._walk(run, trail)
        return found

    def _walk(self, run: RunRow, trail: list[Any]) -> tuple[Step, ...]:
        protocol = self._source.find_protocol(run.protocol_hash)
        if protocol is None:
            return ()
        standing = replay(protocol, trail, run.site_type or None).standing
        return tuple(
            Step(walked.index, walked.place.id, walked.answer, _choices(walked)) for walked in standing if walked.answer
        )

    def _answer(self, scenario: Scenario, protocol: Protocol, step: Step) -> dict[str, Any]:
        key = (scenario.id, protocol.hash, step.place, step.answer.id)
        found = self._answered.get(key)
        if found is None:
            found = self._answered[key] = _answered(self._source, scenario, protocol, step)
        return found


def _csv_line(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def safe_cell(value: object) -> str:
    """A value that no spreadsheet takes for a formula (OWASP, CSV injection): such a text gets an apostrophe first."""
    text = "" if value is None else str(value)
    bare = text.lstrip()
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") or bare[:1] in ("=", "+", "-", "@", "|", "%") else text


def _choices(walked: Walked) -> dict[str, str]:
    """What could be answered there, by id, the given answer among it."""
    offered: tuple[Answer | Interrupt, ...] = walked.place.answers if isinstance(walked.place, ProtocolStep) else ()
    given = (walked.answer,) if walked.answer else ()
    return {one.id: one.text for one in (*offered, *given)}


def _answered(source: Source, scenario: Scenario, protocol: Protocol, found: Step) -> dict[str, Any]:
    step, answer, known = found.place, found.answer, found.choices
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


def _ended(run: RunRow, source: Source, scenario: Scenario, body: Mapping[str, Any]) -> dict[str, Any]:
    word = "passed" if run.passed else "failed"
    spent = from_text(body["finished_at"]) - from_text(body["started_at"])
    result: dict[str, Any] = {"success": bool(run.passed), "completion": bool(run.outcome)}
    if run.outcome:
        result["response"] = run.outcome
    if spent.total_seconds() >= 0:
        result["duration"] = f"PT{spent.total_seconds():.2f}S"
    return {
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


def _context(each: ListedRun, source: Source, locale: str) -> dict[str, Any]:
    around: dict[str, Any] = {"category": [{"id": f"{source.base_url}/practice"}]}
    if each.run.class_id:
        around["grouping"] = [{"id": f"{source.base_url}/trainer/classes/{each.run.class_id}"}]
    return {"registration": each.run.id, "platform": "Guidance", "language": locale, "contextActivities": around}


def _activity(source: Source, scenario: Scenario) -> str:
    return f"{source.base_url}/practice/scenarios/{scenario.id}"
