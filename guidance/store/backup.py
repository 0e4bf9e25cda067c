"""Copying the whole database while it is in use, and putting a copy back."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from guidance.store.db import StoreUnusable


def back_up(database: Path, copy: Path) -> None:
    """Write a whole, checked copy that its owner alone can read. `StoreUnusable` says what is in the way."""
    if copy.exists():
        raise StoreUnusable(f"{copy} is there already. Name a new file.")
    draft = copy.with_name(f".{copy.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    source = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        with sqlite3.connect(draft) as target:
            source.backup(target)
        target.close()
    finally:
        source.close()
    check(draft)
    draft.rename(copy)


def restore(copy: Path, database: Path) -> Path | None:
    """Put a copy in the place of the database and return where the old one went (None: there was none).

    Refuses, by a `StoreUnusable`, a copy that is damaged and a database that is in use.
    """
    check(copy)
    kept = database.with_name(f"{database.name}.before-restore")
    if database.exists():
        _refuse_in_use(database)
        database.replace(kept)
    # SQLite would play a leftover write-ahead log over the restored file and damage it.
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    draft = database.with_name(f".{database.name}.part")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(copy.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(database)
    return kept if kept.exists() else None


def check(path: Path) -> None:
    """Raise `StoreUnusable` unless the file is a whole database of ours."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreUnusable(f"{path} is not a whole database: {error}.") from error
    finally:
        connection.close()
    if found != "ok" or not version:
        raise StoreUnusable(f"{path} is not a whole database of this product ({found}).")


def _refuse_in_use(database: Path) -> None:
    """Leaving WAL needs to be alone; that also writes what the log still holds into the file that is kept."""
    connection = sqlite3.connect(database, timeout=0.2)
    try:
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            mode = "wal"
        else:
            return  # a damaged database is a reason to restore, not to refuse
    finally:
        connection.close()
    if mode != "delete":
        raise StoreUnusable("The database is in use. Stop the web process and the workers first.")
