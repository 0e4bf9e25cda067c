"""Lint rules about the words: length, reading grade, forbidden words and questions, telephone numbers. For lint.py."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guidance.protocol.finding import Finding
from guidance.protocol.language import forbidden_questions, forbidden_words
from guidance.protocol.model import SITE_TYPES, Line, Outcome, Poster, Protocol, Step, offered
from guidance.protocol.reading import grade, passage, words

MOST_STEP_WORDS = 60
MOST_WHY_WORDS = 60
MOST_SAY_WORDS = 40
HIGHEST_GRADE = 8.0
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_NUMBER = re.compile(r"\+?\(?\d(?:[\s().–-]{0,3}\d){6,}")
_WORDED = re.compile(r"\b8\d\d[\s-][A-Z]{3,}")
_SHORT = re.compile(r"\b(?:[245678]11|988)\b")


def text_findings(protocol: Protocol) -> Iterator[Finding]:
    """Everything that is wrong with the words of a protocol."""
    for place, text in texts(protocol):
        yield from _words(place, text)
    for step in protocol.steps.values():
        yield from _step_length(f"{protocol.id}/{step.id}", step)
        yield from _questions(f"{protocol.id}/{step.id}", step)
    holders: list[Step | Outcome] = [*protocol.steps.values(), *protocol.outcomes.values()]
    for holder in holders:
        place = f"{protocol.id}/{holder.id}"
        yield from _too_long(place, "why", holder.why, MOST_WHY_WORDS)
        yield from _spoken(place, holder)
    yield from _spoken(f"{protocol.id}/poster", protocol.poster)


def texts(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Every text that a person reads, with its place; empty texts left out."""
    entry = protocol.entry
    head = [protocol.title, protocol.summary, entry.title, entry.note]
    head += [interrupt.text for interrupt in protocol.interrupts]
    found = [(protocol.id, head)]
    found += [(f"{protocol.id}/{step.id}", step_texts(step)) for step in protocol.steps.values()]
    found += [(f"{protocol.id}/{each.id}", outcome_texts(each)) for each in protocol.outcomes.values()]
    found += [(f"{protocol.id}/poster", poster_texts(protocol.poster))]
    found += [(f"{protocol.id}/sources/{each.id}", [each.title, each.note]) for each in protocol.sources.values()]
    for place, all_texts in found:
        yield from ((place, text) for text in all_texts if text)


def step_texts(step: Step) -> list[str]:
    """The texts of a step as they are read, from the question to the reason."""
    answers = [text for answer in step.answers for text in (answer.text, answer.note)]
    return [step.ask, step.look, *_lines(step.say), *answers, step.why]


def outcome_texts(outcome: Outcome) -> list[str]:
    """The texts of an outcome as they are read."""
    lines = _lines((*outcome.say, *outcome.do, *outcome.never))
    links = [call.text for call in outcome.call] + [then.text for then in outcome.then]
    return [outcome.headline, outcome.summary, *lines, *links, outcome.why]


def poster_texts(poster: Poster) -> list[str]:
    """The texts of a poster as they are read."""
    return [*_lines((*poster.say, *poster.do, *poster.never)), *(call.text for call in poster.call)]


def _lines(lines: tuple[Line, ...]) -> list[str]:
    return [line.text for line in lines]


def _words(place: str, text: str) -> Iterator[Finding]:
    for hit in forbidden_words(text):
        message = f"take out “{hit.words}”: {hit.reason}; {hit.instead}"
        yield Finding("forbidden-word", place, message)
    number = phone_number(text)
    if number:
        message = f"take out the number {number}: contacts hold numbers, a text names only 911 and 311"
        yield Finding("phone-number", place, message)


def phone_number(text: str) -> str:
    """A telephone number in a text, or the empty string; 911, 311 and dates are none."""
    plain = _DATE.sub("date", text)
    for pattern in (_NUMBER, _WORDED, _SHORT):
        found = pattern.search(plain)
        if found:
            return found.group().strip()
    return ""


def _step_length(place: str, step: Step) -> Iterator[Finding]:
    """What is counted is the longest form that one site type sees."""
    most = max(_seen_words(step, site_type) for site_type in SITE_TYPES) if not step.place else _seen_words(step, None)
    if most > MOST_STEP_WORDS:
        message = f"the question, hint and answers have {most} words; cut them to {MOST_STEP_WORDS}"
        yield Finding("step-too-long", place, message)


def _seen_words(step: Step, site_type: str | None) -> int:
    answers = [text for answer in offered(step, site_type) for text in (answer.text, answer.note)]
    return len(words(" ".join([step.ask, step.look, *answers])))


def _too_long(place: str, what: str, text: str, most: int) -> Iterator[Finding]:
    count = len(words(text))
    if count > most:
        yield Finding("text-too-long", place, f"{what} has {count} words; cut it to {most}")


def _spoken(place: str, holder: Step | Outcome | Poster) -> Iterator[Finding]:
    """Words to say that are too long to say, and what is too hard to read."""
    for line in holder.say:
        yield from _too_long(place, "a `say` line", line.text, MOST_SAY_WORDS)
    yield from _grade(place, holder)


def _grade(place: str, holder: Step | Outcome | Poster) -> Iterator[Finding]:
    match holder:
        case Step():
            pieces = step_texts(holder)
        case Outcome():
            pieces = outcome_texts(holder)
        case Poster():
            pieces = poster_texts(holder)
    found = grade(passage(pieces))
    if found is not None and found > HIGHEST_GRADE:
        message = f"reading grade {found:.1f} is above {HIGHEST_GRADE:.0f}; use shorter sentences and shorter words"
        yield Finding("reading-grade", place, message)


def _questions(place: str, step: Step) -> Iterator[Finding]:
    asking = [step.ask, step.look, *_lines(step.say)]
    asking += [text for answer in step.answers for text in (answer.text, answer.note)]
    for text in asking:
        for hit in forbidden_questions(text):
            message = f"“{hit.words}” asks about {hit.reason}, which nobody here may ask; {hit.instead}"
            yield Finding("forbidden-question", place, message)
