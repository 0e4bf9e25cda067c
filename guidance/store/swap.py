"""Putting a finished database in the place of the present one. Killed at any point, one of the two is there, whole."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from guidance.files import create_empty, name_new, sync_file, sync_folder
from guidance.store.copying import JOURNAL, LOG, LOG_INDEX, address, beside, in_use
from guidance.store.db import StoreUnusable

IN_USE = "The database is in use. Stop the web process and the workers, then try again."
MAGIC = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat.html §1.3.1
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let no second command replace the database of this folder meanwhile; `StoreUnusable` when one does already."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreUnusable("Another restore is under way in this folder. Wait until it has ended.") from error
        yield
    finally:
        os.close(descriptor)


def hold(database: Path) -> sqlite3.Connection | None:
    """Keep everyone else out of the present database, and change nothing in it.

    None when there is none that SQLite can read; `StoreUnusable` when somebody uses it.
    """
    if not _looks_like_sqlite(database):
        return None
    connection = sqlite3.connect(address(database, mode="rw"), uri=True, isolation_level=None, timeout=0.2)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
        connection.execute("PRAGMA synchronous=FULL")
        # With that mode, the lock of the first transaction stays until the connection is closed.
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_BUSY or in_use(database):
            raise StoreUnusable(IN_USE) from error
        if code not in DAMAGED:
            raise StoreUnusable(f"The database {database} cannot be replaced: {error}.") from error
        return None
    return connection


def _looks_like_sqlite(database: Path) -> bool:
    """Whether the file begins as every SQLite database does. SQLite is not let near another one: it would delete the
    log that lies beside it.
    """
    try:
        with database.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except FileNotFoundError:
        return False


def swap(draft: Path, database: Path, held: sqlite3.Connection | None, stamp: str) -> Path | None:
    """Put the draft in the place of the database. Returns where the one before is kept; None: there was none.

    The draft must be one file, on the disk. `held` is what `hold` gave; it keeps others out until the new one is there,
    and is closed then. `stamp` goes into the kept file's name.
    """
    try:
        if held is not None and _fold(held):
            _set_aside(database, _aside(database), held)
        else:
            for ending in ("", LOG, JOURNAL):
                _set_aside(beside(database, ending), beside(_aside(database), ending))
        sync_folder(database.parent)
        # SQLite would play a log or journal that is left over into the database that comes now, and damage it.
        for ending in (LOG, LOG_INDEX, JOURNAL):
            beside(database, ending).unlink(missing_ok=True)
        sync_folder(database.parent)
        with _kept_closed(draft):
            draft.replace(database)
            sync_folder(database.parent)
            if held is not None:
                held.close()
    except BaseException:
        tidy(database, stamp)
        raise
    return _name_kept(database, stamp)


@contextmanager
def _kept_closed(draft: Path) -> Iterator[None]:
    """Keep everyone out of the new database until the connection to the one before is closed: closing it deletes the
    journal that lies beside the name, which by then could be the new one's.
    """
    held = hold(draft)
    if held is None:
        raise StoreUnusable(f"{draft} cannot be read any more. Is the disk broken?")
    with closing(held):
        yield


def tidy(database: Path, stamp: str) -> Path | None:
    """Finish what a killed restore left: either nothing was swapped, and all is put back, or the database before gets
    its name, which is returned.
    """
    aside = _aside(database)
    for ending in ("", LOG, JOURNAL):
        _half(beside(aside, ending)).unlink(missing_ok=True)
    if not (aside.exists() and database.exists() and aside.samefile(database)):
        return _name_kept(database, stamp)
    for ending in (LOG, JOURNAL):
        kept, present = beside(aside, ending), beside(database, ending)
        if kept.exists() and not present.exists():
            kept.rename(present)
        kept.unlink(missing_ok=True)
    aside.unlink()
    sync_folder(database.parent)
    return None


def finish_killed(database: Path, stamp: str) -> Path | None:
    """Do what `tidy` does, where a killed restore left something and none is under way. Returns what was kept."""
    aside = _aside(database)
    if not any(beside(aside, ending).exists() for ending in ("", LOG, JOURNAL)):
        return None
    with only_one(database.parent):
        return tidy(database, stamp)


def kept_files(database: Path) -> list[Path]:
    """Databases that were replaced and are kept beside the present one, the oldest first."""
    return sorted(database.parent.glob(f"{database.name}.before-restore*"))


def _aside(database: Path) -> Path:
    """The second name of a database about to be replaced. Hidden: until the swap it is the live one, and SQLite must
    never open one database by two names (https://www.sqlite.org/howtocorrupt.html §2.5).
    """
    return database.with_name(f".{database.name}.aside")


def _fold(held: sqlite3.Connection) -> bool:
    """Write what the log holds into the database, which is then whole in one file. False when it is too damaged."""
    try:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        (mode,) = held.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in DAMAGED - {sqlite3.SQLITE_IOERR}:
            held.close()
            return False
        raise
    if mode != "delete":
        raise StoreUnusable(IN_USE)
    return True


def _set_aside(path: Path, aside: Path, held: sqlite3.Connection | None = None) -> None:
    if not path.exists():
        return
    try:
        aside.hardlink_to(path)
    except OSError:
        # No hard links here, or not of this user's: a copy keeps it as well, and needs the room.
        half = _half(aside)
        create_empty(half)
        if held is not None:
            # Not as bytes: closing the file would end the locks that keep others out.
            with closing(sqlite3.connect(half)) as copy:
                held.backup(copy)
        else:
            shutil.copyfile(path, half)
        sync_file(half)
        half.replace(aside)


def _half(aside: Path) -> Path:
    return aside.with_name(f"{aside.name}.part")


def _name_kept(database: Path, stamp: str) -> Path | None:
    aside = _aside(database)
    endings = [ending for ending in ("", LOG, JOURNAL) if beside(aside, ending).exists()]
    if not endings:
        return None
    number, kept = 1, database.with_name(f"{database.name}.before-restore-{stamp}")
    while any(os.path.lexists(beside(kept, ending)) for ending in ("", LOG, JOURNAL)):
        number += 1
        kept = database.with_name(f"{database.name}.before-restore-{stamp}-{number}")
    for ending in reversed(endings):
        name_new(beside(aside, ending), beside(kept, ending))
        beside(kept, ending).chmod(0o600)
    return kept
