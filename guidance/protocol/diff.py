"""What differs between two versions of a protocol, in terms of steps, answers and outcomes. Any part may use it.

Two protocols that pass the lint have no difference exactly when their content hashes are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher

from guidance.protocol.model import (
    Answer,
    Call,
    Entry,
    Interrupt,
    Line,
    Outcome,
    Poster,
    Protocol,
    Source,
    Step,
    Then,
)

_Named = Step | Outcome | Answer | Source
_Listed = Line | Call | Then | Interrupt
_Piece = _Named | _Listed | Entry | Poster | Protocol

_KINDS = {
    "to": "re-targeted",
    "start": "re-targeted",
    "protocol": "re-targeted",
    "only": "condition-changed",
    "sets": "facts-changed",
    "report": "facts-changed",
    "urgency": "urgency-changed",
    "role": "call-changed",
    "tone": "tone-changed",
    "source": "sources-changed",
    "url": "sources-changed",
    "confidence": "confidence-changed",
    "version": "version-changed",
    "checked": "checked-changed",
    "drawing": "drawing-changed",
    "icon": "drawing-changed",
    "place": "place-changed",
    "order": "order-changed",
    "id": "id-changed",
}


@dataclass(frozen=True)
class Change:
    """One difference: a kind such as `answer-added`, `reworded` or `urgency-changed`, where, and both texts."""

    kind: str
    place: str
    what: str
    before: str = ""
    after: str = ""


def diff(old: Protocol, new: Protocol) -> tuple[Change, ...]:
    """All differences, the protocol's own keys first, then steps, outcomes, interrupts and sources."""
    return tuple(_whole(old, new))


def readable(old: Protocol, new: Protocol) -> str:
    """The differences as text for a person, grouped by place; a sentence when there is none."""
    changes = diff(old, new)
    if not changes:
        return f"{new.id}: the two are the same (version {new.version}).\n"
    lines: list[str] = []
    place = None
    for change in changes:
        if change.place != place:
            place = change.place
            lines.append(place)
        lines.extend(_readable(change))
    return "\n".join(lines) + "\n"


def _readable(change: Change) -> Iterator[str]:
    yield f"  {change.what}: {change.kind.replace('-', ' ')}"
    if change.before:
        yield f"    - {change.before}"
    if change.after:
        yield f"    + {change.after}"


def _whole(old: Protocol, new: Protocol) -> Iterator[Change]:
    yield from _fields("protocol", old, new)
    yield from _named("step", "step ", old.steps, new.steps)
    yield from _named("outcome", "outcome ", old.outcomes, new.outcomes)
    yield from _named("interrupt", "interrupt ", _by_id(old.interrupts), _by_id(new.interrupts))
    yield from _order("interrupts", "protocol", old.interrupts, new.interrupts)
    yield from _named("source", "source ", old.sources, new.sources)


def _fields(place: str, old: _Piece, new: _Piece) -> Iterator[Change]:
    """Differences of the fields that two pieces of the same class hold."""
    for each in fields(old):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if before == after or each.name in {"hash", "steps", "outcomes", "interrupts", "sources"}:
            continue
        if each.name == "answers":
            yield from _answers(place, before, after)
        elif isinstance(before, Entry):
            yield from _fields("entry on the home screen", before, after)
        elif isinstance(before, Poster):
            yield from _fields("poster", before, after)
        elif each.name in {"say", "do", "never", "call", "then"}:
            yield from _list(place, each.name, before, after)
        else:
            yield Change(_KINDS.get(each.name, "reworded"), place, each.name, _text(before), _text(after))


def _named(kind: str, prefix: str, old: Mapping[str, _Piece], new: Mapping[str, _Piece]) -> Iterator[Change]:
    for id, piece in old.items():
        if id not in new:
            yield Change(f"{kind}-removed", f"{prefix}{id}", kind, before=_text(piece))
    for id, piece in new.items():
        if id not in old:
            yield Change(f"{kind}-added", f"{prefix}{id}", kind, after=_text(piece))
        else:
            yield from _fields(f"{prefix}{id}", old[id], piece)


def _answers(place: str, old: Sequence[Answer], new: Sequence[Answer]) -> Iterator[Change]:
    yield from _named("answer", f"{place}, answer ", _by_id(old), _by_id(new))
    yield from _order("answers", place, old, new)


def _order(
    what: str, place: str, old: Sequence[Answer | Interrupt], new: Sequence[Answer | Interrupt]
) -> Iterator[Change]:
    """One change when the ids that both hold come in another order."""
    both = {each.id for each in old} & {each.id for each in new}
    before = [each.id for each in old if each.id in both]
    after = [each.id for each in new if each.id in both]
    if before != after:
        yield Change(f"{what}-reordered", place, what, ", ".join(before), ", ".join(after))


def _list(place: str, name: str, old: Sequence[_Listed], new: Sequence[_Listed]) -> Iterator[Change]:
    """Differences of two lists of lines, calls or links; as many for as many counts as changed, not replaced."""
    kind = "line" if name in {"say", "do", "never"} else name
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "replace" and end - start == new_end - new_start:
            for before, after in zip(old[start:end], new[new_start:new_end], strict=True):
                yield from _changed(place, name, before, after)
        elif tag != "equal":
            yield from (Change(f"{kind}-removed", place, name, before=_text(each)) for each in old[start:end])
            yield from (Change(f"{kind}-added", place, name, after=_text(each)) for each in new[new_start:new_end])


def _changed(place: str, name: str, old: _Listed, new: _Listed) -> Iterator[Change]:
    for change in _fields(place, old, new):
        what = f"{name}, {change.what}" if change.what != "text" else name
        yield Change(change.kind, place, what, change.before, change.after)


def _by_id(pieces: Sequence[Answer] | Sequence[Interrupt]) -> dict[str, _Piece]:
    return {piece.id: piece for piece in pieces}


def _text(value: object) -> str:
    """A value in words."""
    match value:
        case Step():
            return f"{value.ask} ({', '.join(answer.text for answer in value.answers)})"
        case Outcome():
            return f"{value.headline} {value.summary}".strip()
        case Answer() | Interrupt():
            return f"{value.text} → {value.to}"
        case Then():
            return f"{value.text} → {value.protocol}"
        case Source():
            return value.title
        case Line():
            return _limited(value.text, value.only)
        case Call():
            return _limited(" ".join([value.role, value.text]).strip(), value.only)
        case Mapping():
            return ", ".join(f"{key}: {item}" for key, item in sorted(value.items()))
        case tuple():
            return ", ".join(str(item) for item in value)
        case _:
            return str(value)


def _limited(text: str, only: tuple[str, ...]) -> str:
    return f"{text} (only {', '.join(only)})" if only else text
