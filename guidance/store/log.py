"""The log of acts: written in the same commit as the act, never changed (triggers see to it)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True)
class LogEntry:
    """One act: who (`person:<id>`, `device:<id>`, `system`), what, upon which object."""

    seq: int
    at: str
    actor: str
    action: str
    object: str
    detail: str


def add_entry(db: Database, at: str, actor: str, action: str, object_id: str, detail: str = "") -> None:
    """Write one act. `detail` holds codes and numbers, never free text or anything about a person."""
    db.execute(
        "INSERT INTO log (at, actor, action, object, detail) VALUES (:at, :actor, :action, :object, :detail)",
        {"at": at, "actor": actor, "action": action, "object": object_id, "detail": detail},
    )


def entries_about(db: Database, object_id: str) -> list[LogEntry]:
    """Every act upon one object, oldest first."""
    rows = db.execute("SELECT * FROM log WHERE object = :object ORDER BY seq", {"object": object_id})
    return [LogEntry(**dict(row)) for row in rows]
