"""Which files are databases of this product, and which installation a database belongs to."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from guidance.store.db import StoreUnusable

APPLICATION_ID = 0x47646E63
# Databases made before this version carry no application id.
IDENTIFIED_SINCE = 6


def refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `StoreUnusable` for another program's file, before anything is written into it. An empty one is ours."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    unmarked = application == 0 and (0 < version < IDENTIFIED_SINCE or tables == version == 0)
    if application != APPLICATION_ID and not unmarked:
        raise StoreUnusable(f"{path} is a database of another program. Nothing was changed in it.")


def identity(db: Database) -> str | None:
    """The installation that the database belongs to; None when nobody has said so yet."""
    row = db.execute("SELECT identity FROM installation").fetchone()
    return str(row["identity"]) if row else None


def set_identity(db: Database, identity: str) -> None:
    """Say which installation the database belongs to."""
    db.execute(
        "INSERT INTO installation (id, identity) VALUES (1, :identity) "
        "ON CONFLICT (id) DO UPDATE SET identity = :identity",
        {"identity": identity},
    )
