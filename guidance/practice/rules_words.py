"""Lint rules about the words of a scenario: length, reading grade, forbidden words, questions, numbers, names.

For lint.py. Words printed on a paper are not graded, since papers are not written for ease of reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guidance.practice.scenario import Scenario, paper_texts, texts
from guidance.protocol.finding import Finding
from guidance.protocol.language import forbidden_questions, forbidden_words
from guidance.protocol.reading import grade, passage, words
from guidance.protocol.rules_text import HIGHEST_GRADE, phone_number
from guidance.text import has_forbidden
from guidance.translations.mark import N_, Said

MOST_WORDS = {"title": 10, "summary": 25, "card.room": 60, "card.who": 45, "counsel": 45, "why": 45, "inject": 30}
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Dr|Hon|Honorable|Judge|Justice|Officer|Agent|Director|Sergeant|Detective|Inspector)\.?"
    r"\s+(?!(?:In|Of|Court|Magistrate|Judge|Warrant|Services?)\b)[A-Z][a-z]+"
)
_CALLED = re.compile(r"\b(?:named|called|name is)\s+[A-Z][a-z]+")
_STREET = (
    "Road|Street|Avenue|Lane|Drive|Place|Square|Terrace|Way|Hall|Park|Building|Center|Clinic|School|Shelter"
    "|Garage|Library|House|Hospital|Office|Floor|Annex|Yard"
)
_TWO_NAMES = re.compile(rf"\b[A-Z][a-z]+ (?!(?:{_STREET})\b)[A-Z][a-z]+\b(?! (?:{_STREET})\b)")


def word_findings(scenario: Scenario) -> Iterator[Finding]:
    """Everything that is wrong with the words of a scenario."""
    printed = dict(paper_texts(scenario.card.paper))
    for place, text in texts(scenario):
        yield from _plain(f"{scenario.id}/{place}", text)
        if place not in printed:
            yield from _questions(f"{scenario.id}/{place}", text)
        yield from _too_long(f"{scenario.id}/{place}", _kind(place), text)
    yield from _nobody(scenario)
    for place, passages in _graded(scenario):
        yield from _grade(f"{scenario.id}/{place}", passage(passages))


def _plain(place: str, text: str) -> Iterator[Finding]:
    if has_forbidden(text, lines=True):
        yield Finding(
            "control-character",
            place,
            N_("this holds an invisible control character; type it again instead of pasting it"),
        )
    for hit in forbidden_words(text):
        yield Finding(
            "forbidden-word",
            place,
            Said(
                N_("take out “%(words)s”: %(reason)s; %(instead)s"),
                words=hit.words,
                reason=hit.reason,
                instead=hit.instead,
            ),
        )
    number = phone_number(text)
    if number:
        yield Finding(
            "phone-number",
            place,
            Said(N_("take out the number %(number)s: a scenario names only 911 and 311"), number=number),
        )
    name = _TITLED.search(text) or _CALLED.search(text)
    if name:
        yield Finding(
            "person-named", place, Said(N_("take out “%(name)s”: a scenario names nobody"), name=name.group())
        )


def _questions(place: str, text: str) -> Iterator[Finding]:
    for hit in forbidden_questions(text):
        message = Said(
            N_("“%(words)s” speaks of %(reason)s, which has no place in practice either; %(instead)s"),
            words=hit.words,
            reason=hit.reason,
            instead=hit.instead,
        )
        yield Finding("forbidden-question", place, message)


def _nobody(scenario: Scenario) -> Iterator[Finding]:
    """What a paper names is a place or "a named person", so that nobody is taken for somebody."""
    paper = scenario.card.paper
    found = _TWO_NAMES.search(paper.names) if paper is not None else None
    if found:
        message = Said(N_("“%(name)s” reads like a name; write “a named person”, or an address"), name=found.group())
        yield Finding("person-named", f"{scenario.id}/card.paper.names", message)


def _kind(place: str) -> str:
    if place.startswith("injects"):
        return "inject"
    return "why" if place.endswith(".why") else place


def _too_long(place: str, kind: str, text: str) -> Iterator[Finding]:
    count, most = len(words(text)), MOST_WORDS.get(kind)
    if most is not None and count > most:
        yield Finding(
            "text-too-long", place, Said(N_("it has %(count)s words; cut it to %(most)s"), count=count, most=most)
        )


def _graded(scenario: Scenario) -> Iterator[tuple[str, list[str]]]:
    """The passages that are measured: a card is read in one go, and so are the injects and the reasons."""
    card = scenario.card
    yield "card", [card.room, card.who, *card.say]
    yield "injects", [inject.text for inject in scenario.injects]
    yield "decisions", [decision.why for decision in scenario.decisions]
    yield "counsel", [scenario.summary, scenario.counsel]


def _grade(place: str, text: str) -> Iterator[Finding]:
    found = grade(text)
    if found is not None and found > HIGHEST_GRADE:
        message = Said(
            N_("reading grade %(grade)s is above %(most)s; use shorter sentences and shorter words"),
            grade=f"{found:.1f}",
            most=f"{HIGHEST_GRADE:.0f}",
        )
        yield Finding("reading-grade", place, message)
