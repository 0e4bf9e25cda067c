"""The clock that tests move: the machine's time plus a row of the store. Wired in only where test_clock is on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from guidance.store.db import Store


class StoreClock:
    """Tells the same moved time in every process that uses the same store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> datetime:
        """The machine's time plus the offset that was set last."""
        row = self._store.connection().execute("SELECT offset_seconds FROM test_clock WHERE id = 1").fetchone()
        return datetime.now(UTC) + timedelta(seconds=row["offset_seconds"] if row else 0)


def set_offset(db: Database, seconds: float) -> None:
    """Move every `StoreClock` of this store to the machine's time plus `seconds`."""
    db.execute(
        "INSERT INTO test_clock (id, offset_seconds) VALUES (1, :seconds) "
        "ON CONFLICT (id) DO UPDATE SET offset_seconds = :seconds",
        {"seconds": seconds},
    )
