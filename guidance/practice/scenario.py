"""What a scenario is made of, as frozen values, and its content hash. Any part above practice may use it.

An absent text is the empty string, an absent list the empty tuple; only a card's paper may be None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date

from guidance.protocol.document import content_hash

SHOWN = ("on_paper", "on_phone")


@dataclass(frozen=True)
class Paper:
    """A fictional paper, drawn from the words printed on it.

    `shown` says how it is held out, `heading` are the lines at the top, `signer` is the title under the signature,
    `form` the number in a corner. A paper names no person: it says "a named person".
    """

    shown: str
    heading: tuple[str, ...]
    title: str = ""
    names: str = ""
    address: str = ""
    dates: str = ""
    signer: str = ""
    form: str = ""


@dataclass(frozen=True)
class Card:
    """What a trainee sees at the start: the place, the people at the desk, their words and their paper."""

    room: str
    who: str
    say: tuple[str, ...] = ()
    paper: Paper | None = None


@dataclass(frozen=True)
class Inject:
    """Something that happens on the way: at a step, at an outcome or after seconds, exactly one of the three.

    `expects` is the interrupt that the trainee should use right there; empty when the walk just goes on.
    """

    text: str
    step: str = ""
    outcome: str = ""
    seconds: int = 0
    expects: str = ""

    @property
    def place(self) -> str:
        """The step or outcome where it happens; empty for one that comes with time."""
        return self.step or self.outcome


@dataclass(frozen=True)
class Expected:
    """How it goes well: the way as (step, answer) pairs, its outcome, whether an early alert belongs to it.

    `report` are the facts that a good report holds.
    """

    outcome: str
    path: tuple[tuple[str, str], ...]
    alert: bool
    report: tuple[str, ...] = ()

    def trail(self, at: str = "") -> list[dict[str, str]]:
        """The trail of somebody who walked it, every entry at the same moment."""
        return [{"step": step, "answer": answer, "at": at} for step, answer in self.path]


@dataclass(frozen=True)
class Decision:
    """An answer on the expected path that matters, why, and the ids of the sources it rests on."""

    step: str
    answer: str
    why: str
    source: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """One thing to practise on one protocol at one site type.

    `rows` are numbers of the list of situations that the protocols must cover. `counsel` is what the simulated
    committee answers. `hash` is the hex SHA-256 over the RFC 8785 form of `to_source`.
    """

    id: str
    version: int
    checked: date
    title: str
    protocol: str
    site_type: str
    rows: tuple[int, ...]
    summary: str
    card: Card
    injects: tuple[Inject, ...]
    expected: Expected
    decisions: tuple[Decision, ...]
    counsel: str
    hash: str = ""


def to_source(scenario: Scenario) -> dict[str, object]:
    """The JSON-safe form with the keys of a scenario file, absent things left out; it reads back to the same value."""
    return {
        "id": scenario.id,
        "version": scenario.version,
        "checked": scenario.checked.isoformat(),
        "title": scenario.title,
        "protocol": scenario.protocol,
        "site_type": scenario.site_type,
        "rows": list(scenario.rows),
        "summary": scenario.summary,
        "card": card_source(scenario.card),
        "injects": [inject_source(inject) for inject in scenario.injects],
        "expected": {**_given(scenario.expected), "path": [list(pair) for pair in scenario.expected.path]},
        "decisions": [_given(decision) for decision in scenario.decisions],
        "counsel": scenario.counsel,
    }


def scenario_hash(scenario: Scenario) -> str:
    """The content hash of a scenario: any change of its text gives another one."""
    return content_hash(to_source(scenario))


def card_source(card: Card) -> dict[str, object]:
    """A card with the keys of a scenario file."""
    found = _given(card)
    if card.paper is not None:
        found["paper"] = _given(card.paper)
    return found


def inject_source(inject: Inject) -> dict[str, object]:
    """An inject with the keys of a scenario file: `at` holds its step, its outcome or its seconds."""
    at: Mapping[str, object] = (
        {"step": inject.step}
        if inject.step
        else {"outcome": inject.outcome}
        if inject.outcome
        else {"seconds": inject.seconds}
    )
    return {"at": dict(at), "text": inject.text, **({"expects": inject.expects} if inject.expects else {})}


def texts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Every text that a person reads, with its place in the file; empty texts left out."""
    yield from (("title", scenario.title), ("summary", scenario.summary), ("counsel", scenario.counsel))
    yield from (("card.room", scenario.card.room), ("card.who", scenario.card.who))
    yield from ((f"card.say[{index}]", line) for index, line in enumerate(scenario.card.say))
    yield from paper_texts(scenario.card.paper)
    yield from ((f"injects[{index}]", inject.text) for index, inject in enumerate(scenario.injects))
    yield from ((f"decisions[{index}].why", each.why) for index, each in enumerate(scenario.decisions))


def paper_texts(paper: Paper | None) -> Iterator[tuple[str, str]]:
    """Every text printed on a paper, with its place in the file; empty texts left out."""
    if paper is None:
        return
    yield from ((f"card.paper.heading[{index}]", line) for index, line in enumerate(paper.heading))
    for name in ("title", "names", "address", "dates", "signer", "form"):
        if getattr(paper, name):
            yield f"card.paper.{name}", getattr(paper, name)


def _given(piece: Card | Paper | Expected | Decision) -> dict[str, object]:
    """What a piece holds, empty things left out; `false` is a value."""
    found = {each.name: getattr(piece, each.name) for each in fields(piece)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if value or value is False
    }
