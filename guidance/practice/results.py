"""What runs of a scenario show, step by step: how many answered what, and where that differs from the expected way.

The first answer at each step counts: it is what people would have done. Pure.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from guidance.practice.compare import asked, choice
from guidance.practice.scenario import Scenario
from guidance.practice.small_numbers import FEWEST, shown, shown_parts
from guidance.protocol.model import Protocol
from guidance.protocol.replay import replay
from guidance.store.practice_runs import RunRow

FindProtocol = Callable[[str], Protocol | None]


@dataclass(frozen=True)
class AnswerCount:
    """How many people gave an answer first; None (both numbers) when that is hidden."""

    answer: str
    text: str
    people: int | None
    percent: int | None
    expected: bool


@dataclass(frozen=True)
class StepResult:
    """One step. `people` is how many came by; `off` says that the expected way does not come by here,
    `differs` that most people answered otherwise than expected or should not have been here."""

    step: str
    ask: str
    people: int | None
    answers: tuple[AnswerCount, ...]
    off: bool
    differs: bool


@dataclass(frozen=True)
class ScenarioResult:
    """What a choice of runs shows. `hidden` says that they are too few to show anything of a site."""

    runs: int | None
    people: int | None
    passed_percent: int | None
    seconds_to_outcome: float | None
    seconds_to_alert: float | None
    steps: tuple[StepResult, ...]
    hidden: bool


def results(
    scenario: Scenario, today: Protocol, runs: Sequence[RunRow], find: FindProtocol, of_site: bool
) -> ScenarioResult:
    """The results of these runs; numbers that speak of fewer than five people are hidden when they are `of_site`."""
    people = len({run.person for run in runs})
    if of_site and people < FEWEST:
        return ScenarioResult(None, None, None, None, None, (), True)
    right = [run for run in runs if run.outcome == scenario.expected.outcome]
    return ScenarioResult(
        runs=len(runs),
        people=people,
        passed_percent=_percent(sum(run.passed for run in runs), len(runs)),
        seconds_to_outcome=median((run.seconds_to_outcome for run in right), of_site),
        seconds_to_alert=median((run.seconds_to_alert for run in runs), of_site),
        steps=_steps(scenario, today, _first_answers(scenario, runs, find), of_site),
        hidden=False,
    )


def median(values: Iterable[float | None], of_site: bool = True) -> float | None:
    """The middle of the values that are there; None without any, or with fewer than five of a site."""
    found = [value for value in values if value is not None]
    if not found or (of_site and len(found) < FEWEST):
        return None
    return float(statistics.median(found))


def _first_answers(scenario: Scenario, runs: Sequence[RunRow], find: FindProtocol) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    firsts: dict[tuple[object, ...], dict[str, str]] = {}  # many walk the same way
    for run in runs:
        trail = json.loads(run.body)["trail"]
        way = (run.protocol_hash, *((entry.get("step"), entry.get("answer")) for entry in trail))
        if way not in firsts:
            firsts[way] = _first_of(find(run.protocol_hash), trail, scenario.site_type)
        for step, answer in firsts[way].items():
            at = counts.setdefault(step, {})
            at[answer] = at.get(answer, 0) + 1
    return counts


def _first_of(protocol: Protocol | None, trail: Sequence[object], site_type: str) -> dict[str, str]:
    """The first answer at each step of a walk; none on a version that is not known."""
    first: dict[str, str] = {}
    for walked in replay(protocol, trail, site_type).walked if protocol else ():
        if walked.answer is not None:
            first.setdefault(walked.place.id, walked.answer.id)
    return first


def _steps(
    scenario: Scenario, protocol: Protocol, counts: dict[str, dict[str, int]], of_site: bool
) -> tuple[StepResult, ...]:
    path = dict(scenario.expected.path)
    order = {id: place for place, id in enumerate((*protocol.steps, *protocol.outcomes))}
    aside = sorted((id for id in counts if id not in path), key=lambda id: order.get(id, len(order)))
    wanted = [id for id in path if id in counts]
    return tuple(_step(protocol, id, path.get(id, ""), counts[id], of_site) for id in (*wanted, *aside))


def _step(protocol: Protocol, id: str, expected: str, given: dict[str, int], of_site: bool) -> StepResult:
    answers = sorted({*given, *([expected] if expected else [])}, key=lambda each: (-given.get(each, 0), each))
    numbers = [given.get(each, 0) for each in answers]
    total = sum(numbers)
    seen = shown_parts(numbers) if of_site else tuple(numbers)
    counted = tuple(
        AnswerCount(
            answer,
            choice(protocol, id, answer).text,
            number,
            None if number is None else _percent(number, total),
            answer == expected,
        )
        for answer, number in zip(answers, seen, strict=True)
    )
    differs = given.get(expected, 0) * 2 < total
    told = differs and (not of_site or total >= FEWEST)
    return StepResult(id, asked(protocol, id), shown(total) if of_site else total, counted, not expected, told)


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
