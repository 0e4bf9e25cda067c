"""Looking at a database file from end to end before anything relies on it."""

from __future__ import annotations

import functools
import sqlite3
from dataclasses import dataclass

from guidance.store.db import APPLICATION_ID, IDENTIFIED_SINCE, StoreUnusable
from guidance.store.migrate import migrations, statements, version

Shape = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Content:
    """What a whole database holds. `newest` is the time of its last act as text, empty when there is none."""

    version: int
    identity: str | None
    agencies: int
    sites: int
    people: int
    phones: int
    incidents: int
    newest: str

    @property
    def is_empty(self) -> bool:
        """Whether nobody has put a person or an agency in."""
        return not (self.people or self.agencies)


def inspect(connection: sqlite3.Connection, name: str) -> Content:
    """Check a database whole and return what it holds. `StoreUnusable`, which calls it `name`, says what is wrong:
    another program's file, a newer version, damage, or parts that are missing.
    """
    try:
        found = _refuse_stranger(connection, name)
        _refuse_damage(connection, name)
        missing = sorted(_shape_of_version(found) - _shape(connection))
        if missing:
            raise StoreUnusable(f"{name} is not a whole database of this program: {missing[0][1]} is missing.")
        return _content(connection, found)
    except sqlite3.DatabaseError as error:
        raise StoreUnusable(f"{name} is not a whole database: {error}.") from error


def _refuse_stranger(connection: sqlite3.Connection, name: str) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    found = version(connection)
    if application != (APPLICATION_ID if found >= IDENTIFIED_SINCE else 0) or found == 0:
        raise StoreUnusable(f"{name} is a database of another program, or an empty one. Name a file from a backup.")
    newest = migrations()[-1][0]
    if found > newest:
        raise StoreUnusable(
            f"{name} is at version {found}, newer than this program's {newest}. Update the program, then try again."
        )
    return found


def _refuse_damage(connection: sqlite3.Connection, name: str) -> None:
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise StoreUnusable(f"{name} is damaged and not a whole database ({found}). Use another copy.")
    lost = connection.execute("PRAGMA foreign_key_check").fetchone()
    if lost is not None:
        raise StoreUnusable(f"{name} is not a whole database: a row of {lost[0]} names a row that is not there.")


def _shape(connection: sqlite3.Connection) -> Shape:
    """Each table with each of its columns, and each trigger."""
    columns = connection.execute(
        "SELECT tables.name, tables.name || '.' || columns.name FROM sqlite_master AS tables "
        "JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
    ).fetchall()
    triggers = connection.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    return frozenset((str(table), str(part)) for table, part in [*columns, *triggers])


@functools.cache
def _shape_of_version(number: int) -> Shape:
    connection = sqlite3.connect(":memory:")
    try:
        for step, script in migrations():
            if step <= number:
                for statement in statements(script):
                    connection.execute(statement)
        return _shape(connection)
    finally:
        connection.close()


def _content(connection: sqlite3.Connection, found: int) -> Content:
    def one(question: str) -> int:
        return int(connection.execute(question).fetchone()[0])

    (newest,) = connection.execute(
        "SELECT max(at) FROM (SELECT max(at) AS at FROM log UNION ALL SELECT max(at) FROM incident_events)"
    ).fetchone()
    identity = None
    if found >= IDENTIFIED_SINCE:
        row = connection.execute("SELECT identity FROM installation").fetchone()
        identity = str(row[0]) if row else None
    return Content(
        version=found,
        identity=identity,
        agencies=one("SELECT count(*) FROM agencies"),
        sites=one("SELECT count(*) FROM sites"),
        people=one("SELECT count(*) FROM people"),
        phones=one("SELECT count(*) FROM devices WHERE revoked_at IS NULL"),
        incidents=one("SELECT count(*) FROM incidents"),
        newest=str(newest or ""),
    )
