"""A protocol as far as a debrief on the phone needs it: who leads where, in which words. Pure.

Any part above practice may use it. It is a part of the guide's own document, with the same hash.
"""

from __future__ import annotations

from collections.abc import Mapping

from guidance.protocol.model import Answer, Protocol, Step


def outline(protocol: Protocol) -> dict[str, object]:
    """The JSON-safe form; absent things are left out."""
    return {
        "id": protocol.id,
        "hash": protocol.hash,
        "version": protocol.version,
        "start": protocol.start,
        "steps": {id: _step(step) for id, step in protocol.steps.items()},
        "outcomes": {
            id: {"headline": outcome.headline, "report": dict(outcome.report)}
            for id, outcome in protocol.outcomes.items()
        },
        "interrupts": [{"id": each.id, "text": each.text, "to": each.to} for each in protocol.interrupts],
    }


def _step(step: Step) -> Mapping[str, object]:
    place = {"place": True} if step.place else {}
    return {"ask": step.ask, **place, "answers": [_answer(each) for each in step.answers]}


def _answer(answer: Answer) -> Mapping[str, object]:
    sets = {"sets": dict(answer.sets)} if answer.sets else {}
    only = {"only": list(answer.only)} if answer.only else {}
    return {"id": answer.id, "text": answer.text, "to": answer.to, **sets, **only}
