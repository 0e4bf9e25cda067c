"""The scenarios as they are published: every situation is practised, and each card can be answered fairly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime

import pytest

from guidance.practice.scenario import Card, Decision, Expected, Inject, Paper, Scenario, texts
from guidance.protocol.model import SITE_TYPES, Answer
from guidance.protocol.replay import replay
from tests.practice.shelf import ROOT, findings, library, protocol_of, scenario, shelf

ALL = list(shelf().scenarios.values())
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DAY = re.compile(rf"(?:{MONTHS}) \d{{1,2}}, \d{{4}}")
DISTRACTORS = {
    "a court's paper for another address": ("paper_address", "other_address"),
    "Immigration Court at the top": ("paper_heading", "immigration_court"),
    "a paper on a phone": ("paper_shown", "on_phone"),
    "City police alongside": ("requester", "mixed"),
    "Form I-205": ("paper_form", "i205"),
    "a date that has passed": ("paper_date", "out_of_dates"),
    "a paper that names a person only": ("paper_names", "person"),
    "covered faces": ("face_covered", "yes"),
    "a small request": ("request", "amenity"),
    "a federal visitor who is no officer": ("federal_non_enforcement", "yes"),
    "cameras and a crowd": ("crowd_or_media", "yes"),
}
each_scenario = pytest.mark.parametrize("found", ALL, ids=lambda each: each.id)


def said(found: Scenario) -> Iterator[tuple[str, str]]:
    """The facts that the answers of the expected path set."""
    for walked in replay(protocol_of(found), found.expected.trail(), found.site_type).walked:
        if isinstance(walked.answer, Answer):
            yield from walked.answer.sets.items()


@each_scenario
def test_a_scenario_fits_the_protocols_as_they_are(found: Scenario) -> None:
    assert [str(finding) for finding in findings(found)] == []


def test_every_situation_is_practised() -> None:
    assert {row for found in ALL for row in found.rows} == set(range(1, 25))


def test_every_site_type_and_every_protocol_is_practised() -> None:
    assert {found.site_type for found in ALL} == set(SITE_TYPES)
    assert {found.protocol for found in ALL} == set(library().protocols)
    assert all(len(shelf().for_site(site_type)) >= 5 for site_type in SITE_TYPES)


@pytest.mark.parametrize("name", DISTRACTORS)
def test_what_leads_people_astray_is_practised(name: str) -> None:
    assert any(DISTRACTORS[name] in said(found) for found in ALL)


def test_a_mixed_paper_and_a_renter_are_practised() -> None:
    mixed = {("paper_heading", "court"), ("paper_signer", "officer")}
    assert any(mixed <= set(said(found)) for found in ALL)
    assert "renter-today" in {found.expected.outcome for found in ALL}


def test_each_interrupt_is_practised() -> None:
    used = {inject.expects for found in ALL for inject in found.injects if inject.expects}
    assert used == {"unsafe", "went-in", "emergency"}


@each_scenario
def test_an_alert_belongs_to_everything_but_what_is_of_low_urgency(found: Scenario) -> None:
    outcome = protocol_of(found).outcomes[found.expected.outcome]
    assert found.expected.alert == (outcome.urgency != "low")


@each_scenario
def test_something_happens_on_the_way(found: Scenario) -> None:
    assert 1 <= len(found.injects) <= 3


@each_scenario
def test_a_summary_does_not_give_the_answer_away(found: Scenario) -> None:
    outcome = protocol_of(found).outcomes[found.expected.outcome]
    assert outcome.headline.lower() not in f"{found.title} {found.summary}".lower()


@each_scenario
def test_what_a_paper_says_can_be_held_against_the_room(found: Scenario) -> None:
    """Address and dates are questions, so that the card tells this site's address and today's date."""
    paper = found.card.paper
    facts = dict(said(found))
    if paper is None:
        return
    street = paper.address.split(",")[0]
    if facts.get("paper_address") == "matches":
        assert street in found.card.room
    if facts.get("paper_address") == "other_address":
        assert street not in found.card.room
    if facts.get("paper_date") in ("in_dates", "out_of_dates"):
        within = day(found.card.room) <= day(paper.dates)
        assert facts["paper_date"] == ("in_dates" if within else "out_of_dates")


def day(text: str) -> date:
    found = DAY.search(text)
    assert found is not None, text
    return datetime.strptime(found.group(), "%B %d, %Y").date()


@each_scenario
def test_officers_who_showed_who_they_are_did_so_on_the_card(found: Scenario) -> None:
    if ("identified", "yes") in said(found):
        assert re.search(r"\bbadges?\b", found.card.who), found.card.who
        assert re.search(r"\bnames?\b", found.card.who), found.card.who


@each_scenario
def test_no_text_judges_a_paper_or_speaks_of_anybodys_origin(found: Scenario) -> None:
    for place, text in texts(found):
        assert not re.search(r"\b(in)?valid|\billegal|\bnationalit|\bimmigrants?\b|\bforeign", text, re.I), place


@each_scenario
def test_counsel_answers_shortly_and_leaves_the_deciding_to_counsel(found: Scenario) -> None:
    assert len(re.findall(r"[.?!](?:\s|$)", found.counsel)) <= 4
    assert not re.search(r"\b(let them in|you may let|open the door)\b", found.counsel, re.I)


@each_scenario
def test_a_decision_is_one_that_could_go_wrong(found: Scenario) -> None:
    for decision in found.decisions:
        assert len(protocol_of(found).steps[decision.step].answers) > 1


def test_the_place_is_never_a_decision_since_the_phone_answers_it() -> None:
    for found in ALL:
        for decision in found.decisions:
            assert not protocol_of(found).steps[decision.step].place, found.id


def test_a_photo_of_a_person_is_no_paper() -> None:
    found = scenario("shelter-photo")
    assert found.card.paper is None
    assert ("paper_shown", "none") in said(found)


KEYS = sorted({each.name for piece in (Scenario, Card, Paper, Inject, Expected, Decision) for each in fields(piece)})


@pytest.mark.parametrize("key", [key for key in KEYS if key != "hash"])
def test_every_key_of_a_scenario_is_explained_to_authors(key: str) -> None:
    guide = (ROOT / "docs" / "authoring.md").read_text("utf-8").partition("## Scenarios")[2]

    assert f"`{key}`" in guide or f"{{{key}: " in guide
