"""The debrief that the phone computes without a network is the server's, whatever was walked."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from guidance.clock import to_text
from guidance.practice.debrief import Debrief, debrief
from guidance.practice.scenario import Scenario
from guidance.protocol.model import BACK, Protocol, offered
from tests.practice.shelf import START, protocol_of, run_of, shelf, walk

pytestmark = pytest.mark.browser

Way = tuple[tuple[str, str], ...]


def test_the_phones_debrief_is_the_servers_for_every_scenario_and_wrong_turn(phone: Page) -> None:
    phone.goto("/en/practice")
    count = 0
    for found in shelf().scenarios.values():
        tries = list(trails(found))
        told = phone.evaluate(DEBRIEF, [found.id, [json_run(found, *each) for each in tries]])
        for (trail, alerted, facts), mine in zip(tries, told, strict=True):
            assert mine == plain(debrief(found, protocol_of(found), run_of(found, trail, alerted, facts))), (
                found.id,
                trail,
            )
            count += 1
    assert count > 3000


DEBRIEF = """async ([id, runs]) => {
  const { scenarioOf } = await import("/static/js/practice-scenarios.js");
  const { debrief } = await import("/static/js/practice-debrief.js");
  const { scenario, protocol } = await scenarioOf(id);
  const told = runs.map((run) => debrief(scenario, protocol, run));
  return told.map((each) => ({ ...each, problem: each.problem !== null }));
}"""
Try = tuple[Any, bool, dict[str, object]]


def trails(found: Scenario) -> Iterator[Try]:
    """The expected way, every wrong turn on it (then on to some end), each also taken back, and broken trails."""
    protocol, path, chance = protocol_of(found), found.expected.path, random.Random(found.id)
    full: dict[str, object] = dict.fromkeys(found.expected.report, "unknown")
    yield walk(path), True, full
    yield walk(path, seconds=0.25), False, {}
    for index, (step, expected) in enumerate(path):
        for given, to in ways(protocol, step, found.site_type):
            if given == expected:
                continue
            astray = (*path[:index], (step, given))
            yield walk((*astray, *onward(protocol, to, found.site_type, chance))), chance.random() < 0.5, {}
            yield walk((*astray, (to, BACK), *path[index:])), True, {"officers_count": 0, "request": []}
        yield walk(path[:index]), True, full
        yield [*walk(path[:index]), {"step": step, "answer": "nothing", "at": 7}, {"step": "x"}], True, {}
    yield {"not": "a list"}, False, {}
    yield [None, 5, "x"], False, {}


def ways(protocol: Protocol, place: str, site_type: str) -> list[tuple[str, str]]:
    step = protocol.steps.get(place)
    answers = [(each.id, each.to) for each in offered(step, site_type)] if step else []
    return answers + [(each.id, each.to) for each in protocol.interrupts]


def onward(protocol: Protocol, place: str, site_type: str, chance: random.Random) -> Way:
    way: list[tuple[str, str]] = []
    while place in protocol.steps and len(way) < 40:
        given, to = chance.choice(ways(protocol, place, site_type)[: -len(protocol.interrupts)])
        way.append((place, given))
        place = to
    return tuple(way)


def json_run(found: Scenario, trail: Any, alerted: bool, facts: dict[str, object]) -> dict[str, Any]:
    protocol = protocol_of(found)
    return {
        "scenario": {"id": found.id, "hash": found.hash},
        "protocol": {"id": protocol.id, "hash": protocol.hash},
        "trail": trail,
        "started_at": to_text(START),
        "alerted_at": to_text(START + timedelta(seconds=40)) if alerted else None,
        "facts": facts,
    }


def plain(told: Debrief) -> dict[str, Any]:
    """The server's debrief in the phone's form."""

    def choice(found: Any) -> dict[str, str] | None:
        return None if found is None else {"answer": found.answer, "text": found.text}

    return {
        "rows": [
            {"step": row.step, "ask": row.ask, "expected": choice(row.expected), "mine": choice(row.mine),
             "same": row.same}
            for row in told.rows
        ],
        "decisions": [
            {
                "step": each.step, "ask": each.ask, "expected": choice(each.expected), "given": choice(each.given),
                "verdict": each.verdict, "put_right": each.put_right, "why": each.why,
                "sources": [source.title for source in each.sources],
            }
            for each in told.decisions
        ],
        "outcome": told.outcome,
        "outcome_right": told.outcome_right,
        "seconds_to_outcome": told.seconds_to_outcome,
        "seconds_to_alert": told.seconds_to_alert,
        "left_out": list(told.left_out),
        "problem": told.problem is not None,
        "reasons": [{"code": each.code, "place": each.place} for each in told.reasons],
        "passed": told.passed,
    }  # fmt: skip
