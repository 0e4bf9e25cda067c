"""Every sentence that there is to translate: of the interface, the protocols, the facts, the scenarios, the rights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from guidance.incident.facts import load_catalog
from guidance.incident.facts import reworded as reworded_facts
from guidance.practice.certificate_rules import load_rules
from guidance.practice.load import load_scenarios
from guidance.practice.texts import reworded as reworded_scenario
from guidance.practice.texts import role_titles
from guidance.protocol.load import load_folder
from guidance.protocol.texts import Reword, part_context
from guidance.protocol.texts import reworded as reworded_protocol
from guidance.rights.load import load_rights
from guidance.rights.model import reworded as reworded_rights
from guidance.settings import ROOT
from guidance.translations.extract import interface_messages
from guidance.translations.message import PHONETIC, Message

# What a translator is told about a sentence, by its kind.
KINDS = {
    "ask": "a question on the screen",
    "answer": "an answer to tap; at most two short lines",
    "note": "small print on a button or below",
    "look": "what to look at",
    "say": "words to say to officers; shown in English with this meaning beneath",
    "officers": "what officers say; shown in English with this meaning beneath",
    "do": "one thing to do",
    "never": "one thing never to do",
    "headline": "the big words of an outcome",
    "why": "the reason",
    "source": "the name of a publication: keep proper names of laws and numbers",
    "option": "a choice in the report",
    "label": "a question in the report",
    "entry": "a big button on the home screen",
    PHONETIC: "how the English sounds, in the reader's letters; only for languages not written in Latin letters",
}


class Listener:
    """Collects what a walk over content puts through it, each sentence once, with the place it is written in."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Message] = {}
        self.said: dict[str, str] = {}

    def at(self, place: str, uses: dict[str, str] | None = None) -> Reword:
        """What to hand to a walk over the content of `place`."""

        def listen(context: str, text: str, kind: str) -> str:
            message = Message(part_context(context, uses or {}), text, place, comment=KINDS.get(kind, ""))
            self.found.setdefault(message.key, message)
            if kind == "say":
                self.said.setdefault(text, place)
            return text

        return listen

    def phonetic(self) -> Iterator[Message]:
        """For every line to say, the line that spells its sound."""
        for text, place in self.said.items():
            yield Message(PHONETIC, text, place, comment=KINDS[PHONETIC])


def all_messages(root: Path = ROOT) -> list[Message]:
    """Every sentence, content first; each context and text once."""
    listener = Listener()
    library = load_folder(root / "protocols")
    for protocol in library.protocols.values():
        reworded_protocol(protocol, listener.at(f"protocols/{protocol.id}.yaml", dict(library.uses)))
    reworded_facts(load_catalog(), listener.at("guidance/incident/facts.yaml"))
    shelf = load_scenarios(root / "protocols" / "scenarios", library)
    for scenario in shelf.scenarios.values():
        reworded_scenario(scenario, listener.at(f"protocols/scenarios/{scenario.id}.yaml"))
    rules = load_rules(root / "protocols" / "certificates.yaml", shelf)
    titles = {id: role.title for id, role in rules.roles.items()}
    role_titles(titles, listener.at("protocols/certificates.yaml"))
    reworded_rights(load_rights(root / "protocols" / "rights.yaml"), listener.at("protocols/rights.yaml"))
    found = {**listener.found}
    for message in (*listener.phonetic(), *interface_messages(root)):
        found.setdefault(message.key, message)
    return list(found.values())
