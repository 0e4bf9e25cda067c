"""Opening the SQLite file, and the two ways to use it: `transaction()` to write, `reader()` to read."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

BUSY_MILLISECONDS = 5000
# The write-ahead log grows while somebody reads; once nobody does, it is cut to this.
LOG_BYTES_KEPT = 16 * 1024 * 1024


# In the file's header, from the version on that is named here: tells our databases from other programs'.
APPLICATION_ID = 0x47646E63
IDENTIFIED_SINCE = 6


class StoreUnusable(Exception):
    """The database file cannot give the durability that a receipt promises."""


class Store:
    """One SQLite file. A connection per thread; writers take turns, readers never wait.

    Raises `StoreUnusable` when the file did not enter WAL with synchronous=FULL: a receipt would then
    promise more than the disk holds (https://www.sqlite.org/pragma.html#pragma_synchronous).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._turn = threading.Lock()

    def connection(self) -> Database:
        """This thread's own connection, opened and checked on first use."""
        database: Database | None = getattr(self._local, "database", None)
        if database is None:
            database = open_database(self.path)
            self._local.database = database
        return database

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Everything inside is one commit, or nothing is. Waits its turn for up to five seconds, then an
        `sqlite3.OperationalError` says so.

        A transaction inside a transaction is a mistake and fails: what must be true together is written together.
        """
        database = self.connection()
        connection = database.conn
        if connection.in_transaction:
            raise sqlite3.OperationalError("a transaction inside a transaction")
        # SQLite's own waiting sleeps longer and longer and lets late comers pass; among the threads of one
        # process a lock is fair enough to keep the slowest report fast.
        if not self._turn.acquire(timeout=BUSY_MILLISECONDS / 1000):
            raise sqlite3.OperationalError("no turn to write within five seconds")
        try:
            connection.execute("BEGIN IMMEDIATE")
            with _whole_or_nothing(connection):
                yield database
        finally:
            self._turn.release()

    @contextmanager
    def reader(self) -> Iterator[Database]:
        """One consistent view of the store; writes inside it are refused by the shape of the code, not by SQLite."""
        database = self.connection()
        if database.conn.in_transaction:
            yield database
            return
        database.conn.execute("BEGIN")
        try:
            yield database
        finally:
            if database.conn.in_transaction:
                database.conn.execute("ROLLBACK")

    def change_counter(self) -> int:
        """A number that differs from its last value when another connection has committed."""
        (value,) = self.connection().conn.execute("PRAGMA data_version").fetchone()
        return int(value)

    def fold_log(self) -> int:
        """Write a long write-ahead log into the database, as far as readers allow, and return the bytes that it takes
        now. Never waits for a reader, and keeps writers waiting only for what is cheap.
        """
        connection = self.connection().conn
        if wal_bytes(self.path) > LOG_BYTES_KEPT:
            connection.execute("PRAGMA busy_timeout=0")
            try:
                busy, pages, folded = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if not busy and pages == folded:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        return wal_bytes(self.path)

    def quick_check(self) -> str:
        """`ok`, or the first thing that is wrong with the file (https://www.sqlite.org/pragma.html#pragma_quick_check)."""
        try:
            (found,) = self.connection().conn.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            return str(error)
        return str(found)

    def close(self) -> None:
        """Close this thread's connection."""
        database: Database | None = getattr(self._local, "database", None)
        if database is not None:
            database.conn.close()
            del self._local.database


def wal_bytes(path: Path) -> int:
    """How long the write-ahead log beside a database is now."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def _whole_or_nothing(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def part_of(database: Database) -> Iterator[None]:
    """A part of the present transaction: what fails inside is taken back by itself, and the error goes on."""
    connection = database.conn
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


def open_database(path: Path) -> Database:
    """Open the file and prove its settings; `StoreUnusable` says which one did not take."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        _refuse_foreign(connection, path)
        _prove_all(connection)
    except StoreUnusable:
        connection.close()
        raise
    except sqlite3.DatabaseError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise
        raise StoreUnusable(
            f"{path} is damaged or not a database: {error}. Put a copy in its place with `guidance restore FILE`."
        ) from error
    return Database(connection, execute_plugins=False)


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `StoreUnusable` for another program's file, before anything is written into it. An empty one is ours."""
    connection.execute("BEGIN")  # one view, while another process may be bringing the file to a new version
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        connection.execute("ROLLBACK")
    unmarked = application == 0 and (0 < version < IDENTIFIED_SINCE or tables == version == 0)
    if application != APPLICATION_ID and not unmarked:
        raise StoreUnusable(f"{path} is a database of another program. Nothing was changed in it.")


def _prove_all(connection: sqlite3.Connection) -> None:
    _prove(connection, "journal_mode=WAL", "journal_mode", "wal")
    _prove(connection, "synchronous=FULL", "synchronous", 2)
    _prove(connection, "foreign_keys=ON", "foreign_keys", 1)
    _prove(connection, f"busy_timeout={BUSY_MILLISECONDS}", "busy_timeout", BUSY_MILLISECONDS)
    _prove(connection, f"journal_size_limit={LOG_BYTES_KEPT}", "journal_size_limit", LOG_BYTES_KEPT)


def _prove(connection: sqlite3.Connection, setting: str, name: str, wanted: object) -> None:
    connection.execute(f"PRAGMA {setting}").fetchall()
    (found,) = connection.execute(f"PRAGMA {name}").fetchone()
    if found != wanted:
        raise StoreUnusable(
            f"SQLite answered {found!r} for {name}, not {wanted!r}. Put the data folder on a local disk that "
            "supports write-ahead logging (not a network share) and start again."
        )
