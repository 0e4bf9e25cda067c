"""Days and hours as the city's people read them. Moments are kept in UTC; here they become the city's, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from guidance.clock import from_text

MACHINE_NAMES = frozenset({"localtime", "posixrules", "Factory"})
MACHINE_FOLDERS = ("posix/", "right/")  # "right" counts leap seconds: every hour would be 27 seconds off


def zone_named(name: str) -> ZoneInfo:
    """A time zone by its name in the IANA database, such as America/New_York; raises `ValueError` for others.

    Also for the names that only this machine's files have: browsers do not know them, and would show other hours.
    """
    if name in MACHINE_NAMES or name.startswith(MACHINE_FOLDERS):
        raise ValueError(f"{name!r} is not a time zone that browsers know")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone") from error


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The city's day at a moment."""
    return moment.astimezone(zone).date()


def day_of_text(moment: str, zone: tzinfo) -> date:
    """The city's day at a moment that is written as RFC 3339; raises `ValueError`."""
    return day_of(from_text(moment), zone)


def day_begins(day: date, zone: tzinfo) -> datetime:
    """The first moment of the city's day, in UTC, also where the clocks skip or repeat midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def with_offset(moment: datetime, zone: tzinfo) -> str:
    """The city's wall clock with its offset, for machines and people: `2026-11-24T20:30:00-05:00`."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def clock_words(moment: datetime, zone: tzinfo, now: datetime | None = None, seconds: bool = False) -> str:
    """The hour on the city's wall with the zone's short name, `20:30 EST`; with the day where that is not today's."""
    local = moment.astimezone(zone)
    hour = local.strftime("%H:%M:%S %Z" if seconds else "%H:%M %Z")
    today = now is not None and day_of(now, zone) == local.date()
    return hour if today else f"{local.date().isoformat()} {hour}"
