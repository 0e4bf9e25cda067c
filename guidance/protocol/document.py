"""A protocol as a self-contained JSON document and back, and its content hash. Any part may use it.

Absent pieces are left out of a document, so that a later optional key leaves earlier hashes as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import rfc8785

from guidance.protocol import pieces
from guidance.protocol.model import Answer, Call, Interrupt, Line, Outcome, Poster, Protocol, Source, Step, Then
from guidance.protocol.values import Node, Problem, ProtocolError, Report

FORMAT = 1
_Piece = Source | Line | Answer | Step | Call | Then | Outcome | Interrupt


def to_document(protocol: Protocol) -> dict[str, object]:
    """The JSON-safe form: parts expanded, outcomes and interrupts in it, the sources used, and the hash."""
    return {**_body(protocol), "hash": protocol.hash}


def content_hash(document: Mapping[str, object]) -> str:
    """Hex SHA-256 over the RFC 8785 form of a document, its `hash` left aside.

    A `ValueError` says that the document cannot be written as JSON.
    """
    body = {key: value for key, value in document.items() if key != "hash"}
    try:
        return hashlib.sha256(rfc8785.dumps(body)).hexdigest()  # type: ignore[arg-type]
    except (TypeError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error


def with_hash(protocol: Protocol) -> Protocol:
    """The same protocol carrying the hash of its content."""
    return replace(protocol, hash=content_hash(_body(protocol)))


def from_document(document: object) -> Protocol:
    """Read a document; a `ProtocolError` lists what is wrong, among it a hash that does not match."""
    report = Report("document")
    node = Node(document, "", report)
    if not isinstance(document, Mapping):
        node.wrong("a protocol document is a JSON object")
        raise ProtocolError(tuple(report.problems))
    protocol = _read(node)
    found = _hash_of(document, report)
    if document.get("hash", found) != found:
        report.add("hash", "does not match the content")
    if report.problems:
        raise ProtocolError(tuple(report.problems))
    return replace(protocol, hash=found)


def read_head(at: Mapping[str, Node]) -> Protocol:
    """A protocol's own keys, shared by files and documents; interrupts, sources and hash are left empty."""
    return Protocol(
        id=at["id"].identifier(),
        version=at["version"].integer(),
        checked=at["checked"].day(),
        title=at["title"].needed(),
        summary=at["summary"].needed(),
        entry=pieces.read_entry(at["entry"]),
        urgency=at["urgency"].text(),
        start=at["start"].needed(),
        steps=pieces.read_steps(at["steps"]),
        outcomes=pieces.read_outcomes(at["outcomes"]),
        edition=_edition(at["edition"]),
        poster=pieces.read_poster(at["poster"]),
    )


def _edition(node: Node) -> int:
    if node.value is None:
        return 1
    edition = node.integer()
    if edition < 1:
        node.wrong("write a whole number from 1 here")
    return edition


def _read(node: Node) -> Protocol:
    at = node.fields(
        "format id version checked title summary entry urgency start steps outcomes interrupts sources",
        "hash edition poster",
    )
    if at["format"].integer() != FORMAT:
        at["format"].wrong(f"this edition reads documents of format {FORMAT}")
    return replace(
        read_head(at),
        interrupts=pieces.read_interrupts(at["interrupts"]),
        sources=pieces.read_sources(at["sources"]),
    )


def _hash_of(document: Mapping[str, object], report: Report) -> str:
    try:
        return content_hash(document)
    except ValueError as error:
        report.problems.append(Problem(report.file, "", str(error)))
        return ""


def _body(protocol: Protocol) -> dict[str, object]:
    return {
        "format": FORMAT,
        "id": protocol.id,
        "version": protocol.version,
        **({"edition": protocol.edition} if protocol.edition != 1 else {}),
        "checked": protocol.checked.isoformat(),
        "title": protocol.title,
        "summary": protocol.summary,
        "entry": _values(protocol.entry),
        "urgency": protocol.urgency,
        "start": protocol.start,
        **({"poster": _values(protocol.poster)} if protocol.poster != Poster() else {}),
        "steps": _by_id(protocol.steps),
        "outcomes": _by_id(protocol.outcomes),
        "interrupts": [_values(interrupt) for interrupt in protocol.interrupts],
        "sources": _by_id(protocol.sources),
    }


def _by_id(found: Mapping[str, Step] | Mapping[str, Outcome] | Mapping[str, Source]) -> dict[str, object]:
    """Pieces by id; the id stands as the key and is not said again inside."""
    return {id: {k: v for k, v in _values(piece).items() if k != "id"} for id, piece in found.items()}


def _values(piece: object) -> dict[str, object]:
    """What a piece holds, absent things left out; 0 is a value."""
    found: dict[str, object] = {}
    for each in fields(piece):  # type: ignore[arg-type]
        value = getattr(piece, each.name)
        if value or (value == 0 and value is not False):
            found[each.name] = _plain(value)
    return found


def _plain(value: object) -> object:
    if isinstance(value, _Piece):
        return _values(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
