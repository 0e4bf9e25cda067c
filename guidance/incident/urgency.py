"""How urgent a report is: what the walk reached, what the phone said, how long it waited, who sent it."""

from __future__ import annotations

from datetime import datetime, timedelta

from guidance.protocol.model import Protocol

ORDER = ("low", "normal", "urgent")


def more_urgent(one: str, other: str) -> str:
    """The more urgent of two."""
    return max(one, other, key=ORDER.index)


def waited_too_long(sent_at: datetime, received_at: datetime, late_hours: int) -> bool:
    """Whether a report lay on the phone so long that it must not be told as happening now."""
    return received_at - sent_at > timedelta(hours=late_hours)


def walk_urgency(protocol: Protocol | None, position: str | None) -> str:
    """What the protocol says for the place a walk reached; without any protocol it is urgent, to be safe."""
    if protocol is None:
        return "urgent"
    outcome = protocol.outcomes.get(position or "")
    return outcome.urgency if outcome else protocol.urgency


def report_urgency(walked: str, stated: str | None, *, late: bool, verified: bool) -> str:
    """The urgency of a report. One that no enrolled device sent is low: it never pages anyone by itself."""
    if not verified:
        return "low"
    urgency = more_urgent(walked, stated) if stated else walked
    return "normal" if late and urgency == "urgent" else urgency
