"""What the store promises: durable settings, transactions whole or not at all, migrations that may be killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from guidance.store import log
from guidance.store.db import Store, StoreUnusable, open_database
from guidance.store.migrate import migrate, migrations, statements, version


def test_the_file_is_in_wal_with_full_synchronous(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "a.db").conn
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_a_file_that_cannot_enter_wal_is_refused_with_what_to_do() -> None:
    with pytest.raises(StoreUnusable, match="local disk"):
        open_database(Path(":memory:"))


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as db:
        log.add_entry(db, "2026", "system", "test", "x")
        raise ZeroDivisionError
    with store.reader() as db:
        assert log.entries_about(db, "x") == []


def test_the_log_can_neither_be_changed_nor_deleted(store: Store) -> None:
    with store.transaction() as db:
        log.add_entry(db, "2026", "system", "test", "x")
    for statement in ("UPDATE log SET actor = 'other'", "DELETE FROM log"):
        with pytest.raises(sqlite3.IntegrityError, match="never"), store.transaction() as db:
            db.execute(statement)


def test_another_connections_commit_moves_the_change_counter(store: Store) -> None:
    before = store.change_counter()
    other = Store(store.path)
    with other.transaction() as db:
        log.add_entry(db, "2026", "system", "test", "x")
    assert store.change_counter() != before


def test_a_database_of_a_newer_program_is_refused(store: Store) -> None:
    store.connection().conn.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreUnusable, match="newer"):
        migrate(store)


KILLED = """
import os, signal, sys
from pathlib import Path
from guidance.store.db import Store
from guidance.store.migrate import migrate
store, left = Store(Path(sys.argv[1])), int(sys.argv[2])
def count(statement):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
store.connection().conn.set_trace_callback(count)
migrate(store)
"""


def shape(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return rows


def test_a_migration_killed_at_any_statement_is_finished_by_the_next_start(tmp_path: Path) -> None:
    whole = Store(tmp_path / "whole.db")
    newest = migrate(whole)
    total = sum(len(statements(script)) for _, script in migrations()) + 3 * newest
    for point in range(1, total + 1, 3):
        path = tmp_path / f"killed-{point}.db"
        done = subprocess.run([sys.executable, "-c", KILLED, str(path), str(point)], check=False)
        assert done.returncode == -signal.SIGKILL, f"statement {point} was never reached"
        again = Store(path)
        assert version(again.connection().conn) in range(newest + 1)
        assert migrate(again) == newest
        assert shape(path) == shape(whole.path)
        again.close()
        path.unlink()


def test_migrations_are_numbered_in_order_and_without_a_double() -> None:
    numbers = [number for number, _ in migrations()]
    assert numbers == sorted(set(numbers)) and numbers[0] == 1
