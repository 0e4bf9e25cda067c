"""The project's protocols and scenarios, read once, and ways to spoil one of them; for the tests beside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from guidance.clock import to_text
from guidance.incident.facts import load_catalog
from guidance.practice.debrief import Run
from guidance.practice.lint import Finding, lint_scenario
from guidance.practice.load import ScenarioShelf, from_source, load_scenarios
from guidance.practice.scenario import Scenario, to_source
from guidance.protocol.document import with_hash
from guidance.protocol.load import Library, load_folder
from guidance.protocol.model import Protocol

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "protocols" / "scenarios"
START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
Spoil = Callable[[Any], object]


@cache
def library() -> Library:
    return load_folder(ROOT / "protocols")


@cache
def shelf() -> ScenarioShelf:
    return load_scenarios(FOLDER, library())


@cache
def facts() -> frozenset[str]:
    return frozenset(field.id for field in load_catalog().fields())


def scenario(id: str) -> Scenario:
    return shelf().scenarios[id]


def protocol_of(found: Scenario) -> Protocol:
    return library().protocols[found.protocol]


def spoilt(id: str, spoil: Spoil) -> Scenario:
    """The scenario of that id after `spoil` changed the plain values of its file."""
    document = json.loads(json.dumps(to_source(scenario(id))))
    spoil(document)
    return from_source(document)


def findings(found: Scenario, protocols: Library | None = None) -> tuple[Finding, ...]:
    return lint_scenario(found, protocols or library(), facts())


def without_answer(protocol: Protocol, step: str, answer: str) -> Library:
    """The library after a protocol change that renames one answer."""
    old = protocol.steps[step]
    answers = tuple(replace(each, id="renamed") if each.id == answer else each for each in old.answers)
    changed = replace(protocol, steps={**protocol.steps, step: replace(old, answers=answers)})
    return Library({**library().protocols, protocol.id: with_hash(changed)})


def walk(path: tuple[tuple[str, str], ...], seconds: float = 5) -> list[dict[str, str]]:
    """A trail with `seconds` between its entries, the first of them after the start."""
    return [
        {"step": step, "answer": answer, "at": to_text(START + timedelta(seconds=seconds * (index + 1)))}
        for index, (step, answer) in enumerate(path)
    ]


def run_of(found: Scenario, trail: Any = None, alerted: bool = True, facts: Mapping[str, object] | None = None) -> Run:
    """A run of the newest versions; without a trail it walks the expected path and reports what is expected."""
    return Run(
        id="0190f3a2-0000-7000-8000-000000000001",
        scenario=found.id,
        scenario_hash=found.hash,
        protocol_hash=protocol_of(found).hash,
        trail=walk(found.expected.path) if trail is None else trail,
        started_at=START,
        alerted_at=START + timedelta(seconds=40) if alerted else None,
        finished_at=START + timedelta(minutes=5),
        facts=dict.fromkeys(found.expected.report, "unknown") if facts is None else facts,
    )
