"""Whether the store answers and the alert worker is alive."""

from __future__ import annotations

from sqlite_utils import Database


def newest_beat(db: Database) -> str | None:
    """When any worker last said that it is alive (UTC text), or None when none ever did."""
    (at,) = db.execute("SELECT max(at) FROM worker_beats").fetchone()
    return str(at) if at else None
