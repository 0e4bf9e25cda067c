"""Opening hours as a setting writes them, `mon-fri 09:00-18:00`, so that a page can say them in any language. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = f"({'|'.join(DAYS)})"
_HOURS = re.compile(rf"{_DAY}(?:\s*[-–]\s*{_DAY})?\s+(\d\d?:\d\d)\s*[-–]\s*(\d\d?:\d\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Hours:
    """From the first day to the last, both counted from Monday as 0, between two times."""

    first: int
    last: int
    opens: time
    closes: time


def read_hours(text: str) -> Hours | None:
    """The hours in a text, or None where it says them in words of its own."""
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        return None
    first, last, opens, closes = found.groups()
    try:
        return Hours(_index(first), _index(last or first), _time(opens), _time(closes))
    except ValueError:
        return None


def _index(day: str) -> int:
    return DAYS.index(day.lower())


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
