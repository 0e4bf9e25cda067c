"""Copying the whole database while it is in use."""

from __future__ import annotations

import errno
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from guidance.files import create_empty, name_new, sync_file
from guidance.store.copying import JOURNAL, LOG, LOG_INDEX, address, beside, refuse_reserved, refuse_unreadable
from guidance.store.db import BUSY_MILLISECONDS, StoreUnusable
from guidance.store.inspection import Content, inspect

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def back_up(database: Path, copy: Path) -> Content:
    """Write a whole, checked copy in one file that its owner alone can read, and return what it holds.

    Never writes over a file. `StoreUnusable` says what is in the way; then there is no new file.
    """
    refuse_unreadable(database)
    if os.path.lexists(copy):
        raise StoreUnusable(f"{copy} is there already. Name a new file.")
    if not copy.parent.is_dir():
        raise StoreUnusable(f"There is no folder {copy.parent}. Make it, or name another place.")
    refuse_reserved(copy, database)
    for ending in (LOG, JOURNAL):
        if os.path.lexists(beside(copy, ending)):
            # SQLite would play it into the copy as soon as somebody opens it, and damage it.
            raise StoreUnusable(f"{beside(copy, ending)} is left of another database. Name another file.")
    draft = copy.with_name(f".guidance-{secrets.token_hex(8)}.part")
    with in_words(f"The copy could not be written to {copy.parent}", "There is no new file."):
        try:
            create_empty(draft)
            with (
                closing(
                    sqlite3.connect(address(database, mode="rw"), uri=True, timeout=BUSY_MILLISECONDS / 1000)
                ) as of,
                closing(sqlite3.connect(draft)) as to,
            ):
                of.backup(to)
            content = seal(draft, str(database))
            name_new(draft, copy)
        except FileExistsError:
            raise StoreUnusable(f"{copy} is there already. Name a new file.") from None
        finally:
            remove(draft)
    return content


def seal(draft: Path, name: str) -> Content:
    """Make a database one file with nothing beside it, check it whole, and put it on the disk."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        if mode != "delete":
            raise StoreUnusable(f"{draft} is in use by another process. Try again.")
        content = inspect(connection, name)
    sync_file(draft)
    return content


def remove(draft: Path) -> None:
    """Remove a draft and what SQLite left beside it."""
    for ending in ("", LOG, LOG_INDEX, JOURNAL):
        beside(draft, ending).unlink(missing_ok=True)


@contextmanager
def in_words(what: str, so: str) -> Iterator[None]:
    """Turn what the disk or SQLite refuses into a `StoreUnusable` that says what failed, why, and how things stand."""
    try:
        yield
    except OSError as error:
        raise StoreUnusable(f"{what}: {_reason(error)} {so}") from error
    except sqlite3.DatabaseError as error:
        raise StoreUnusable(f"{what}: {_sqlite_reason(error)} {so}") from error


def _reason(error: OSError) -> str:
    if error.errno in NO_ROOM:
        return f"there is no room ({error.strerror}). Free some space, then try again."
    return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."


def _sqlite_reason(error: sqlite3.DatabaseError) -> str:
    code = error.sqlite_errorcode & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return "there is no room (the disk is full). Free some space, then try again."
    if code == sqlite3.SQLITE_IOERR:
        return f"{error}. The disk may be full or broken, or files here may not grow so large."
    return f"{error}."
