"""Bringing the file to the newest schema. Each numbered file is one transaction, version number included."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from guidance.store.db import Store, StoreUnusable

FOLDER = Path(__file__).parent / "migrations"


def migrations() -> list[tuple[int, str]]:
    """Number and SQL of every migration, in order."""
    return [(int(path.name[:4]), path.read_text()) for path in sorted(FOLDER.glob("[0-9]*.sql"))]


def migrate(store: Store) -> int:
    """Run what is missing and return the version reached. Safe to kill at any statement and to run again."""
    newest = 0
    for number, script in migrations():
        newest = number
        if version(store.connection().conn) >= number:
            continue
        with store.transaction() as database:
            if version(database.conn) < number:
                for statement in statements(script):
                    database.conn.execute(statement)
                database.conn.execute(f"PRAGMA user_version = {number}")
    found = version(store.connection().conn)
    if found > newest:
        raise StoreUnusable(
            f"The database is at version {found}, newer than this program's {newest}. Update the program."
        )
    return found


def version(connection: sqlite3.Connection) -> int:
    """The schema version that the file says it has."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def statements(script: str) -> list[str]:
    """Split a script into statements as SQLite itself would (triggers keep their inner semicolons)."""
    found: list[str] = []
    current = ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current.strip())
            current = ""
    return found
