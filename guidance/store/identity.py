"""Which installation a database belongs to."""

from __future__ import annotations

from sqlite_utils import Database


def identity(db: Database) -> str | None:
    """The installation that the database belongs to; None when nobody has said so yet, or its version cannot."""
    if not db["installation"].exists():
        return None
    row = db.execute("SELECT identity FROM installation").fetchone()
    return str(row["identity"]) if row else None


def set_identity(db: Database, identity: str) -> None:
    """Say which installation the database belongs to."""
    db.execute(
        "INSERT INTO installation (id, identity) VALUES (1, :identity) "
        "ON CONFLICT (id) DO UPDATE SET identity = :identity",
        {"identity": identity},
    )
