"""How much phones that have not joined a site may store, and the disk space kept free for those that have.

Two limits hold for strangers, per hour and in all, for reports, for practice and for classes each. Two floors of free
space hold for the disk: below the higher one nothing of a stranger is kept, below the lower one no practice run either.
Reports of joined phones are kept to the last byte.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from guidance.clock import to_text
from guidance.settings import Settings
from guidance.store import strangers

MEGABYTE = 1024 * 1024
# What SQLite, the timeline and the log spend on a row besides the texts in it.
ROW_OVERHEAD = 600
KINDS = strangers.KINDS


class NoRoom(Exception):
    """Something was not kept, to leave room for joined phones. `reason` is hour, all or disk; `strangers_only` is
    whether joined phones are still served."""

    def __init__(self, reason: str, retry_after: int, strangers_only: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.strangers_only = strangers_only


@dataclass(frozen=True)
class Limits:
    """The limits for each kind, and the floors of free disk space in bytes. `free_bytes` measures the disk."""

    rows_hour: int = 2000
    bytes_hour: int = 20 * MEGABYTE
    rows_all: int = 100_000
    bytes_all: int = 500 * MEGABYTE
    stranger_floor: int = 0
    practice_floor: int = 0
    free_bytes: Callable[[], int] = lambda: 1 << 60


def limits_of(settings: Settings, free_bytes: Callable[[], int]) -> Limits:
    """The limits that the settings ask for."""
    return Limits(
        settings.stranger_rows_hour,
        settings.stranger_mb_hour * MEGABYTE,
        settings.stranger_rows_all,
        settings.stranger_mb_all * MEGABYTE,
        settings.disk_floor_strangers_mb * MEGABYTE,
        settings.disk_floor_practice_mb * MEGABYTE,
        free_bytes,
    )


def free_bytes_of(folder: Path) -> Callable[[], int]:
    """A function that measures how many bytes this process may still write below a folder (statvfs(3))."""

    def measure() -> int:
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize

    return measure


def spend(db: Database, now: datetime, kind: str, limits: Limits, *texts: str) -> None:
    """Count one row of a stranger's with these texts, in the caller's transaction; raises `NoRoom` beyond a limit."""
    size = ROW_OVERHEAD + sum(len(each.encode()) for each in texts)
    if limits.free_bytes() < limits.stranger_floor:
        raise NoRoom("disk", retry_after=300)
    hour = to_text(now)[:13]
    this_hour, in_all = strangers.spent(db, kind, hour), strangers.spent(db, kind, strangers.ALL)
    if in_all.rows >= limits.rows_all or in_all.bytes + size > limits.bytes_all:
        raise NoRoom("all", retry_after=3600)
    if this_hour.rows >= limits.rows_hour or this_hour.bytes + size > limits.bytes_hour:
        raise NoRoom("hour", retry_after=3600 - now.minute * 60 - now.second)
    strangers.add(db, kind, hour, size)


def require_practice_room(limits: Limits) -> None:
    """Raise `NoRoom` when the disk is so full that only reports of joined phones are kept."""
    if limits.free_bytes() < limits.practice_floor:
        raise NoRoom("disk", retry_after=300, strangers_only=False)


def refused_now(db: Database, now: datetime, limits: Limits) -> dict[str, str]:
    """For each kind of which a stranger's next row would be refused now: why."""
    if limits.free_bytes() < limits.stranger_floor:
        return dict.fromkeys(KINDS, "disk")
    found = {}
    for kind in KINDS:
        this_hour, in_all = strangers.spent(db, kind, to_text(now)[:13]), strangers.spent(db, kind, strangers.ALL)
        if in_all.rows >= limits.rows_all or in_all.bytes + ROW_OVERHEAD > limits.bytes_all:
            found[kind] = "all"
        elif this_hour.rows >= limits.rows_hour or this_hour.bytes + ROW_OVERHEAD > limits.bytes_hour:
            found[kind] = "hour"
    return found
