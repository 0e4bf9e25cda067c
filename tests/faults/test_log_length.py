"""The write-ahead log grows while somebody reads, and the worker cuts it when nobody does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from guidance.store import log
from guidance.store.db import LOG_BYTES_KEPT, wal_bytes
from tests.harness import Server, wait_until

pytestmark = pytest.mark.faults


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "data")
    made.prepare()
    yield made
    made.stop()


def test_a_worker_cuts_the_log_that_a_long_reader_made_long(server: Server) -> None:
    server.start_worker()
    store, reader = server.store(), server.store()
    with reader.reader() as db:
        log.entries_about(db, "x")
        for _ in range(5):
            with store.transaction() as writing:
                log.add_entry(writing, "2026", "system", "test", "x", "." * 5_000_000)
        assert wal_bytes(server.settings.database) > LOG_BYTES_KEPT
    wait_until(lambda: wal_bytes(server.settings.database) <= LOG_BYTES_KEPT, 30)
    store.close()
    reader.close()
