"""Fields of a report that hold codes: what no published version knows is kept apart from them, as text.

A wrong code never makes a report fail. It may be a code of a newer version, or a name that somebody put there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from guidance.incident.urgency import ORDER
from guidance.protocol.model import BACK, Protocol
from guidance.translations.languages import LANGUAGES

# Stands in a field of codes whose text was set apart. No protocol can use it as an id.
UNKNOWN = "?"
# BCP 47 for a language that is not known.
NO_LANGUAGE = "und"
# For an urgency that is not known: to wake someone for nothing is the smaller harm.
URGENT = "urgent"
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Codes:
    """What published versions know: ids of protocols, of steps and outcomes, of answers and interrupts.

    `scenarios` are the ids of scenarios that are here; `choices` the codes of each fact that is a choice.
    """

    protocols: frozenset[str]
    places: frozenset[str]
    answers: frozenset[str]
    scenarios: frozenset[str] = frozenset()
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)


def codes_of(
    protocols: Iterable[str],
    versions: Iterable[Protocol],
    scenarios: Iterable[str] = (),
    choices: Mapping[str, frozenset[str]] | None = None,
) -> Codes:
    """The codes that these versions of a protocol know."""
    places: set[str] = set()
    answers = {BACK}
    for version in versions:
        places |= {*version.steps, *version.outcomes}
        answers |= {each.id for each in version.interrupts}
        answers |= {answer.id for step in version.steps.values() for answer in step.answers}
    return Codes(frozenset(protocols), frozenset(places), frozenset(answers), frozenset(scenarios), choices or {})


def set_apart(body: Mapping[str, Any], codes: Codes) -> tuple[dict[str, Any], str]:
    """A body that holds known codes alone, and the texts that were in their place (JSON: `[[path, text], …]`).

    A well-formed hash of an unknown version stays: it cannot hold words, and the version may be published later.
    """
    kept: dict[str, Any] = deepcopy(dict(body))
    apart: list[tuple[list[str | int], str]] = []

    def check(holder: dict[str, Any], name: str, known: bool, path: list[str | int], instead: str = UNKNOWN) -> None:
        if not known:
            apart.append(([*path, name], holder[name]))
            holder[name] = instead

    if "kind" in kept:
        check(kept, "kind", kept["kind"] in codes.protocols or kept["kind"] == "practice", [])
    check(kept, "locale", kept["locale"] in LANGUAGES, [], NO_LANGUAGE)
    if "urgency" in kept:
        check(kept, "urgency", kept["urgency"] in ORDER, [], URGENT)
    check(kept["protocol"], "id", kept["protocol"]["id"] in codes.protocols, ["protocol"])
    check(kept["protocol"], "hash", bool(HASH.fullmatch(kept["protocol"]["hash"])), ["protocol"])
    if "scenario" in kept:
        check(kept["scenario"], "id", kept["scenario"]["id"] in codes.scenarios, ["scenario"])
        check(kept["scenario"], "hash", bool(HASH.fullmatch(kept["scenario"]["hash"])), ["scenario"])
    for index, entry in enumerate(kept["trail"]):
        check(entry, "step", entry["step"] in codes.places, ["trail", index])
        check(entry, "answer", entry["answer"] in codes.answers, ["trail", index])
    facts = kept.get("facts", {})
    for name in [each for each in facts if each in codes.choices]:
        if isinstance(facts[name], list):
            apart += [(["facts", name], each) for each in facts[name] if each not in codes.choices[name]]
            facts[name] = [each for each in facts[name] if each in codes.choices[name]]
        else:
            check(facts, name, facts[name] in codes.choices[name], ["facts"])
    return kept, json.dumps(apart, ensure_ascii=False)


def put_back(body: Mapping[str, Any], apart: str, codes: Codes) -> dict[str, Any]:
    """The body with those texts of its trail in place that are codes by now, since their version was published."""
    found: dict[str, Any] = deepcopy(dict(body))
    for path, text in json.loads(apart):
        if path[0] == "trail":
            entry, name = found["trail"][path[1]], path[2]
            if text in (codes.places if name == "step" else codes.answers):
                entry[name] = text
    return found


def texts_apart(apart: str) -> list[str]:
    """The texts that were set apart, each once, in the order in which they came."""
    return list(dict.fromkeys(text for _path, text in json.loads(apart)))
