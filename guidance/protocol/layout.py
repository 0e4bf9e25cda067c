"""A protocol as nodes and edges in layers, for the drawings of graph.py and svg.py only.

A node stands one layer below the lowest that leads to it; edges that lead back up (a loop that the lint refuses)
do not count for this, so that a broken protocol can be drawn as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guidance.protocol.model import Answer, Protocol


@dataclass(frozen=True)
class Node:
    """A step, an outcome (with its tone as kind), or a target that does not exist (`missing`)."""

    id: str
    text: str
    kind: str


@dataclass(frozen=True)
class Edge:
    """One answer, or several answers of a step that lead to the same place."""

    source: str
    target: str
    label: str


def nodes(protocol: Protocol) -> dict[str, Node]:
    """Every node by id, in walking order; what no way leads to comes last."""
    found = {id: _node(protocol, id) for id in walking_order(protocol)}
    for id in (*protocol.steps, *protocol.outcomes):
        found.setdefault(id, _node(protocol, id))
    return found


def edges(protocol: Protocol) -> Iterator[Edge]:
    """Every edge; the answers of one step that share a target are one edge."""
    for step in protocol.steps.values():
        labels: dict[str, list[str]] = {}
        for answer in step.answers:
            labels.setdefault(answer.to, []).append(label(answer))
        yield from (Edge(step.id, target, " / ".join(texts)) for target, texts in labels.items())


def label(answer: Answer) -> str:
    """An answer's text with the site types it is limited to."""
    return f"{answer.text} ({', '.join(answer.only)})" if answer.only else answer.text


def walking_order(protocol: Protocol) -> list[str]:
    """Ids from the start on so that, loops aside, each comes after everything that leads to it.

    Where that leaves a choice, earlier answers come first: targets are visited last to first and the order turned.
    """
    done: dict[str, None] = {}
    seen = {protocol.start}
    todo: list[tuple[str, Iterator[str]]] = [(protocol.start, _targets(protocol, protocol.start))]
    while todo:
        id, rest = todo[-1]
        target = next((each for each in rest if each not in seen), None)
        if target is None:
            todo.pop()
            done[id] = None
        else:
            seen.add(target)
            todo.append((target, _targets(protocol, target)))
    return list(reversed(done))


def layers(protocol: Protocol) -> list[list[str]]:
    """Node ids by layer, from the start down; what only interrupts lead to stands in the last."""
    order = walking_order(protocol)
    rank = {id: index for index, id in enumerate(order)}
    depth = dict.fromkeys(order, 0)
    for id in order:
        for target in _targets(protocol, id):
            if rank[target] > rank[id]:
                depth[target] = max(depth[target], depth[id] + 1)
    last = max(depth.values())
    for id in nodes(protocol):
        depth.setdefault(id, last + 1)
    found: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for id, at in depth.items():
        found[at].append(id)
    return found


def settle(rows: list[list[str]], links: Sequence[tuple[str, str]], rounds: int = 8) -> list[list[str]]:
    """Order each row by the mean position of what it is linked to in the row above, then below, several times."""
    for turn in range(rounds):
        down = turn % 2 == 0
        indices = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for index in indices:
            fixed = {id: place for place, id in enumerate(rows[index - 1 if down else index + 1])}
            rows[index] = _by_mean(rows[index], fixed, links)
    return rows


def _by_mean(row: list[str], fixed: dict[str, int], links: Sequence[tuple[str, str]]) -> list[str]:
    linked: dict[str, list[int]] = {id: [] for id in row}
    for one, other in links:
        for mine, theirs in ((one, other), (other, one)):
            if mine in linked and theirs in fixed:
                linked[mine].append(fixed[theirs])
    own = {id: place for place, id in enumerate(row)}
    return sorted(row, key=lambda id: (sum(linked[id]) / len(linked[id]) if linked[id] else own[id], own[id]))


def _targets(protocol: Protocol, id: str) -> Iterator[str]:
    step = protocol.steps.get(id)
    return reversed(list(dict.fromkeys(answer.to for answer in step.answers)) if step else [])


def _node(protocol: Protocol, id: str) -> Node:
    if id in protocol.steps:
        return Node(id, protocol.steps[id].ask, "step")
    if id in protocol.outcomes:
        outcome = protocol.outcomes[id]
        return Node(id, outcome.headline, outcome.tone or "calm")
    return Node(id, f"missing: {id}", "missing")
