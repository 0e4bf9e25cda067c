"""Protocols, scenarios and facts in the language of this request; each prepared once per process and language.

What a person typed (drafts, notes, titles of classes) never passes here: it stays as written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app

from guidance.incident import facts
from guidance.incident.facts import Catalog
from guidance.practice import texts as scenario_texts
from guidance.practice.load import ScenarioShelf
from guidance.practice.scenario import Scenario
from guidance.protocol import texts as protocol_texts
from guidance.protocol.load import Library
from guidance.protocol.model import Protocol
from guidance.web import locale
from guidance.web.context import parts

Made = TypeVar("Made")


def protocol(found: Protocol) -> Protocol:
    """A version of a protocol in this language; ids and hash stay."""
    return _once(("protocol", found.hash), lambda: protocol_texts.reworded(found, locale.reword))


def library() -> Library:
    """Today's protocols in this language."""
    whole = parts().library
    return Library({id: protocol(each) for id, each in whole.protocols.items()}, whole.uses)


def scenario(found: Scenario) -> Scenario:
    """A scenario in this language, what officers say too; id and hash stay."""
    return _once(("scenario", found.hash), lambda: scenario_texts.reworded(found, locale.reword))


def scenarios() -> ScenarioShelf:
    """Every scenario in this language."""
    return ScenarioShelf({id: scenario(each) for id, each in parts().scenarios.scenarios.items()})


def catalog() -> Catalog:
    """The facts that a report may hold, in this language."""
    return _once(("facts",), lambda: facts.reworded(parts().catalog, locale.reword))


def role_titles() -> dict[str, str]:
    """The titles of certificate roles by id, in this language."""
    written = {id: role.title for id, role in parts().certificate_rules.roles.items()}
    return scenario_texts.role_titles(written, locale.reword)


def protocol_titles() -> dict[str, str]:
    """The titles of today's protocols by id, in this language."""
    return {id: locale.reword(id, each.title, "title") for id, each in parts().library.protocols.items()}


def _once(key: tuple[str, ...], make: Callable[[], Made]) -> Made:
    kept: dict[tuple[str, ...], Made] = current_app.extensions.setdefault("guidance-content", {})
    place = (locale.current(), *key)
    if place not in kept:
        kept[place] = make()
    return kept[place]
