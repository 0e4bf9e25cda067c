"""Walking a trail through a protocol again. Any part may use it.

`replay` is total: whatever JSON a trail is, the answer is a `Replay`, with a problem where the walk broke off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from guidance.protocol.model import (
    BACK,
    SITE_TYPES,
    Answer,
    Interrupt,
    Outcome,
    Protocol,
    Step,
    offered,
    site_after,
)


@dataclass(frozen=True)
class Walked:
    """One entry of a trail with what it meant; `answer` is None when the person went back."""

    index: int
    place: Step | Outcome
    answer: Answer | Interrupt | None
    at: str


@dataclass(frozen=True)
class Replay:
    """Where a trail leads.

    `position` is the step or outcome reached, `walked` every entry that was understood, `standing` those that
    count because no later `back` took them away, `site_type` the kind of place if known, and `problem` why the
    walk broke off, naming the entry counted from 0; None when all of it replays.
    """

    position: str
    walked: tuple[Walked, ...]
    standing: tuple[Walked, ...]
    site_type: str | None
    problem: str | None


@dataclass(frozen=True)
class _Spot:
    """A position on the way and how it was reached."""

    id: str
    site_type: str | None
    by: Walked | None = None


class _Broken(Exception):
    """The walk cannot go on; the text says why."""


def replay(protocol: Protocol, trail: object, site_type: str | None = None) -> Replay:
    """Walk a trail (a list of `{"step", "answer", "at"}`) from the start; never raises.

    `site_type` is that of the site where the phone is enrolled, None when it is not known.
    """
    way = [_Spot(protocol.start, site_type)]
    walked: list[Walked] = []
    problem = _cannot_start(protocol, trail, site_type)
    entries = trail if isinstance(trail, list | tuple) and problem is None else ()
    for index, entry in enumerate(entries):
        try:
            walked.append(_take(protocol, way, index, entry))
        except _Broken as broken:
            problem = f"entry {index}: {broken}"
            break
    standing = tuple(spot.by for spot in way if spot.by is not None)
    return Replay(way[-1].id, tuple(walked), standing, way[-1].site_type, problem)


def facts_of(protocol: Protocol, found: Replay) -> dict[str, tuple[str, ...]]:
    """The facts that the standing answers set and the outcome reached reports, each value once, in walking order."""
    facts: dict[str, list[str]] = {}
    given = [walked.answer.sets for walked in found.standing if isinstance(walked.answer, Answer)]
    if found.position in protocol.outcomes:
        given.append(protocol.outcomes[found.position].report)
    for sets in given:
        for name, value in sets.items():
            values = facts.setdefault(name, [])
            if value not in values:
                values.append(value)
    return {name: tuple(values) for name, values in facts.items()}


def _cannot_start(protocol: Protocol, trail: object, site_type: str | None) -> str | None:
    if not isinstance(trail, list | tuple):
        return "the trail is not a list"
    if site_type is not None and site_type not in SITE_TYPES:
        return f"{site_type!r} is no site type"
    if _place(protocol, protocol.start) is None:
        return f"this version has no step {protocol.start!r} to start from"
    return None


def _take(protocol: Protocol, way: list[_Spot], index: int, entry: object) -> Walked:
    """Follow one entry, moving the way forward or back."""
    here = way[-1]
    place = _place(protocol, here.id)
    if place is None:
        raise _Broken(f"this version has no step or outcome {here.id!r}")
    step, given, at = _entry(entry)
    if step != here.id:
        raise _Broken(f"names step {step!r}, but the walk stands at {here.id!r}")
    if given == BACK:
        return _go_back(way, Walked(index, place, None, at))
    answer = _answer(protocol, place, given, here.site_type)
    if _place(protocol, answer.to) is None:
        raise _Broken(f"answer {given!r} leads to {answer.to!r}, which this version does not have")
    walked = Walked(index, place, answer, at)
    way.append(_Spot(answer.to, _site(place, answer, here.site_type), walked))
    return walked


def _entry(entry: object) -> tuple[str, str, str]:
    if not isinstance(entry, Mapping):
        raise _Broken("is not an object with step and answer")
    step, answer, at = entry.get("step"), entry.get("answer"), entry.get("at")
    if not isinstance(step, str) or not isinstance(answer, str):
        raise _Broken("step and answer must be texts")
    return step, answer, at if isinstance(at, str) else ""


def _go_back(way: list[_Spot], walked: Walked) -> Walked:
    if len(way) == 1:
        raise _Broken("there is nothing to go back to")
    way.pop()
    return walked


def _answer(protocol: Protocol, place: Step | Outcome, given: str, site_type: str | None) -> Answer | Interrupt:
    if isinstance(place, Step):
        for answer in offered(place, site_type):
            if answer.id == given:
                return answer
    for interrupt in protocol.interrupts:
        if interrupt.id == given:
            return interrupt
    at_site = f" at a site of type {site_type}" if site_type else ""
    raise _Broken(f"{place.id!r} has no answer {given!r}{at_site}")


def _site(place: Step | Outcome, answer: Answer | Interrupt, site_type: str | None) -> str | None:
    if isinstance(place, Step) and isinstance(answer, Answer):
        return site_after(place, answer, site_type)
    return site_type


def _place(protocol: Protocol, id: str) -> Step | Outcome | None:
    return protocol.steps.get(id) or protocol.outcomes.get(id)
