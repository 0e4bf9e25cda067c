"""The protocols as they are published: every situation leads somewhere right, and no word of them goes astray."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from guidance.incident.facts import Catalog, load_catalog
from guidance.protocol.lint import lint_library
from guidance.protocol.load import Library, load_folder
from guidance.protocol.model import BACK, SITE_TYPES, Outcome, Protocol, offered, shown
from guidance.protocol.paths import paths
from guidance.protocol.replay import replay
from guidance.protocol.rules_text import outcome_texts, texts
from guidance.protocol.rules_tree import reached

ROOT = Path(__file__).parents[2]
DRAWINGS = ROOT / "templates" / "drawings"
AT = "2026-11-24T15:04:05.000Z"

# The kinds of outcome that the procedures know, and where each of them is found.
KINDS = {
    "O1 ask to wait, call counsel": ("visit", {"wait-and-call", "cannot-tell"}),
    "O2 a court's paper": ("visit", {"court-paper"}),
    "O3 an agency's paper or none": ("visit", {"agency-paper", "no-paper"}),
    "O4 a public area": ("visit", {"public-area", "park-open"}),
    "O5 a lot or garage": ("staging", {"lot-use", "people-held"}),
    "O6 records or a subpoena": ("records", {"no-records", "phone-request", "subpoena-court", "subpoena-agency"}),
    "O7 entered without consent": ("inside", {"entered-anyway"}),
    "O8 an emergency": ("visit", {"emergency-claimed"}),
    "O9 not verified": ("visit", {"unverified"}),
    "O10 people first": ("people-first", {"taken", "child-school", "patient-left"}),
    "O11 not for this guide": ("visit", {"usual-procedure"}),
}


@cache
def library() -> Library:
    return load_folder(ROOT / "protocols")


@cache
def catalog() -> Catalog:
    return load_catalog()


def protocol(id: str) -> Protocol:
    found = library().get(id)
    assert found is not None
    return found


@dataclass(frozen=True)
class Scenario:
    number: int
    name: str
    protocol: str
    site_type: str
    path: tuple[tuple[str, str], ...]
    outcome: str

    def trail(self) -> list[dict[str, str]]:
        return [{"step": step, "answer": answer, "at": AT} for step, answer in self.path]


def scenarios() -> list[Scenario]:
    document = yaml.safe_load((Path(__file__).parent / "scenario_paths.yaml").read_text(encoding="utf-8"))
    return [Scenario(**{**each, "path": tuple((step, answer) for step, answer in each["path"])}) for each in document]


def outcomes() -> Iterator[tuple[Protocol, Outcome]]:
    for each in library().protocols.values():
        yield from ((each, outcome) for outcome in each.outcomes.values())


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda each: f"{each.number}: {each.name}")
@pytest.mark.parametrize("enrolled", [True, False], ids=["enrolled", "unknown site"])
def test_a_scenario_walks_to_its_outcome(scenario: Scenario, enrolled: bool) -> None:
    found = replay(protocol(scenario.protocol), scenario.trail(), scenario.site_type if enrolled else None)

    assert found.problem is None
    assert found.position == scenario.outcome


def test_all_24_scenarios_are_walked() -> None:
    assert set(range(1, 25)) <= {scenario.number for scenario in scenarios()}


def test_nothing_is_found_by_the_lint() -> None:
    drawings = {path.stem for path in DRAWINGS.glob("*.svg")}

    found = lint_library(library(), facts=catalog().vocabulary(), drawings=drawings)

    assert [str(finding) for finding in found] == []


def test_home_offers_four_entries_and_two_more() -> None:
    order = [(each.id, each.entry.place) for each in library().protocols.values()]

    assert order == [
        ("visit", "main"),
        ("inside", "main"),
        ("staging", "main"),
        ("records", "main"),
        ("people-first", "more"),
        ("after", "more"),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_outcome_is_there(kind: str) -> None:
    id, wanted = KINDS[kind]

    assert wanted <= set(protocol(id).outcomes)


@pytest.mark.parametrize("site_type", SITE_TYPES)
def test_a_site_type_comes_to_outcomes_of_its_own(site_type: str) -> None:
    found = reached(protocol("visit"))
    own = [id for id in protocol("visit").outcomes if found[id] == {site_type}]

    assert own, f"no outcome of visit is for {site_type} alone"


@pytest.mark.parametrize("id", ["visit", "inside", "staging", "records", "people-first", "after"])
def test_every_outcome_is_reached_by_a_walk(id: str) -> None:
    assert set(protocol(id).outcomes) <= set(reached(protocol(id)))


@pytest.mark.parametrize("site_type", SITE_TYPES)
def test_officers_who_say_who_they_are_and_show_no_paper_take_at_most_seven_taps(site_type: str) -> None:
    detours = {"city-police", "local-matter", "callback", "space-whose"}
    ways = [[step.id for step, _ in path.taken if not step.place] for path in paths(protocol("visit"), site_type)]
    plain = [way for way in ways if not detours & set(way) and not any(id.endswith("paper-top") for id in way)]

    assert max(len(way) for way in plain) <= 7


def test_the_commonest_way_takes_six_taps() -> None:
    usual = next(each for each in scenarios() if each.number == 2 and each.outcome == "no-paper")
    taps = [step for step, _ in usual.path if not protocol("visit").steps[step].place]

    assert len(taps) == 6


def test_no_way_says_two_things_of_one_fact() -> None:
    single = {field.id for field in catalog().fields() if field.type == "choice"}
    for tree in library().protocols.values():
        for step in tree.steps.values():
            for answer in step.answers:
                later = said_from(tree, answer.to)
                for name in single & set(answer.sets):
                    assert later.get(name, set()) <= {answer.sets[name]}, (
                        tree.id,
                        step.id,
                        answer.id,
                        name,
                        later[name],
                    )


def said_from(tree: Protocol, start: str) -> dict[str, set[str]]:
    """The values of facts that answers and outcomes from here on may give."""
    found: dict[str, set[str]] = {}
    todo, seen = [start], set[str]()
    while todo:
        id = todo.pop()
        if id in seen:
            continue
        seen.add(id)
        answers = tree.steps[id].answers if id in tree.steps else ()
        todo.extend(answer.to for answer in answers)
        for given in [answer.sets for answer in answers] or [tree.outcomes[id].report]:
            for name, value in given.items():
                found.setdefault(name, set()).add(value)
    return found


def test_fear_leads_out_and_never_in() -> None:
    for tree in library().protocols.values():
        fears = [answer for step in tree.steps.values() for answer in step.answers if "scared" in answer.text]
        assert {answer.to for answer in fears} <= {"safety-exit"}
        assert {each.id: each.to for each in tree.interrupts}["unsafe"] == "safety-exit"
    exit = protocol("visit").outcomes["safety-exit"]
    assert "not a yes" in exit.say[0].text
    assert exit.urgency == "urgent"


def test_every_paper_ends_in_wait_send_and_call() -> None:
    tree = protocol("visit")
    ends = {path.outcome for path in paths(tree) if any(step.id.endswith("paper-top") for step, _ in path.taken)}

    assert {"court-paper", "agency-paper", "cannot-tell"} <= ends
    for outcome in (tree.outcomes[id] for id in sorted(ends)):
        for site_type in SITE_TYPES:
            does = " ".join(line.text for line in shown(outcome.do, site_type))
            assert "Photograph" in does and "counsel only" in does, outcome.id
            called = {call.role for call in shown(outcome.call, site_type)}
            assert called & {"counsel", "senior-field-counsel"}, outcome.id
            assert any("wait" in line.text or "seat" in line.text for line in outcome.say), outcome.id


def test_a_paper_never_lets_anybody_in_by_itself() -> None:
    for path in paths(protocol("visit")):
        if any("paper_looks" in answer.sets for _, answer in path.taken):
            assert protocol("visit").outcomes[path.outcome].report["entered"] == "no"


def test_every_way_through_the_paper_says_what_it_looks_like() -> None:
    for tree in (protocol("visit"), protocol("records")):
        for path in paths(tree):
            if any(step.id.endswith("paper-shown") for step, _ in path.taken):
                assert [answer.sets["paper_looks"] for _, answer in path.taken if "paper_looks" in answer.sets]


def test_immigration_court_is_no_court_here() -> None:
    for step in protocol("visit").steps.values():
        for answer in step.answers:
            if answer.id in ("immigration-court", "immigration-judge"):
                assert answer.sets["paper_looks"] == "agency"


def test_no_text_judges_a_paper_quotes_the_order_or_speaks_of_a_posted_notice() -> None:
    for tree in library().protocols.values():
        for place, text in texts(tree):
            assert not re.search(r"\b(in)?valid", text, re.IGNORECASE), (place, text)
            assert not re.search(r"order.{0,20}\bsection\b|\bsection \d", text, re.IGNORECASE), (place, text)
            assert not re.search(r"\b(a|the|our|posted) signs?\b(?!-)", text, re.IGNORECASE), (place, text)


def test_no_text_asks_to_touch_or_take_a_paper() -> None:
    for _, outcome in outcomes():
        for line in (*outcome.say, *outcome.do):
            assert not re.search(
                r"\b(touch|grab|hand me|give me|get hold of) (the|their|that|this|any) paper", line.text, re.I
            )


def test_an_outcome_is_spoken_in_one_or_two_short_sentences() -> None:
    for tree, outcome in outcomes():
        for line in outcome.say:
            assert len(re.findall(r"[.?!](?:\s|$)", line.text)) <= 3, (tree.id, outcome.id)
            assert len(line.text.split()) <= 30, (tree.id, outcome.id)


@pytest.mark.parametrize("site_type", [None, *SITE_TYPES])
def test_a_step_fits_a_small_screen(site_type: str | None) -> None:
    for tree in library().protocols.values():
        for step in tree.steps.values():
            answers = offered(step, site_type)
            wide = [a.id for a in answers if len(a.text) > 32 or len(a.note) > 45]
            assert len(step.ask) <= 60 and len(step.look) <= 70 and not wide, (tree.id, step.id, wide)
            if site_type is not None:
                assert len(answers) <= 5, (tree.id, step.id)
            if step.drawing:
                assert not any(answer.note for answer in answers), (tree.id, step.id)
                assert len(step.ask) <= 40 and len(step.look) <= 42, (tree.id, step.id)


@pytest.mark.parametrize("site_type", SITE_TYPES)
def test_an_outcome_can_be_read_at_a_glance(site_type: str) -> None:
    for tree, outcome in outcomes():
        assert len(outcome.headline) <= 40, (tree.id, outcome.id)
        assert len(shown(outcome.do, site_type)) <= 6, (tree.id, outcome.id)
        assert len(shown(outcome.never, site_type)) <= 5, (tree.id, outcome.id)
        assert len(shown(outcome.call, site_type)) <= 5, (tree.id, outcome.id)


def test_an_answer_is_never_named_like_an_interrupt() -> None:
    for tree in library().protocols.values():
        reserved = {BACK, *(interrupt.id for interrupt in tree.interrupts)}
        assert not reserved & {answer.id for step in tree.steps.values() for answer in step.answers}


def test_the_outcomes_of_interrupts_say_the_same_in_every_protocol() -> None:
    for id in ("safety-exit", "entered-anyway", "emergency-claimed"):
        assert len({outcome_words(tree.outcomes[id]) for tree in library().protocols.values()}) == 1


def outcome_words(outcome: Outcome) -> tuple[str, ...]:
    return tuple(outcome_texts(outcome))


@pytest.mark.parametrize("path", sorted(DRAWINGS.glob("*.svg")), ids=lambda path: path.stem)
def test_a_drawing_can_stand_on_any_page(path: Path) -> None:
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))

    assert root.get("role") == "img" and root.get("aria-label")
    for element in root.iter():
        assert not {"id", "style", "class"} & set(element.attrib)
        assert not any(name.startswith("on") for name in element.attrib)
        assert element.tag.rpartition("}")[2] not in ("style", "script", "use", "image")
        for name in ("fill", "stroke"):
            assert element.get(name, "none") == "none" or element.get(name, "").startswith("var(--")
