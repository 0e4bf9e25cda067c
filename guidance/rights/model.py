"""What the page of rights and its cards are made of, as frozen values, and the same in other words.

An absent text is the empty string, an absent list the empty tuple; nothing here is ever None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from guidance.protocol.model import Source
from guidance.protocol.texts import Reword

CARDS = ("sheet", "wallet")
# The section under which pages show the telephone numbers.
HELP = "help"
SAY = "say"
TEXT = "text"


@dataclass(frozen=True)
class Line:
    """One line with its ground. `kind` is `text`, or `say` for words that one may say to an officer.

    `card` names the printed cards that show it too.
    """

    text: str
    kind: str
    source: tuple[str, ...]
    confidence: str
    card: tuple[str, ...] = ()

    @property
    def spoken(self) -> bool:
        """Whether these are words to say, which stay English."""
        return self.kind == SAY


@dataclass(frozen=True)
class Section:
    """A few lines under one title."""

    id: str
    title: str
    lines: tuple[Line, ...]

    @property
    def context(self) -> str:
        """What translators see its sentences under."""
        return f"rights.{self.id}"

    @property
    def cited(self) -> tuple[str, ...]:
        """The ids of its sources, each once."""
        return tuple(dict.fromkeys(id for line in self.lines for id in line.source))


@dataclass(frozen=True)
class Rights:
    """The whole page. `advice` says that it is not legal advice."""

    version: int
    checked: date
    title: str
    intro: str
    advice: str
    sections: tuple[Section, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)

    def on_card(self, card: str, spoken: bool) -> Iterator[tuple[Section, Line]]:
        """What a card shows, words to say or the other lines, each with its section."""
        for section in self.sections:
            yield from ((section, line) for line in section.lines if card in line.card and line.spoken == spoken)


def reworded(rights: Rights, reword: Reword) -> Rights:
    """The page with every text put through `reword`; ids, sources and everything that is no sentence stay.

    Words to say go through it with the kind `say`: who shows them keeps the English and puts this beneath.
    """
    return replace(
        rights,
        title=reword("rights", rights.title, "title"),
        intro=reword("rights", rights.intro, "intro"),
        advice=reword("rights", rights.advice, "advice"),
        sections=tuple(_section(each, reword) for each in rights.sections),
        sources={id: _source(each, reword) for id, each in rights.sources.items()},
    )


def _section(section: Section, reword: Reword) -> Section:
    return replace(
        section,
        title=reword(section.context, section.title, "title"),
        lines=tuple(replace(each, text=reword(section.context, each.text, each.kind)) for each in section.lines),
    )


def _source(source: Source, reword: Reword) -> Source:
    note = reword("sources", source.note, "note") if source.note else ""
    return replace(source, title=reword("sources", source.title, "source"), note=note)
