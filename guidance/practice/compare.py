"""A walk beside the expected one, row by row. For debrief.py; the phone's own debrief follows the same rules.

Both ways are put in one list: where they stand at the same step, one row holds both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guidance.protocol.model import Answer, Interrupt, Outcome, Protocol, Step
from guidance.protocol.replay import Walked

Way = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """An answer or interrupt and its words."""

    answer: str
    text: str


@dataclass(frozen=True)
class PathRow:
    """One step of either way: `expected` or `mine` is None where that way did not come by."""

    step: str
    ask: str
    expected: Choice | None
    mine: Choice | None

    @property
    def same(self) -> bool:
        """Both ways came by and gave the same answer."""
        return self.expected is not None and self.expected == self.mine


def side_by_side(protocol: Protocol, expected: Way, mine: Way) -> tuple[PathRow, ...]:
    """Both ways as rows in walking order.

    For each entry of `mine`: if its step still lies ahead on the expected way, what was expected before it comes
    first, then one row for both; otherwise a row of its own. What is left of the expected way closes the list.
    """
    rows: list[PathRow] = []
    met = 0
    for step, answer in mine:
        ahead = next((at for at in range(met, len(expected)) if expected[at][0] == step), None)
        if ahead is None:
            rows.append(_row(protocol, step, None, answer))
            continue
        rows.extend(_row(protocol, *expected[at], None) for at in range(met, ahead))
        rows.append(_row(protocol, step, expected[ahead][1], answer))
        met = ahead + 1
    rows.extend(_row(protocol, *expected[at], None) for at in range(met, len(expected)))
    return tuple(rows)


def given(walked: Sequence[Walked]) -> list[tuple[str, str]]:
    """The (step, answer) pairs of entries; going back gives none."""
    return [(each.place.id, each.answer.id) for each in walked if each.answer is not None]


def asked(protocol: Protocol, id: str) -> str:
    """The words of a step or outcome: its question or headline; the id itself where this version has none."""
    place = _place(protocol, id)
    if place is None:
        return id
    return place.ask if isinstance(place, Step) else place.headline


def choice(protocol: Protocol, step: str, answer: str) -> Choice:
    """An answer with its words; the id itself stands for words that this version does not have."""
    place = _place(protocol, step)
    known: tuple[Answer | Interrupt, ...] = place.answers if isinstance(place, Step) else ()
    words = (each.text for each in (*known, *protocol.interrupts) if each.id == answer)
    return Choice(answer, next(words, answer))


def _row(protocol: Protocol, step: str, expected: str | None, mine: str | None) -> PathRow:
    return PathRow(
        step,
        asked(protocol, step),
        None if expected is None else choice(protocol, step, expected),
        None if mine is None else choice(protocol, step, mine),
    )


def _place(protocol: Protocol, id: str) -> Step | Outcome | None:
    return protocol.steps.get(id) or protocol.outcomes.get(id)
