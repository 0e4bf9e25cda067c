"""The pieces of a protocol out of `Node`s: one function per piece. For the readers of files and documents only.

The keys named here are the whole format; docs/authoring.md explains each of them.
"""

from __future__ import annotations

from guidance.protocol.model import Answer, Call, Entry, Interrupt, Line, Outcome, Poster, Source, Step, Then
from guidance.protocol.values import ID, Node


def read_source(id: str, node: Node) -> Source:
    """One source of shared/sources.yaml."""
    at = node.fields("title confidence", "url note")
    return Source(id, at["title"].needed(), at["url"].text(), at["note"].text(), at["confidence"].text())


def read_line(node: Node) -> Line:
    """One line, either a bare text or with `only` and `source`."""
    if isinstance(node.value, str):
        return Line(node.needed())
    at = node.fields("text", "only source")
    return Line(at["text"].needed(), at["only"].texts(), at["source"].texts())


def read_lines(node: Node) -> tuple[Line, ...]:
    """A list of lines."""
    return tuple(read_line(item) for item in node.items())


def read_answer(node: Node) -> Answer:
    """One answer of a step; `to` is kept as written."""
    at = node.fields("id text to", "note sets only")
    return Answer(
        id=at["id"].identifier(),
        text=at["text"].needed(),
        to=at["to"].needed(),
        note=at["note"].text(),
        sets=at["sets"].pairs(),
        only=at["only"].texts(),
    )


def read_step(id: str, node: Node) -> Step:
    """One step; what it lacks in source or answers is for the lint to say."""
    at = node.fields("ask", "look say drawing why source confidence place answers")
    return Step(
        id=id,
        ask=at["ask"].needed(),
        answers=tuple(read_answer(item) for item in at["answers"].items()),
        look=at["look"].text(),
        say=read_lines(at["say"]),
        drawing=at["drawing"].text(),
        why=at["why"].text(),
        source=at["source"].texts(),
        confidence=at["confidence"].text(),
        place=at["place"].flag(),
    )


def read_steps(node: Node) -> dict[str, Step]:
    """The steps of a protocol or part by id."""
    return {id: read_step(checked_id(id, each), each) for id, each in node.mapping().items()}


def read_call(node: Node) -> Call:
    """One role to call."""
    at = node.fields("role", "text only")
    return Call(at["role"].needed(), at["text"].text(), at["only"].texts())


def read_then(node: Node) -> Then:
    """One link to another protocol."""
    at = node.fields("protocol text")
    return Then(at["protocol"].identifier(), at["text"].needed())


def read_outcome(id: str, node: Node) -> Outcome:
    """One outcome; what it lacks is for the lint to say."""
    at = node.fields("headline", "tone summary say do never call urgency report why source confidence then")
    return Outcome(
        id=id,
        headline=at["headline"].needed(),
        tone=at["tone"].text(),
        summary=at["summary"].text(),
        say=read_lines(at["say"]),
        do=read_lines(at["do"]),
        never=read_lines(at["never"]),
        call=tuple(read_call(item) for item in at["call"].items()),
        urgency=at["urgency"].text(),
        report=at["report"].pairs(),
        why=at["why"].text(),
        source=at["source"].texts(),
        confidence=at["confidence"].text(),
        then=tuple(read_then(item) for item in at["then"].items()),
    )


def read_outcomes(node: Node) -> dict[str, Outcome]:
    """Outcomes by id."""
    return {id: read_outcome(checked_id(id, each), each) for id, each in node.mapping().items()}


def read_poster(node: Node) -> Poster:
    """The wall poster; one that is absent holds nothing."""
    if node.value is None:
        return Poster()
    at = node.fields("say do never call source confidence")
    return Poster(
        say=read_lines(at["say"]),
        do=read_lines(at["do"]),
        never=read_lines(at["never"]),
        call=tuple(read_call(item) for item in at["call"].items()),
        source=at["source"].texts(),
        confidence=at["confidence"].text(),
    )


def read_sources(node: Node) -> dict[str, Source]:
    """Sources by id."""
    return {id: read_source(checked_id(id, each), each) for id, each in node.mapping().items()}


def read_interrupts(node: Node) -> tuple[Interrupt, ...]:
    """The list of interrupts."""
    found = []
    for item in node.items():
        at = item.fields("id text to")
        found.append(Interrupt(at["id"].identifier(), at["text"].needed(), at["to"].needed()))
    return tuple(found)


def read_entry(node: Node) -> Entry:
    """How the home screen offers the protocol."""
    at = node.fields("title place order", "note icon")
    return Entry(
        title=at["title"].needed(),
        place=at["place"].needed(),
        order=at["order"].integer(),
        note=at["note"].text(),
        icon=at["icon"].text(),
    )


def checked_id(id: str, node: Node) -> str:
    """The id of a named piece; one that cannot stand in an address is a problem."""
    if not ID.fullmatch(id):
        node.wrong(f"{id!r} is no id; use lower-case letters, digits and hyphens")
    return id
