"""A copy taken in use is whole; putting it back is safe even after a crash."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guidance.installation import prepare
from guidance.settings import Settings
from guidance.store import log
from guidance.store.backup import back_up
from guidance.store.db import Store, StoreUnusable
from guidance.store.migrate import migrate, migrations, statements
from guidance.store.restoring import restore
from guidance.store.swap import kept_files, only_one

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CRASH = """
import os, signal, sys
from pathlib import Path
from guidance.store import log
from guidance.store.db import Store
store = Store(Path(sys.argv[1]))
for number in range(200):
    with store.transaction() as db:
        log.add_entry(db, "2026", "system", "test", f"later-{number}")
os.kill(os.getpid(), signal.SIGKILL)
"""


def write(store: Store, name: str) -> None:
    with store.transaction() as db:
        log.add_entry(db, "2026", "system", "test", name)


def has(path: Path, name: str) -> bool:
    store = Store(path)
    migrate(store)
    with store.reader() as db:
        found = bool(log.entries_about(db, name))
    store.close()
    return found


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """A disk with little room, for this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_copy_is_put_back_whole_after_a_crash(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    copy = tmp_path / "copy.db"
    back_up(store.path, copy)
    assert copy.stat().st_mode & 0o077 == 0
    store.close()
    done = subprocess.run([sys.executable, "-c", CRASH, str(store.path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert store.path.with_name(store.path.name + "-wal").stat().st_size > 0
    kept = restore(copy, store.path, NOW).kept
    assert has(store.path, "before") and not has(store.path, "later-199")
    assert kept is not None and has(kept, "later-199")


def test_a_database_in_use_is_not_replaced(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    back_up(store.path, tmp_path / "copy.db")
    with pytest.raises(StoreUnusable, match="in use"), store.reader():
        restore(tmp_path / "copy.db", store.path, NOW)
    assert has(store.path, "before")


def test_a_damaged_copy_is_refused_and_nothing_is_touched(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    copy = tmp_path / "copy.db"
    back_up(store.path, copy)
    store.close()
    raw = bytearray(copy.read_bytes())
    raw[4096:8192] = os.urandom(4096)
    copy.write_bytes(raw)
    with pytest.raises(StoreUnusable, match="whole"):
        restore(copy, store.path, NOW)
    assert has(store.path, "before")


def test_a_backup_never_writes_over_another(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StoreUnusable, match="already"):
        back_up(store.path, tmp_path / "copy.db")
    (tmp_path / "leads-nowhere.db").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreUnusable, match="already"):
        back_up(store.path, tmp_path / "leads-nowhere.db")


def test_a_copy_is_one_file_that_needs_nothing_beside_it(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    copy = tmp_path / "odd ?#% name.db"
    content = back_up(store.path, copy)
    assert content.newest == "2026"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [copy.name]
    uri = copy.as_uri() + "?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        assert connection.execute("SELECT object FROM log").fetchall() == [("before",)]


def test_a_backup_says_what_is_in_the_way_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    (tmp_path / "left.db-wal").write_bytes(b"of another")
    before = sorted(tmp_path.rglob("*"))
    places = {
        store.path: "already",
        store.path.with_name("guidance.db-journal"): "is used while",
        store.path.with_name(".guidance.db.draft"): "is used while",
        tmp_path / "left.db": "left of another database",
        tmp_path / "nowhere" / "copy.db": "no folder",
        tmp_path / ("x" * 300): "too long",
    }
    for place, words in places.items():
        with pytest.raises(StoreUnusable, match=words):
            back_up(store.path, place)
    with pytest.raises(StoreUnusable, match="could not be written"), no_file_longer_than(40_000):
        back_up(store.path, tmp_path / "copy.db")
    with pytest.raises(StoreUnusable, match="no file"):
        back_up(tmp_path / "missing.db", tmp_path / "copy.db")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("state", ["damaged", "empty", "missing"])
def test_a_database_that_cannot_be_read_is_kept_with_its_log(store: Store, tmp_path: Path, state: str) -> None:
    write(store, "before")
    copy = tmp_path / "copy.db"
    back_up(store.path, copy)
    store.close()
    log_of_it = store.path.with_name("guidance.db-wal")
    log_of_it.write_bytes(b"what a crash left")
    if state == "damaged":
        store.path.write_bytes(b"not a database" * 1000)
    elif state == "empty":
        store.path.write_bytes(b"")
    else:
        store.path.unlink()
    done = restore(copy, store.path, NOW)
    assert has(store.path, "before") and done.carried is None and done.kept is not None
    assert done.kept.with_name(done.kept.name + "-wal").read_bytes() == b"what a crash left"
    if state == "damaged":
        assert done.kept.read_bytes() == b"not a database" * 1000


def test_what_an_unfinished_restore_left_is_not_taken_for_a_copy(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    draft = store.path.with_name(".guidance.db.draft")
    back_up(store.path, tmp_path / "copy.db")
    store.close()
    (tmp_path / "copy.db").rename(draft)
    with pytest.raises(StoreUnusable, match="Name another file"):
        restore(draft, store.path, NOW)
    assert has(draft, "before")


def test_a_second_restore_at_the_same_time_is_refused(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    back_up(store.path, tmp_path / "copy.db")
    store.close()
    with only_one(store.path.parent), pytest.raises(StoreUnusable, match="Another restore"):
        restore(tmp_path / "copy.db", store.path, NOW)
    assert restore(tmp_path / "copy.db", store.path, NOW).kept is not None


def test_the_next_start_names_the_database_that_a_killed_restore_set_aside(settings: Settings, tmp_path: Path) -> None:
    prepare(settings, now=NOW)
    aside = settings.data / ".guidance.db.aside"
    os.link(settings.database, aside)  # killed before the swap: the same database under a second name
    prepare(settings, now=NOW)
    assert not aside.exists() and kept_files(settings.database) == []
    shutil.copy(settings.database, aside)  # killed after it: the database before
    with only_one(settings.data), pytest.raises(StoreUnusable, match="under way"):
        prepare(settings, now=NOW)
    prepare(settings, now=NOW)
    assert not aside.exists() and len(kept_files(settings.database)) == 1


def test_every_kept_file_has_a_name_of_its_own(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    back_up(store.path, tmp_path / "copy.db")
    write(store, "later")
    store.close()
    kept = {restore(tmp_path / "copy.db", store.path, NOW).kept for _ in range(3)}
    assert len(kept) == 3 and all(each is not None and each.exists() for each in kept)
    assert sum(has(each, "later") for each in kept if each is not None) == 1


def test_a_copy_of_an_older_version_is_brought_up_before_it_counts(tmp_path: Path) -> None:
    copy = tmp_path / "old.db"
    with closing(sqlite3.connect(copy)) as connection:
        for number, script in migrations():
            if number <= 2:
                for statement in statements(script):
                    connection.execute(statement)
        connection.execute("INSERT INTO log (at, actor, action, object) VALUES ('2025', 'system', 'test', 'old')")
        connection.execute("PRAGMA user_version = 2")
        connection.commit()
    done = restore(copy, tmp_path / "data" / "guidance.db", NOW)
    assert done.kept is None and done.content.version == 2
    assert has(tmp_path / "data" / "guidance.db", "old")
    assert Store(tmp_path / "data" / "guidance.db").connection().conn.execute("PRAGMA user_version").fetchone()[0] >= 6
