"""Writing a scenario: the text of a draft, what is wrong with it, and which answers can follow on its path.

A draft may be wrong or half done at any time; nothing here raises on what a trainer typed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guidance.practice.compare import asked
from guidance.practice.draft_text import Document, write
from guidance.practice.lint import lint_scenario
from guidance.practice.load import ScenarioError, from_source
from guidance.protocol.load import Library
from guidance.protocol.model import SITE_TYPES, Protocol, offered, site_after
from guidance.protocol.values import Report
from guidance.protocol.yamlfile import read_yaml_text
from guidance.translations.mark import N_, Said

MOST_CHARACTERS = 40_000
MOST_TURNS = 60
# More than this many at once help nobody; the rest shows when these are mended.
MOST_COMPLAINTS = 100


@dataclass(frozen=True)
class Complaint:
    """Something to mend in a draft. `place` is the key it is about, `line` counts from 1, 0 where none is known."""

    place: str
    line: int
    message: str


@dataclass(frozen=True)
class Turn:
    """One place on the expected path with the (id, words) that can be chosen there; `chosen` is empty at the end.

    `sudden` are the interrupts; `ends` says that this is an outcome, where nothing needs to be chosen.
    """

    place: str
    ask: str
    answers: tuple[tuple[str, str], ...]
    sudden: tuple[tuple[str, str], ...]
    chosen: str
    ends: bool


@dataclass(frozen=True)
class Checked:
    """A draft with what is wrong, and its path turn by turn. `outcome` is the outcome reached, or empty."""

    text: str
    document: Document
    complaints: tuple[Complaint, ...]
    turns: tuple[Turn, ...]
    outcome: str


def check_text(text: str, library: Library, facts: Collection[str]) -> Checked:
    """Check a draft as it was typed."""
    report = Report("draft")
    if len(text) > MOST_CHARACTERS:
        report.add("", Said(N_("this is longer than %(most)s characters"), most=MOST_CHARACTERS))
        return Checked(text, {}, (Complaint("", 0, report.problems[0].message),), (), "")
    node = read_yaml_text(text, report)
    document: Document = dict(node.value) if isinstance(node.value, Mapping) else {}
    turns, outcome = path_turns(document, library)
    complaints = [Complaint(each.place, each.line, each.message) for each in report.problems]
    if not complaints:
        complaints = _complaints(document, report, library, facts)
    return Checked(text, document, tuple(complaints[:MOST_COMPLAINTS]), turns, outcome)


def check_document(given: Document, library: Library, facts: Collection[str]) -> Checked:
    """Check a draft as it was filled in on the page: its path is followed first, and gives the outcome."""
    turns, outcome = path_turns(given, library)
    expected = given.get("expected") if isinstance(given.get("expected"), Mapping) else {}
    path = [[turn.place, turn.chosen] for turn in turns if turn.chosen]
    whole = {**given, "expected": {**dict(expected or {}), "path": path, "outcome": outcome}}
    return check_text(write(whole), library, facts)


def path_turns(document: Document, library: Library) -> tuple[tuple[Turn, ...], str]:
    """The expected path of a draft, turn by turn as far as its answers lead, and the outcome if they lead to one."""
    protocol = library.get(str(document.get("protocol", "")))
    if protocol is None:
        return (), ""
    given = _given_path(document)
    wanted = str(document.get("site_type", ""))
    site_type: str | None = wanted if wanted in SITE_TYPES else None
    turns: list[Turn] = []
    at = protocol.start
    while len(turns) < MOST_TURNS:
        turn = _turn(protocol, at, site_type, given.pop(at, ""))
        turns.append(turn)
        if not turn.chosen:
            break
        at, site_type = _onward(protocol, turn, site_type)
    return tuple(turns), at if at in protocol.outcomes else ""


def _turn(protocol: Protocol, at: str, site_type: str | None, chosen: str) -> Turn:
    step = protocol.steps.get(at)
    answers = tuple((each.id, each.text) for each in offered(step, site_type)) if step else ()
    sudden = tuple((each.id, each.text) for each in protocol.interrupts)
    known = {id for id, _ in (*answers, *sudden)}
    if len(answers) == 1 and not chosen:
        chosen = answers[0][0]
    return Turn(at, asked(protocol, at), answers, sudden, chosen if chosen in known else "", step is None)


def _onward(protocol: Protocol, turn: Turn, site_type: str | None) -> tuple[str, str | None]:
    step = protocol.steps.get(turn.place)
    for answer in step.answers if step else ():
        if step is not None and answer.id == turn.chosen:
            return answer.to, site_after(step, answer, site_type)
    return next(each.to for each in protocol.interrupts if each.id == turn.chosen), site_type


def _given_path(document: Document) -> dict[str, str]:
    expected = document.get("expected")
    path: Any = expected.get("path") if isinstance(expected, Mapping) else None
    pairs = path if isinstance(path, Sequence) and not isinstance(path, str) else ()
    return {
        str(pair[0]): str(pair[1])
        for pair in pairs
        if isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2
    }


def _complaints(document: Document, report: Report, library: Library, facts: Collection[str]) -> list[Complaint]:
    try:
        scenario = from_source(document)
    except ScenarioError as error:
        return [Complaint(each.place, _line(report, each.place), each.message) for each in error.problems]
    found = lint_scenario(scenario, library, facts)
    places = [each.place.partition("/")[2] for each in found]
    return [Complaint(place, _line(report, place), each.message) for place, each in zip(places, found, strict=True)]


def _line(report: Report, place: str) -> int:
    while place and place not in report.lines:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return report.lines.get(place, 0) if place else 0
