"""The clock that every part takes as an argument, so that tests can move it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

# Clocks are put right by small steps all the time. What lies this much further ahead than its own interval was
# written by a clock that ran ahead.
LEEWAY = timedelta(seconds=30)


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that moves only when told to; for tests and worked examples."""

    at: datetime

    def now(self) -> datetime:
        """The moment that was set last."""
        return self.at

    def advance(self, **parts: float) -> None:
        """Move forward by `timedelta(**parts)`."""
        self.at += timedelta(**parts)


def to_text(moment: datetime) -> str:
    """Write a moment as `2026-11-24T15:04:05.123Z`; such texts sort in time order."""
    utc = moment.astimezone(UTC)
    # Not %Y, which writes the year 999 with three digits: such a text could not be read again.
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def beyond(now: datetime, interval: timedelta) -> str:
    """The latest moment that something with this interval can be planned for, as text.

    What is stored as later than this was planned while the clock ran ahead, and is due now.
    """
    return to_text(now + interval + LEEWAY)


def from_text(text: str) -> datetime:
    """Read an RFC 3339 moment; a `ValueError` says the text is none or names no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no offset from UTC")
    return moment.astimezone(UTC)
