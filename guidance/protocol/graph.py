"""A protocol drawn: as Mermaid text, as an SVG picture, and as an outline to be read or heard. Any part may use it."""

from __future__ import annotations

from collections.abc import Iterator

from guidance.protocol.layout import edges, label, nodes
from guidance.protocol.model import Outcome, Protocol, Step
from guidance.protocol.svg import svg

__all__ = ["mermaid", "outline", "svg"]

_ESCAPES = str.maketrans({"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "|": "#124;"})


def mermaid(protocol: Protocol) -> str:
    """The tree as Mermaid flowchart text; interrupts are dotted."""
    lines = ["flowchart TD"]
    for node in nodes(protocol).values():
        left, right = ('["', '"]') if node.kind == "step" else ('(["', '"])')
        lines.append(f"    {_name(node.id)}{left}{_safe(node.text)}{right}")
    lines += [f'    {_name(e.source)} -->|"{_safe(e.label)}"| {_name(e.target)}' for e in edges(protocol)]
    if protocol.interrupts:
        lines.append('    anywhere{{"at every step"}}')
    lines += [f'    anywhere -.->|"{_safe(each.text)}"| {_name(each.to)}' for each in protocol.interrupts]
    return "\n".join(lines) + "\n"


def outline(protocol: Protocol) -> str:
    """The tree as numbered text without drawing characters, so that a screen reader reads it as it is meant."""
    return "\n".join(_outline(protocol)) + "\n"


def _outline(protocol: Protocol) -> Iterator[str]:
    found = nodes(protocol)
    numbers = {id: number for number, id in enumerate((id for id in found if id in protocol.steps), 1)}
    yield f"{protocol.title}. Protocol {protocol.id}, version {protocol.version}, checked {protocol.checked}."
    yield from _always(protocol)
    for id, number in numbers.items():
        yield ""
        yield from _step(protocol, protocol.steps[id], number, numbers)
    yield ""
    yield "Outcomes"
    yield from (_outcome(protocol.outcomes[id]) for id in found if id in protocol.outcomes)


def _always(protocol: Protocol) -> Iterator[str]:
    if protocol.interrupts:
        yield "At every step and outcome:"
    for interrupt in protocol.interrupts:
        yield f"  {interrupt.text}: goes to outcome {interrupt.to}."


def _step(protocol: Protocol, step: Step, number: int, numbers: dict[str, int]) -> Iterator[str]:
    known = " (a phone enrolled at a site answers this itself)" if step.place else ""
    yield f"Step {number}, {step.id}: {step.ask}{known}"
    for answer in step.answers:
        yield f"  {label(answer)}: goes to {_target(protocol, answer.to, numbers)}."


def _target(protocol: Protocol, id: str, numbers: dict[str, int]) -> str:
    if id in numbers:
        return f"step {numbers[id]}, {id}"
    return f"outcome {id}" if id in protocol.outcomes else f"{id}, which does not exist"


def _outcome(outcome: Outcome) -> str:
    roles = ", ".join(dict.fromkeys(call.role for call in outcome.call)) or "nobody"
    return f"  {outcome.id}: {outcome.headline}. Urgency {outcome.urgency or 'not said'}. Call {roles}."


def _name(id: str) -> str:
    return "n_" + id.replace("-", "_")


def _safe(text: str) -> str:
    return text.translate(_ESCAPES)
