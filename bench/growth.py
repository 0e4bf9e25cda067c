"""How pages, exports and the worker grow with the store: real web process, real sockets, a table with the numbers from
before lists were read in pages. `BENCH_MILLION=1` adds a store of a million incidents, which takes some minutes."""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import requests

from bench.rows import Row, percentile
from bench.seed import Size, fill, incident_id
from guidance.alert.plan import escalate_due, repeat_due, rescue_stranded, retry_failed
from guidance.alert.policy import policy_of
from guidance.clock import SystemClock
from guidance.people.join import enrol
from guidance.store.db import Store
from tests.harness import Server
from tests.people.town import COUNSEL
from tests.phones import Phone
from tests.practice.classroom import TRAINER
from tests.reports import Place, a_place, body
from tests.signed_in import SignedIn, workers_of

SIZES = (Size(4, 10), Size(1_000, 2_500), Size(5_000, 12_500), Size(20_000, 50_000))
MILLION = Size(1_000_000, 50_000)
NAMES = (
    "board, active",
    "board, all",
    "board, closed",
    "incident page",
    "first word of the live stream",
    "readiness",
    "trainer's home",
    "results of a scenario",
    "CSV of all runs",
    "xAPI of all runs",
    "receipt without an export, p99",
    "receipt during that export, p99",
    "the slowest of those",
    "memory that the exports took, MB",
    "worker's poll",
    "worker's sweep",
)
# Milliseconds at these sizes on 2026-11-30, commit 1e9fa32 (there all or closed, and the slowest receipt alone).
BEFORE: dict[str, tuple[float, ...]] = {
    "board, active": (4, 34, 39, 61),
    "board, all": (4, 37, 54, 145),
    "board, closed": (4, 37, 54, 145),
    "incident page": (4, 4, 6, 7),
    "first word of the live stream": (2, 21, 99, 434),
    "readiness": (4, 24, 133, 580),
    "trainer's home": (5, 86, 304, 2_334),
    "CSV of all runs": (2, 138, 694, 6_518),
    "xAPI of all runs": (2, 3_098, 14_341, 99_662),
    "the slowest of those": (float("nan"), 401, 1_758, 2_267),
    "memory that the exports took, MB": (float("nan"), float("nan"), float("nan"), 7_000),
    "worker's poll": (0.1, 0.1, 0.1, 0.1),
    "worker's sweep": (0.9, 0.7, 3.4, 13),
}
VISITS, LEAST_RECEIPTS = 11, 150
PAGES = ("board, active", "board, all", "board, closed", "incident page", "readiness", "trainer's home",
         "results of a scenario")  # fmt: skip


def measure() -> list[Row]:
    """Print the whole table, and return the numbers at the largest size that have an aim."""
    sizes = (*SIZES, MILLION) if os.environ.get("BENCH_MILLION") else SIZES
    table = [_measured(size) for size in sizes]
    _print(sizes, table)
    at_20_000, at_1_000 = table[3], table[1]
    rows = [Row(f"{name}, 20,000 incidents and 50,000 runs", at_20_000[name], "ms", 100.0) for name in PAGES]
    during, without = at_20_000["receipt during that export, p99"], at_20_000["receipt without an export, p99"]
    rows.append(Row("receipt's p99 during an export / without", during / without, "×", 1.5))
    rows.append(Row("memory that the exports took", at_20_000["memory that the exports took, MB"], "MB", 64.0))
    if len(table) > len(SIZES):
        rows += [Row(f"{name}, 1,000,000 / 1,000 incidents", table[-1][name] / at_1_000[name], "×", 2.0)
                 for name in PAGES[:4]]  # fmt: skip
    return rows


def _print(sizes: tuple[Size, ...], table: list[dict[str, float]]) -> None:
    heads = [f"{size.incidents:,} / {size.runs:,}" for size in sizes]
    print(f"  {'ms; in brackets before':<36}" + "".join(f"{head:>24}" for head in heads))
    for name in NAMES:
        cells = []
        for number, found in enumerate(table):
            before = BEFORE.get(name, ())[number : number + 1]
            cells.append(f"{found[name]:.1f}" + "".join(f" ({value:,g})" for value in before if value == value))
        print(f"  {name:<36}" + "".join(f"{cell:>24}" for cell in cells))


def _measured(size: Size) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", threads=64)
        server.prepare(demo=True)
        store = server.store()
        with store.transaction() as db:
            place = a_place(db, SystemClock())
            fill(db, datetime.now(UTC), size)
        server.start()
        try:
            return {**_pages(server, store), **_exports(server, store, place), **_worker(server, store)}
        finally:
            server.stop()
            store.close()


def _pages(server: Server, store: Store) -> dict[str, float]:
    counsel, trainer = SignedIn(server, COUNSEL), SignedIn(server, TRAINER)
    with store.reader() as db:
        scenario = db.execute("SELECT scenario_id FROM practice_runs LIMIT 1").fetchone()[0]
    addresses = {
        "board, active": (counsel, "/board"),
        "board, all": (counsel, "/board?tab=all"),
        "board, closed": (counsel, "/board?tab=closed"),
        "incident page": (counsel, f"/board/incidents/{incident_id(1)}"),
        "readiness": (counsel, "/readiness"),
        "trainer's home": (trainer, "/trainer"),
        "results of a scenario": (trainer, f"/trainer/results/{scenario}"),
    }
    found = {name: _median(partial(who.get, path)) for name, (who, path) in addresses.items()}
    return {**found, "first word of the live stream": _median(lambda: _first_word(counsel))}


def _median(visit: Callable[[], object]) -> float:
    visit()
    taken = []
    for _ in range(VISITS):
        begun = time.perf_counter()
        visit()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


def _first_word(who: SignedIn) -> None:
    with who.get("/board/live?since=0", stream=True) as answer:
        for line in answer.iter_lines(chunk_size=1):
            if line.startswith(b"event: changed"):
                return
    raise AssertionError("the stream said nothing")


@dataclass
class _Reports:
    """Receipts timed one after the other, each from a phone of its own so that no alert is held back."""

    server: Server
    phones: Iterator[Phone]
    taken: list[float] = field(default_factory=list)

    def send(self) -> None:
        begun = time.perf_counter()
        assert next(self.phones).put(str(uuid4()), body(SystemClock())) is not None
        self.taken.append(time.perf_counter() - begun)


def _phones(server: Server, store: Store, place: Place) -> Iterator[Phone]:
    while True:
        with store.transaction() as db:
            tokens = [enrol(db, SystemClock().now(), place.site, None)[1] for _ in range(50)]
        yield from (Phone(server, token) for token in tokens)


def _exports(server: Server, store: Store, place: Place) -> dict[str, float]:
    trainer, phones = SignedIn(server, TRAINER), _phones(server, store, place)
    quiet, busy = _Reports(server, phones), _Reports(server, phones)
    for _ in range(LEAST_RECEIPTS):
        quiet.send()
    before = _memory(server)
    spent: list[float] = []
    reader = threading.Thread(target=_read_exports, args=(trainer, spent))
    reader.start()
    while reader.is_alive():
        busy.send()
    reader.join()
    return {
        "CSV of all runs": spent[0],
        "xAPI of all runs": spent[1],
        "receipt without an export, p99": percentile(quiet.taken, 0.99) * 1000,
        "receipt during that export, p99": percentile(busy.taken, 0.99) * 1000,
        "the slowest of those": max(busy.taken) * 1000,
        "memory that the exports took, MB": (_memory(server) - before) / 1024,
    }


def _read_exports(trainer: SignedIn, spent: list[float]) -> None:
    for path in ("/trainer/export.csv", "/trainer/xapi.json"):
        begun = time.perf_counter()
        with trainer.get(path, stream=True) as answer:
            assert answer.status_code == requests.codes.ok
            for _ in answer.iter_content(64 * 1024):
                pass
        spent.append((time.perf_counter() - begun) * 1000)


def _memory(server: Server) -> int:
    """The most memory that the web processes have held so far, in KiB, added up: exports have one of their own."""
    files = [Path(f"/proc/{worker}/status").read_text().splitlines() for worker in workers_of(server)]
    return sum(int(line.split()[1]) for lines in files for line in lines if line.startswith("VmHWM"))


def _worker(server: Server, store: Store) -> dict[str, float]:
    """A poll that finds nothing, and the database's share of a sweep."""
    now, policy = SystemClock().now(), policy_of(server.settings)

    def sweep() -> None:
        with store.transaction() as db:
            rescue_stranded(db, now, policy)
            escalate_due(db, now, policy)
            repeat_due(db, now, policy)
            retry_failed(db, now)

    return {"worker's poll": _median(store.change_counter), "worker's sweep": _median(sweep)}
