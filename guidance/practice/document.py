"""A scenario as the JSON that a phone keeps: everything for the card, the injects and a debrief without a network.

It names the version of the protocol it was made for; the protocol itself is the guide's own document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from guidance.practice.compare import asked, choice
from guidance.practice.scenario import Card, Decision, Scenario, card_source, inject_source
from guidance.protocol.model import Protocol

FORMAT = 1


def to_document(
    scenario: Scenario, protocol: Protocol, labels: Mapping[str, str], spoken: Sequence[str] = ()
) -> dict[str, object]:
    """The JSON-safe form for a phone; `labels` are the words of each fact of a report by its id.

    `spoken` is what officers say, as they say it: in English. Where the scenario has it in another language, its own
    words are the meaning of those.
    """
    expected = scenario.expected
    return {
        "format": FORMAT,
        "id": scenario.id,
        "version": scenario.version,
        "hash": scenario.hash,
        "checked": scenario.checked.isoformat(),
        "title": scenario.title,
        "summary": scenario.summary,
        "site_type": scenario.site_type,
        "protocol": {"id": protocol.id, "version": protocol.version, "hash": protocol.hash, "title": protocol.title},
        "card": _card(scenario.card, spoken),
        "injects": [inject_source(inject) for inject in scenario.injects],
        "expected": {
            "outcome": {"id": expected.outcome, "headline": asked(protocol, expected.outcome)},
            "path": [_turn(protocol, step, answer) for step, answer in expected.path],
            "alert": expected.alert,
            "report": [{"id": fact, "label": labels.get(fact, fact)} for fact in expected.report],
        },
        "decisions": [_decision(protocol, decision) for decision in scenario.decisions],
        "counsel": scenario.counsel,
    }


def _card(card: Card, spoken: Sequence[str]) -> dict[str, object]:
    found = card_source(card)
    if spoken and tuple(spoken) != card.say:
        found.update(say=list(spoken), say_means=list(card.say))
    return found


def _turn(protocol: Protocol, step: str, answer: str) -> dict[str, object]:
    return {
        "step": step,
        "ask": asked(protocol, step),
        "answer": answer,
        "text": choice(protocol, step, answer).text,
    }


def _decision(protocol: Protocol, decision: Decision) -> dict[str, object]:
    titles = [protocol.sources[id].title for id in decision.source if id in protocol.sources]
    return {**_turn(protocol, decision.step, decision.answer), "why": decision.why, "sources": titles}
