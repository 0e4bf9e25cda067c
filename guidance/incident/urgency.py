"""How urgent a report is: what the walk reached, what the phone said, how long it waited, who sent it."""

from __future__ import annotations

from datetime import datetime, timedelta

from guidance.protocol.model import Protocol

ORDER = ("low", "normal", "urgent")


def more_urgent(one: str, other: str) -> str:
    """The more urgent of two."""
    return max(one, other, key=ORDER.index)


# Longer than any phone keeps a report. A clock that starts in 1970 and is put right later shows such an age.
IMPLAUSIBLE = timedelta(days=366)


def waited(sent_at: datetime, left_at: datetime | None, received_at: datetime) -> timedelta:
    """How long a report lay on the phone, never less than nothing.

    The phone's own clock tells it: when it wrote (`sent_at`) and when it sent (`left_at`). So a clock that is hours off
    changes nothing. Only where the phone did not say when it sent, the server's clock stands in.
    """
    return max((left_at or received_at) - sent_at, timedelta(0))


def waited_too_long(age: timedelta, late_hours: int) -> bool:
    """Whether a report lay on the phone so long that it must not be told as happening now.

    An age that no report can have comes from a clock that was wrong when it was written. How old it really is nobody
    knows then, so it counts as happening now: to wake someone for nothing is the smaller harm.
    """
    return timedelta(hours=late_hours) < age < IMPLAUSIBLE


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
