"""Reading a database file that is not ours to change, whole, with the write-ahead log that lies beside it."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import struct
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from guidance.files import create_empty
from guidance.store.db import StoreUnusable

# What SQLite keeps beside a database (https://www.sqlite.org/tempfiles.html). The index of the log is made anew.
LOG, LOG_INDEX, JOURNAL = "-wal", "-shm", "-journal"
# The bytes that SQLite locks in a file that is in use (https://www.sqlite.org/lockingv3.html).
LOCK_BYTES = (0x40000000, 512)


def beside(database: Path, ending: str) -> Path:
    """The file that SQLite keeps beside a database under this ending."""
    return database.with_name(database.name + ending)


def refuse_reserved(path: Path, database: Path) -> None:
    """Raise `StoreUnusable` for a name that SQLite or an unfinished restore uses beside the database."""
    place, own = path.parent.resolve() / path.name, database.resolve()
    taken = {beside(own, ending) for ending in (LOG, LOG_INDEX, JOURNAL)}
    if place in taken or (place.parent == own.parent and place.name.startswith(f".{own.name}.")):
        raise StoreUnusable(f"The name {path} is used while the database is written or restored. Name another file.")


def holds_something(path: Path) -> bool:
    """Whether there is a file with at least one byte."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def address(path: Path, **options: object) -> str:
    """The file as SQLite's URI, whatever characters its name holds."""
    return path.resolve().as_uri() + "?" + "&".join(f"{name}={value}" for name, value in options.items())


def refuse_unreadable(path: Path) -> None:
    """Raise `StoreUnusable` for what cannot be a database file: missing, a folder or device, empty, unreadable."""
    if not path.exists():
        raise StoreUnusable(f"There is no file {path}.")
    if not path.is_file():
        raise StoreUnusable(f"{path} is not a file.")
    if not os.access(path, os.R_OK):
        raise StoreUnusable(f"{path} cannot be read by this user. Change its owner or mode, then try again.")
    if not holds_something(path):
        raise StoreUnusable(f"{path} is empty, and not a whole database. Name another copy.")


def in_use(path: Path) -> bool:
    """Whether another process holds SQLite's locks on a file; takes none itself. False where that cannot be asked.

    Do not call it while this process has the file open through SQLite: closing the file here would end those locks
    (https://www.sqlite.org/howtocorrupt.html §2.2).
    """
    if sys.platform != "linux":
        return False
    with path.open("rb") as file:
        question = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, *LOCK_BYTES, 0)
        answer = fcntl.fcntl(file, fcntl.F_GETLK, question)
    return bool(struct.unpack("hhqqi", answer)[0] != fcntl.F_UNLCK)


def copy_whole(source: Path, draft: Path, scratch: Path) -> None:
    """Copy a database into a new file `draft`. The source, its folder and what lies beside it stay as they are.

    `scratch` is a folder that may be made and is removed. Raises `StoreUnusable` for a damaged source, and
    `sqlite3.DatabaseError` and `OSError` for what the disk refuses.
    """
    create_empty(draft)
    try:
        with _reading(source.resolve(), scratch) as reading, closing(sqlite3.connect(draft)) as writing:
            reading.backup(writing)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        raise StoreUnusable(f"{source} is damaged and not a whole database: {error}. Use another copy.") from error


@contextmanager
def _reading(source: Path, scratch: Path) -> Iterator[sqlite3.Connection]:
    if in_use(source):
        # Its log and index are there and shared; this reader leaves nothing behind.
        found = address(source, mode="ro")
    elif any(holds_something(beside(source, ending)) for ending in (LOG, JOURNAL)):
        # SQLite plays the log back, and writes while it does: so a copy of both, elsewhere.
        found = address(_apart(source, scratch), mode="rw")
    else:
        # Nobody changes it; without locks it can also be read in a folder that cannot be written.
        found = address(source, mode="ro", immutable=1)
    try:
        with closing(sqlite3.connect(found, uri=True, timeout=5)) as connection:
            yield connection
    finally:
        remove_folder(scratch)


def remove_folder(folder: Path) -> None:
    """Remove a folder with what is in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def _apart(source: Path, scratch: Path) -> Path:
    scratch.mkdir(mode=0o700)
    for ending in ("", LOG, JOURNAL):
        if beside(source, ending).exists():
            target = beside(scratch / source.name, ending)
            shutil.copyfile(beside(source, ending), target)
            target.chmod(0o600)
    return scratch / source.name
