"""Shared pieces put into a protocol: parts expanded, outcomes included, interrupts and sources added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from guidance.protocol.model import Answer, Interrupt, Outcome, Poster, Protocol, Source, Step, cited
from guidance.protocol.values import Report

EXIT = "exit:"


@dataclass(frozen=True)
class Part:
    """A piece of tree that several protocols use; an answer leaves it by `exit:<name>`."""

    name: str
    start: str
    exits: tuple[str, ...]
    steps: Mapping[str, Step]


@dataclass(frozen=True)
class Use:
    """One place where a protocol uses a part, and where each exit of the part leads there."""

    id: str
    part: str
    exits: Mapping[str, str]
    place: str


@dataclass(frozen=True)
class Draft:
    """A protocol file as written, before shared pieces are put in."""

    head: Protocol
    uses: tuple[Use, ...]
    include: tuple[str, ...]


@dataclass(frozen=True)
class Shared:
    """What protocols/shared/ offers."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    interrupts: tuple[Interrupt, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)


def expand(draft: Draft, shared: Shared, report: Report) -> Protocol:
    """The self-contained protocol; what cannot be put together is noted in the report."""
    uses = [use for use in draft.uses if _usable(use, shared, report)]
    starts = {use.id: f"{use.id}-{shared.parts[use.part].start}" for use in uses}
    steps = {id: _aimed(step, starts) for id, step in draft.head.steps.items()}
    for use in uses:
        _add_part(steps, use, shared.parts[use.part], starts, report)
    outcomes = _with_included(draft, shared, report)
    _say_clashes(steps, outcomes, starts, report)
    return replace(
        draft.head,
        start=starts.get(draft.head.start, draft.head.start),
        steps=steps,
        outcomes=outcomes,
        interrupts=shared.interrupts,
        sources=_used_sources([*steps.values(), *outcomes.values(), draft.head.poster], shared.sources),
    )


def _usable(use: Use, shared: Shared, report: Report) -> bool:
    part = shared.parts.get(use.part)
    if part is None:
        known = ", ".join(sorted(shared.parts)) or "none"
        report.add(use.place, f"there is no part {use.part!r}; parts are: {known}")
        return False
    for name in part.exits:
        if name not in use.exits:
            report.add(use.place, f"say where exit {name!r} of part {use.part!r} leads")
    for name in use.exits:
        if name not in part.exits:
            report.add(use.place, f"part {use.part!r} has no exit {name!r}")
    return set(part.exits) == set(use.exits)


def _aimed(step: Step, targets: Mapping[str, str]) -> Step:
    return replace(step, answers=tuple(_aim(answer, targets) for answer in step.answers))


def _aim(answer: Answer, targets: Mapping[str, str]) -> Answer:
    return replace(answer, to=targets.get(answer.to, answer.to))


def _add_part(steps: dict[str, Step], use: Use, part: Part, starts: Mapping[str, str], report: Report) -> None:
    inner = {id: f"{use.id}-{id}" for id in part.steps}
    exits = {EXIT + name: starts.get(to, to) for name, to in use.exits.items()}
    for id, step in part.steps.items():
        if inner[id] in steps:
            report.add(use.place, f"step {inner[id]!r} of the part meets a step of the same id; rename one")
        steps[inner[id]] = replace(_aimed(step, {**inner, **exits}), id=inner[id])


def _with_included(draft: Draft, shared: Shared, report: Report) -> dict[str, Outcome]:
    outcomes = dict(draft.head.outcomes)
    for index, id in enumerate(draft.include):
        place = f"include[{index}]"
        if id not in shared.outcomes:
            report.add(place, f"shared/outcomes.yaml has no outcome {id!r}")
        elif id in draft.head.outcomes:
            report.add(place, f"outcome {id!r} is written here and included; keep one")
        else:
            outcomes[id] = shared.outcomes[id]
    return outcomes


def _say_clashes(
    steps: Mapping[str, Step], outcomes: Mapping[str, Outcome], starts: Mapping[str, str], report: Report
) -> None:
    for id in sorted(set(steps) & set(outcomes)):
        report.add(f"outcomes.{id}", f"{id!r} is a step and an outcome; rename one")
    for id in sorted(set(starts) & (set(steps) | set(outcomes))):
        report.add(f"use.{id}", f"{id!r} is also a step or an outcome; rename one")


def _used_sources(holders: Iterable[Step | Outcome | Poster], known: Mapping[str, Source]) -> dict[str, Source]:
    used = {id for holder in holders for id in cited(holder)}
    return {id: known[id] for id in sorted(used) if id in known}
