"""Random protocols for property tests: fit for use by construction, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from guidance.protocol.document import with_hash
from guidance.protocol.model import (
    SITE_TYPES,
    Answer,
    Call,
    Entry,
    Interrupt,
    Line,
    Outcome,
    Protocol,
    Source,
    Step,
)
from guidance.protocol.rules_tree import reached, reached_unknown

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples"
SOURCE = Source("memo", "A memo of the City", confidence="mirror")
INTERRUPTS = (
    Interrupt("unsafe", "I do not feel safe", "safety-exit"),
    Interrupt("went-in", "They went in", "entered-anyway"),
    Interrupt("emergency", "They say emergency", "emergency-claimed"),
)


def step(id: str, answers: Sequence[Answer] = (), place: bool = False) -> Step:
    """A step that lacks nothing but perhaps answers."""
    return Step(
        id,
        f"What do you see at {id}?",
        tuple(answers),
        why="It helps.",
        source=("memo",),
        confidence="mirror",
        place=place,
    )


def outcome(id: str) -> Outcome:
    """An outcome that lacks nothing."""
    line = (Line("Wait for counsel."),)
    return Outcome(
        id,
        "Wait",
        "wait",
        "Counsel decides.",
        line,
        line,
        line,
        (Call("counsel"),),
        "urgent",
        why="Counsel decides.",
        source=("memo",),
        confidence="mirror",
    )


def answer(id: str, to: str, only: tuple[str, ...] = ()) -> Answer:
    """An answer to that target."""
    return Answer(id, f"Answer {id}", to, only=only)


def protocol(steps: Sequence[Step], outcomes: Sequence[str]) -> Protocol:
    """A protocol of these steps, the first being the start, with the three interrupts and their outcomes."""
    ends = [*outcomes, *(each.to for each in INTERRUPTS)]
    return with_hash(
        Protocol(
            id="random",
            version=1,
            checked=date(2026, 11, 24),
            title="Random",
            summary="A random tree.",
            entry=Entry("Random", "main", 1),
            urgency="urgent",
            start=steps[0].id,
            steps={each.id: each for each in steps},
            outcomes={id: outcome(id) for id in ends},
            interrupts=INTERRUPTS,
            sources={"memo": SOURCE},
        )
    )


def with_step(found: Protocol, changed: Step) -> Protocol:
    """The protocol with one step exchanged or added."""
    return with_hash(replace(found, steps={**found.steps, changed.id: changed}))


def with_answer(found: Protocol, at: str, to: str) -> Protocol:
    """The protocol with one more answer at a step; a place step, which has its six, is re-targeted instead."""
    here = found.steps[at]
    if here.place:
        return with_step(found, replace(here, answers=(replace(here.answers[0], to=to), *here.answers[1:])))
    return with_step(found, replace(here, answers=(*here.answers, answer("seeded", to))))


@dataclass
class _Sketch:
    """Targets of each step while a tree is drawn."""

    count: int
    place: int | None
    targets: dict[int, list[str]] = field(default_factory=dict)

    def room(self, index: int) -> bool:
        return index != self.place or len(self.targets.setdefault(index, [])) < len(SITE_TYPES)

    def add(self, index: int, target: str) -> None:
        self.targets.setdefault(index, []).append(target)

    def steps(self) -> list[Step]:
        return [self._step(index) for index in range(self.count)]

    def _step(self, index: int) -> Step:
        place = index == self.place
        ids = SITE_TYPES if place else [f"a{number}" for number in range(len(self.targets[index]))]
        answers = [answer(id, target) for id, target in zip(ids, self.targets[index], strict=True)]
        return step(f"s{index}", answers, place)


@st.composite
def clean_protocols(draw: st.DrawFn) -> Protocol:
    """Trees with joins, perhaps a place step and perhaps limited answers, in which the lint finds nothing."""
    count = draw(st.integers(1, 7))
    ends = [f"o{number}" for number in range(draw(st.integers(1, 4)))]
    sketch = _Sketch(count, draw(st.none() | st.integers(0, count - 1)))
    for index in range(1, count):
        sketch.add(draw(st.sampled_from([each for each in range(index) if sketch.room(each)])), f"s{index}")
    for end in ends:
        sketch.add(draw(st.sampled_from([each for each in range(count) if sketch.room(each)] or [count - 1])), end)
    for index in range(count):
        later = [*(f"s{each}" for each in range(index + 1, count)), *ends]
        while (index == sketch.place and sketch.room(index)) or not sketch.targets.get(index):
            sketch.add(index, draw(st.sampled_from(later)))
    return draw(_limited(protocol(sketch.steps(), ends), ends))


@st.composite
def _limited(draw: st.DrawFn, found: Protocol, ends: Sequence[str]) -> Protocol:
    """The protocol with some answers more that only some site types see."""
    at, unknown = reached(found), reached_unknown(found)
    for here in list(found.steps.values()):
        if not here.place and draw(st.booleans()):
            only = draw(st.lists(st.sampled_from(sorted(at[here.id])), unique=True, max_size=3))
            more = answer("more", draw(st.sampled_from(ends)), () if here.id in unknown else tuple(only))
            found = with_step(found, replace(here, answers=(*here.answers, more)))
    return found


SITES = st.none() | st.sampled_from(SITE_TYPES)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
