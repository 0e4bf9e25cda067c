"""What a protocol is made of, as frozen values, and the vocabularies its texts draw on. Any part may use it.

An absent text is the empty string, an absent list the empty tuple; nothing here is ever None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol as Shape
from typing import TypeVar

SITE_TYPES = ("school", "hospital", "shelter", "garage", "office", "park")
URGENCIES = ("urgent", "normal", "low")
TONES = ("wait", "danger", "calm")
CONFIDENCES = ("primary", "official", "news", "mirror", "background")
ENTRY_PLACES = ("main", "more")
ROLES = (
    "supervisor",
    "counsel",
    "principal",
    "safety-agent",
    "senior-field-counsel",
    "liaison",
    "administrator",
    "director",
    "agency-legal",
    "facility",
    "dcas-counsel",
    "hr",
    "privacy-officer",
    "press-office",
    "park-manager",
    "union",
    "911",
    "311",
)
REQUIRED_INTERRUPTS = ("unsafe", "went-in", "emergency")
BACK = "back"


@dataclass(frozen=True)
class Source:
    """A publication that steps, outcomes and single lines name as their ground."""

    id: str
    title: str
    url: str = ""
    note: str = ""
    confidence: str = ""


@dataclass(frozen=True)
class Line:
    """One line to say, to do or never to do; `only` limits it to site types, empty means everywhere."""

    text: str
    only: tuple[str, ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """An edge out of a step: `to` is the id of a step or outcome, `sets` are facts for the report."""

    id: str
    text: str
    to: str
    note: str = ""
    sets: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A question. `place` marks the one that asks the site type, answered by an enrolled phone itself."""

    id: str
    ask: str
    answers: tuple[Answer, ...]
    look: str = ""
    say: tuple[Line, ...] = ()
    drawing: str = ""
    why: str = ""
    source: tuple[str, ...] = ()
    confidence: str = ""
    place: bool = False


@dataclass(frozen=True)
class Call:
    """Whom to call, by role; the number comes from the site's contacts, never from a protocol."""

    role: str
    text: str = ""
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Then:
    """A link from an outcome to another protocol."""

    protocol: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """A leaf: what to say, do and never do, whom to call and how urgent the alert is.

    `report` are defaults for the report's facts.
    """

    id: str
    headline: str
    tone: str
    summary: str
    say: tuple[Line, ...] = ()
    do: tuple[Line, ...] = ()
    never: tuple[Line, ...] = ()
    call: tuple[Call, ...] = ()
    urgency: str = ""
    report: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    source: tuple[str, ...] = ()
    confidence: str = ""
    then: tuple[Then, ...] = ()


@dataclass(frozen=True)
class Interrupt:
    """An answer that holds at every step and outcome; `to` is the id of an outcome."""

    id: str
    text: str
    to: str


@dataclass(frozen=True)
class Entry:
    """How the home screen offers a protocol: large (`main`) or below (`more`), in rising `order`."""

    title: str
    place: str
    order: int
    note: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Poster:
    """What hangs on the wall behind the desk: the few lines that always hold, and whom to call."""

    say: tuple[Line, ...] = ()
    do: tuple[Line, ...] = ()
    never: tuple[Line, ...] = ()
    call: tuple[Call, ...] = ()
    source: tuple[str, ...] = ()
    confidence: str = ""


@dataclass(frozen=True)
class Protocol:
    """A whole decision tree of one version, with everything it refers to.

    `edition` rises with a change so large that people must practise anew. `hash` is the hex SHA-256 over the
    RFC 8785 form of its document without the hash.
    """

    id: str
    version: int
    checked: date
    title: str
    summary: str
    entry: Entry
    urgency: str
    start: str
    steps: Mapping[str, Step]
    outcomes: Mapping[str, Outcome]
    interrupts: tuple[Interrupt, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    edition: int = 1
    poster: Poster = field(default_factory=Poster)
    hash: str = ""


class Limited(Shape):
    """Anything that `only` limits to site types."""

    @property
    def only(self) -> tuple[str, ...]:
        """The site types it is for; empty for all."""


AnyLimited = TypeVar("AnyLimited", bound=Limited)


def shown(items: Sequence[AnyLimited], site_type: str | None) -> tuple[AnyLimited, ...]:
    """What a person at such a site sees of lines, calls or answers; all of them while the site type is unknown."""
    if site_type is None:
        return tuple(items)
    return tuple(item for item in items if not item.only or site_type in item.only)


def offered(step: Step, site_type: str | None) -> tuple[Answer, ...]:
    """The answers of a step at such a site; a `place` step whose answer is known offers that answer alone."""
    if step.place and site_type is not None:
        return tuple(answer for answer in step.answers if answer.id == site_type)
    return shown(step.answers, site_type)


def site_after(step: Step, answer: Answer, site_type: str | None) -> str | None:
    """The site type that is known once this answer was given."""
    return answer.id if step.place and site_type is None else site_type


def cited(holder: Step | Outcome | Poster) -> Iterator[str]:
    """Every source id that a step, outcome or poster names, on itself and on its lines."""
    yield from holder.source
    lines = holder.say if isinstance(holder, Step) else (*holder.say, *holder.do, *holder.never)
    for line in lines:
        yield from line.source
