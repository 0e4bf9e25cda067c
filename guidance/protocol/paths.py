"""Every way through a protocol, counted or listed one by one. Any part may use it.

Interrupts and `back` are left out: they hold everywhere and would only multiply the same ways.
Both functions want a tree without loops and unknown targets (lint.py finds those) and raise `PathError` otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guidance.protocol.model import Answer, Protocol, Step, offered, site_after


class PathError(Exception):
    """The ways cannot be listed: the tree has a loop or an unknown target."""


@dataclass(frozen=True)
class Path:
    """One way from the start to an outcome, for one site type (None: it was never asked)."""

    taken: tuple[tuple[Step, Answer], ...]
    outcome: str
    site_type: str | None

    def trail(self, at: str = "") -> list[dict[str, str]]:
        """The trail of somebody who walked it, every entry at the same moment."""
        return [{"step": step.id, "answer": answer.id, "at": at} for step, answer in self.taken]


def paths(protocol: Protocol, site_type: str | None = None) -> Iterator[Path]:
    """Every path, lazily, in the order of the answers.

    With a site type: what a phone at such a site can walk, its `place` step having one answer.
    Without: a phone that knows no site, for which the answer to `place` decides what follows.
    """
    count_paths(protocol, site_type)
    taken: list[tuple[Step, Answer]] = []
    open_answers = [_branches(protocol, protocol.start, site_type)]
    sites = [site_type]
    if protocol.start in protocol.outcomes:
        yield Path((), protocol.start, site_type)
    while open_answers:
        branch = next(open_answers[-1], None)
        if branch is None:
            open_answers.pop()
            sites.pop()
            if taken:
                taken.pop()
            continue
        step, answer = branch
        site = site_after(step, answer, sites[-1])
        if answer.to in protocol.outcomes:
            yield Path((*taken, branch), answer.to, site)
            continue
        taken.append(branch)
        sites.append(site)
        open_answers.append(_branches(protocol, answer.to, site))


def count_paths(protocol: Protocol, site_type: str | None = None) -> int:
    """How many paths there are, without walking each (a tree with joins has far more paths than steps)."""
    counts: dict[tuple[str, str | None], int] = {}
    under_way: set[tuple[str, str | None]] = set()
    todo = [(protocol.start, site_type)]
    while todo:
        spot = todo[-1]
        missing = [] if spot in counts else [to for to in _after(protocol, spot) if to not in counts]
        if missing:
            under_way.add(spot)
            looped = next((to for to in missing if to in under_way), None)
            if looped:
                raise PathError(f"the tree comes back to {looped[0]!r}")
            todo.extend(missing)
            continue
        todo.pop()
        under_way.discard(spot)
        counts[spot] = 1 if spot[0] in protocol.outcomes else sum(counts[to] for to in _after(protocol, spot))
    return counts[(protocol.start, site_type)]


def interrupt_ends(protocol: Protocol) -> dict[str, str]:
    """Where each interrupt leads, from wherever it is used."""
    return {interrupt.id: interrupt.to for interrupt in protocol.interrupts}


def _after(protocol: Protocol, spot: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    id, site_type = spot
    return [(answer.to, site_after(step, answer, site_type)) for step, answer in _branches(protocol, id, site_type)]


def _branches(protocol: Protocol, id: str, site_type: str | None) -> Iterator[tuple[Step, Answer]]:
    if id in protocol.outcomes:
        return iter(())
    step = protocol.steps.get(id)
    if step is None:
        raise PathError(f"there is no step or outcome {id!r}")
    return iter([(step, answer) for answer in offered(step, site_type)])
