"""Counts of what phones that have not joined a site made the database keep."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

ALL = "all"
KINDS = ("report", "practice", "class")


@dataclass(frozen=True)
class Spent:
    """Rows and bytes of text kept."""

    rows: int = 0
    bytes: int = 0


def spent(db: Database, kind: str, hour: str) -> Spent:
    """What was kept of a kind within an hour of the clock (`2026-11-24T15`), or in `ALL`."""
    row = db.execute(
        "SELECT rows, bytes FROM stranger_spending WHERE kind = :kind AND hour = :hour", {"kind": kind, "hour": hour}
    ).fetchone()
    return Spent(row["rows"], row["bytes"]) if row else Spent()


def add(db: Database, kind: str, hour: str, size: int) -> None:
    """Count one row of so many bytes, in its hour and in all."""
    for name in (hour, ALL):
        db.execute(
            "INSERT INTO stranger_spending (kind, hour, rows, bytes) VALUES (:kind, :hour, 1, :size) "
            "ON CONFLICT (kind, hour) DO UPDATE SET rows = rows + 1, bytes = bytes + excluded.bytes",
            {"kind": kind, "hour": name, "size": size},
        )


def correct(db: Database, kind: str, rows: int, size: int) -> None:
    """Add rows and bytes (either may be negative) to the sum of all that is here."""
    db.execute(
        "INSERT INTO stranger_spending (kind, hour, rows, bytes) VALUES (:kind, 'all', max(0, :rows), max(0, :size)) "
        "ON CONFLICT (kind, hour) DO UPDATE SET rows = max(0, rows + :rows), bytes = max(0, bytes + :size)",
        {"kind": kind, "rows": rows, "size": size},
    )
