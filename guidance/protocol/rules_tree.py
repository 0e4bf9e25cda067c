"""Lint rules about the shape of the tree: targets, loops, reach, answers per site type, interrupts. For lint.py."""

from __future__ import annotations

from collections.abc import Iterator, Set

from guidance.protocol.finding import Finding
from guidance.protocol.model import (
    BACK,
    REQUIRED_INTERRUPTS,
    SITE_TYPES,
    Protocol,
    Step,
    offered,
)

Reach = dict[str, Set[str]]


def tree_findings(protocol: Protocol) -> Iterator[Finding]:
    """Everything that is wrong with the shape of a protocol's tree."""
    reach = reached(protocol)
    yield from _targets(protocol)
    yield from _loops(protocol)
    yield from _unreachable(protocol, reach)
    yield from _interrupts(protocol)
    unknown = reached_unknown(protocol)
    for step in protocol.steps.values():
        if step.id in unknown and any(answer.only for answer in step.answers):
            message = "answers are limited to site types before `place` was asked; ask it first on every way here"
            yield Finding("site-type-not-asked", f"{protocol.id}/{step.id}", message)
        yield from _answers(protocol, step, reach)
        yield from _place(protocol, step)


def reached(protocol: Protocol) -> Reach:
    """For each step and outcome, the site types at which somebody can come there."""
    found: dict[str, set[str]] = {}
    for site_type in SITE_TYPES:
        for id in _reached_at(protocol, site_type):
            found.setdefault(id, set()).add(site_type)
    return dict(found)


def _reached_at(protocol: Protocol, site_type: str) -> set[str]:
    found: set[str] = set()
    todo = [protocol.start, *(interrupt.to for interrupt in protocol.interrupts)]
    while todo:
        id = todo.pop()
        if id in found:
            continue
        found.add(id)
        if id in protocol.steps:
            todo.extend(answer.to for answer in offered(protocol.steps[id], site_type))
    return found


def reached_unknown(protocol: Protocol) -> set[str]:
    """The steps to which a phone at no known site comes before it was asked what kind of place this is."""
    found: set[str] = set()
    todo = [protocol.start]
    while todo:
        step = protocol.steps.get(todo.pop())
        if step is not None and step.id not in found:
            found.add(step.id)
            todo.extend(answer.to for answer in step.answers if not step.place)
    return found


def _targets(protocol: Protocol) -> Iterator[Finding]:
    known = set(protocol.steps) | set(protocol.outcomes)
    if protocol.start not in known:
        yield Finding("unknown-target", protocol.id, f"start names {protocol.start!r}, which is no step; name one")
    for step in protocol.steps.values():
        for answer in step.answers:
            if answer.to not in known:
                message = f"answer {answer.id!r} leads to {answer.to!r}, which is no step or outcome; name one"
                yield Finding("unknown-target", f"{protocol.id}/{step.id}", message)


def _loops(protocol: Protocol) -> Iterator[Finding]:
    """One finding for each answer that leads back into a way already walked."""
    done: set[str] = set()
    for root in protocol.steps:
        way: list[str] = []
        todo: list[tuple[str, bool]] = [(root, False)]
        while todo:
            id, leaving = todo.pop()
            if leaving:
                done.add(way.pop())
            elif id in way:
                ring = " → ".join([*way[way.index(id) :], id])
                message = f"the answers lead in a circle: {ring}; let one of them end in an outcome"
                yield Finding("loop", f"{protocol.id}/{way[-1]}", message)
            elif id not in done and id in protocol.steps:
                way.append(id)
                todo.append((id, True))
                todo.extend((answer.to, False) for answer in protocol.steps[id].answers)


def _unreachable(protocol: Protocol, reach: Reach) -> Iterator[Finding]:
    for kind, ids in (("step", protocol.steps), ("outcome", protocol.outcomes)):
        for id in ids:
            if id not in reach:
                message = f"no way leads to this {kind}; let an answer lead here or take it out"
                yield Finding("unreachable", f"{protocol.id}/{id}", message)


def _answers(protocol: Protocol, step: Step, reach: Reach) -> Iterator[Finding]:
    place = f"{protocol.id}/{step.id}"
    if not step.answers:
        yield Finding("dead-end", place, "the step has no answers; add some, or make it an outcome")
        return
    ids = [answer.id for answer in step.answers]
    reserved = {BACK, *(interrupt.id for interrupt in protocol.interrupts)}
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield Finding("answer-twice", place, f"two answers have the id {id!r}; rename one")
    for id in sorted(set(ids) & reserved):
        yield Finding("answer-reserved", place, f"the answer id {id!r} has a meaning everywhere; rename it")
    yield from _per_site(step, place, reach.get(step.id, set()))


def _per_site(step: Step, place: str, sites: Set[str]) -> Iterator[Finding]:
    """Answers seen from each site type at which the step is reached."""
    if step.place:
        return
    without = [site_type for site_type in SITE_TYPES if site_type in sites and not offered(step, site_type)]
    if without:
        message = f"there is no answer at {', '.join(without)}; add one or widen `only`"
        yield Finding("no-answer-for-site", place, message)
    for answer in step.answers:
        if sites and answer.only and not sites & set(answer.only):
            message = f"nobody sees answer {answer.id!r}: the step is never reached at {', '.join(answer.only)}"
            yield Finding("answer-never-shown", place, message)


def _place(protocol: Protocol, step: Step) -> Iterator[Finding]:
    if not step.place:
        return
    place = f"{protocol.id}/{step.id}"
    if sorted(answer.id for answer in step.answers) != sorted(SITE_TYPES):
        yield Finding("place-answers", place, f"a place step has exactly the answers {', '.join(SITE_TYPES)}")
    if any(answer.only for answer in step.answers):
        yield Finding("place-answers", place, "an answer of a place step has no `only`; take it out")


def _interrupts(protocol: Protocol) -> Iterator[Finding]:
    given = [interrupt.id for interrupt in protocol.interrupts]
    for id in REQUIRED_INTERRUPTS:
        if id not in given:
            yield Finding("interrupt-missing", protocol.id, f"add the interrupt {id!r} to shared/interrupts.yaml")
    for id in sorted({id for id in given if given.count(id) > 1} | ({BACK} & set(given))):
        yield Finding("interrupt-id", protocol.id, f"the interrupt id {id!r} is taken; rename it")
    for interrupt in protocol.interrupts:
        if interrupt.to not in protocol.outcomes:
            message = f"interrupt {interrupt.id!r} leads to {interrupt.to!r}, which is no outcome here; include it"
            yield Finding("interrupt-target", protocol.id, message)
