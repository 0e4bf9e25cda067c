"""Lint rules about what each step and outcome must hold, and the vocabularies they draw on. For lint.py."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set

from guidance.protocol.finding import Finding
from guidance.protocol.model import (
    CONFIDENCES,
    ENTRY_PLACES,
    ROLES,
    SITE_TYPES,
    TONES,
    URGENCIES,
    Limited,
    Outcome,
    Poster,
    Protocol,
    Step,
    cited,
    shown,
)
from guidance.protocol.rules_tree import Reach

Facts = Mapping[str, Set[str]]
MOST_POSTER_LINES = 10


def piece_findings(
    protocol: Protocol,
    reach: Reach,
    facts: Facts | None,
    drawings: Collection[str] | None,
    protocols: Collection[str] | None,
) -> Iterator[Finding]:
    """Everything that a protocol's pieces lack or name wrongly; a vocabulary that is None is not checked."""
    yield from _head(protocol)
    for step in protocol.steps.values():
        yield from _grounds(protocol, step)
        yield from _step(f"{protocol.id}/{step.id}", step, facts, drawings)
    for outcome in protocol.outcomes.values():
        yield from _grounds(protocol, outcome)
        yield from _outcome(f"{protocol.id}/{outcome.id}", outcome, reach.get(outcome.id, set()))
        yield from _outcome_links(f"{protocol.id}/{outcome.id}", outcome, facts, protocols)
    if protocol.poster != Poster():
        yield from _poster(protocol)


def _among(code: str, place: str, name: str, value: str, known: Sequence[str]) -> Iterator[Finding]:
    if value not in known:
        said = f"{value!r} is unknown" if value else "it is missing"
        yield Finding(code, place, f"{name}: {said}; write one of {', '.join(known)}")


def _head(protocol: Protocol) -> Iterator[Finding]:
    if protocol.version < 1:
        yield Finding("version", protocol.id, "version: write a whole number from 1 that rises with each change")
    yield from _among("urgency", protocol.id, "urgency", protocol.urgency, URGENCIES)
    yield from _among("entry-place", protocol.id, "entry.place", protocol.entry.place, ENTRY_PLACES)
    for source in protocol.sources.values():
        place = f"{protocol.id}/sources/{source.id}"
        yield from _among("confidence", place, "confidence of the source", source.confidence, CONFIDENCES)


def _poster(protocol: Protocol) -> Iterator[Finding]:
    """A poster says, does, forbids and calls something, holds at every kind of place and fits on one sheet."""
    poster, place = protocol.poster, f"{protocol.id}/poster"
    yield from _rests_on(protocol, place, poster)
    for name, items in (("say", poster.say), ("do", poster.do), ("never", poster.never), ("call", poster.call)):
        if not items:
            yield Finding("poster-incomplete", place, f"{name}: it is missing; a poster always has some")
    lines = len([*poster.say, *poster.do, *poster.never])
    if lines > MOST_POSTER_LINES:
        message = f"it has {lines} lines to say, do and never do; cut them to {MOST_POSTER_LINES}"
        yield Finding("poster-too-long", place, message)
    for call in poster.call:
        yield from _among("role-unknown", place, "role to call", call.role, ROLES)
    limited: list[Limited] = [*poster.say, *poster.do, *poster.never, *poster.call]
    if any(each.only for each in limited):
        yield Finding("poster-limited", place, "only: a poster hangs at any kind of place; take `only` out")


def _grounds(protocol: Protocol, holder: Step | Outcome) -> Iterator[Finding]:
    place = f"{protocol.id}/{holder.id}"
    yield from _rests_on(protocol, place, holder)
    if not holder.why:
        yield Finding("why-missing", place, "say in `why` for what reason this is asked or advised")


def _rests_on(protocol: Protocol, place: str, holder: Step | Outcome | Poster) -> Iterator[Finding]:
    if not holder.source:
        yield Finding("source-missing", place, "name the source that this rests on")
    for id in sorted(set(cited(holder)) - set(protocol.sources)):
        yield Finding("source-unknown", place, f"source {id!r} is not in shared/sources.yaml; add it or name another")
    yield from _among("confidence", place, "confidence", holder.confidence, CONFIDENCES)


def _step(place: str, step: Step, facts: Facts | None, drawings: Collection[str] | None) -> Iterator[Finding]:
    if step.drawing and drawings is not None and step.drawing not in drawings:
        yield Finding("drawing-unknown", place, f"there is no drawing {step.drawing!r}; draw it or take it out")
    yield from _sites(place, [*step.say, *step.answers])
    for answer in step.answers:
        yield from _facts(place, f"answer {answer.id!r} sets", answer.sets, facts)


def _outcome(place: str, outcome: Outcome, reached_at: Set[str]) -> Iterator[Finding]:
    if not outcome.summary:
        yield Finding("outcome-incomplete", place, "summary: it is missing; say in one sentence what this is")
    yield from _among("tone", place, "tone", outcome.tone, TONES)
    yield from _among("urgency", place, "urgency", outcome.urgency, URGENCIES)
    yield from _whole("say", place, outcome.say, reached_at)
    yield from _whole("do", place, outcome.do, reached_at)
    yield from _whole("never", place, outcome.never, reached_at)
    yield from _whole("call", place, outcome.call, reached_at)
    yield from _sites(place, [*outcome.say, *outcome.do, *outcome.never, *outcome.call])


def _whole(name: str, place: str, items: Sequence[Limited], reached_at: Set[str]) -> Iterator[Finding]:
    """An outcome holds something under this name, and does so at each site type that comes to it."""
    without = [site_type for site_type in SITE_TYPES if site_type in reached_at and not shown(items, site_type)]
    if not items:
        yield Finding("outcome-incomplete", place, f"{name}: it is missing; an outcome always has some")
    elif without:
        yield Finding("outcome-incomplete", place, f"{name}: nothing is left at {', '.join(without)}; add a line")


def _outcome_links(
    place: str, outcome: Outcome, facts: Facts | None, protocols: Collection[str] | None
) -> Iterator[Finding]:
    for call in outcome.call:
        yield from _among("role-unknown", place, "role to call", call.role, ROLES)
    for then in outcome.then:
        if protocols is not None and then.protocol not in protocols:
            message = f"`then` names protocol {then.protocol!r}; protocols are {', '.join(sorted(protocols))}"
            yield Finding("then-unknown", place, message)
    yield from _facts(place, "report", outcome.report, facts)


def _sites(place: str, items: Sequence[Limited]) -> Iterator[Finding]:
    for site_type in sorted({each for item in items for each in item.only} - set(SITE_TYPES)):
        yield from _among("site-type-unknown", place, "only", site_type, SITE_TYPES)


def _facts(place: str, what: str, sets: Mapping[str, str], facts: Facts | None) -> Iterator[Finding]:
    for name, value in sets.items():
        if facts is None:
            return
        if name not in facts:
            yield Finding("fact-unknown", place, f"{what} {name!r}, which is no fact of the report; name another")
        elif value not in facts[name]:
            known = ", ".join(sorted(facts[name]))
            yield Finding("fact-unknown", place, f"{what} {name!r} to {value!r}; its values are {known}")
