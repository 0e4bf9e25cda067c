"""A copy taken in use is whole; putting it back is safe even after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from guidance.store import log
from guidance.store.backup import back_up, restore
from guidance.store.db import Store, StoreUnusable
from guidance.store.migrate import migrate

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


def test_a_copy_is_put_back_whole_after_a_crash(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    copy = tmp_path / "copy.db"
    back_up(store.path, copy)
    assert copy.stat().st_mode & 0o077 == 0
    store.close()
    done = subprocess.run([sys.executable, "-c", CRASH, str(store.path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert store.path.with_name(store.path.name + "-wal").stat().st_size > 0
    kept = restore(copy, store.path)
    assert has(store.path, "before") and not has(store.path, "later-199")
    assert kept is not None and has(kept, "later-199")


def test_a_database_in_use_is_not_replaced(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    back_up(store.path, tmp_path / "copy.db")
    with pytest.raises(StoreUnusable, match="in use"), store.reader():
        restore(tmp_path / "copy.db", store.path)
    assert has(store.path, "before")


def test_a_damaged_copy_is_refused_and_nothing_is_touched(store: Store, tmp_path: Path) -> None:
    write(store, "before")
    copy = tmp_path / "copy.db"
    back_up(store.path, copy)
    raw = bytearray(copy.read_bytes())
    raw[4096:8192] = os.urandom(4096)
    copy.write_bytes(raw)
    with pytest.raises(StoreUnusable, match="whole"):
        restore(copy, store.path)
    assert has(store.path, "before")


def test_a_backup_never_writes_over_another(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StoreUnusable, match="already"):
        back_up(store.path, tmp_path / "copy.db")
