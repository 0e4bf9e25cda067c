"""Fan-out of pushes: the worker, store and all, beside a plain `pywebpush.webpush` loop and the bare cryptography.

All on one core and in one run, turn about; the push service is another process, which only counts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from py_vapid import Vapid
from pywebpush import WebPusher, webpush

from bench.rows import Row
from guidance.alert.payload import full_payload
from guidance.alert.worker import Worker
from guidance.clock import SystemClock
from guidance.commands.worker import make_worker
from guidance.keys import make_keys
from guidance.settings import Settings
from guidance.store.db import Store
from guidance.store.migrate import migrate
from tests.alert.city import EVERYWHERE, City
from tests.fakes.push_service import Browser, new_browser

RECIPIENTS, INCIDENTS, ROUNDS = 200, 20, 5
CONTACT = "mailto:bench@city.example"


PAYLOAD = full_payload("0190f3a2-0000-4000-8000-000000000000", "visit", "urgent")


@dataclass(frozen=True)
class Measured:
    """Messages a second, and seconds of the processor a message."""

    rate: float
    processor: float


@dataclass(frozen=True)
class Setting:
    """What all three are measured on."""

    city: City
    worker: Worker
    browsers: list[Browser]
    vapid: Vapid
    ca_file: str


def measure() -> list[Row]:
    """Messages a second of each, and the ratios that have an aim."""
    with tempfile.TemporaryDirectory() as folder, _sink(Path(folder)) as (port, ca_file), _one_core():
        setting = _prepare(Path(folder), port, ca_file)
        _raise(setting.city)
        _ours(setting)  # opens connections and reads keys, as a worker does once in its life
        rounds = [_round(setting) for _ in range(ROUNDS)]
    # The best of the rounds: whatever else runs on the machine only ever takes away.
    best = {name: max(each[name].rate for each in rounds) for name in WAYS}
    shares = [each["bare"].processor / each["ours"].processor for each in rounds]
    return [
        Row("fan-out by the worker, fsync included", best["ours"], "messages/s"),
        Row("plain pywebpush.webpush loop", best["loop"], "messages/s"),
        Row("the same loop with a kept requests session", best["kept"], "messages/s"),
        Row("bare encryption, WebPusher.encode", best["bare"], "messages/s"),
        Row("fan-out / plain loop", best["ours"] / best["loop"], "times", 5, at_least=True),
        Row("fan-out / loop with a kept session", best["ours"] / best["kept"], "times"),
        Row("fan-out / bare encryption", best["ours"] / best["bare"], "times", 0.35, at_least=True),
        Row(
            "the same by processor time, median of the rounds", statistics.median(shares), "times", 0.35, at_least=True
        ),
    ]


def _round(setting: Setting) -> dict[str, Measured]:
    _raise(setting.city)
    return {name: _measured(way, setting) for name, way in WAYS.items()}


def _measured(way: Callable[[Setting], int], setting: Setting) -> Measured:
    begun, processor = time.perf_counter(), time.process_time()
    messages = way(setting)
    taken, used = time.perf_counter() - begun, time.process_time() - processor
    return Measured(messages / taken, used / messages)


@contextmanager
def _sink(folder: Path) -> Iterator[tuple[int, str]]:
    command = [sys.executable, "-m", "tests.fakes.push_service", str(folder / "sink")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        where = json.loads(process.stdout.readline())
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(process.pid, {cores[-1]})
        yield where["port"], where["ca"]
        process.kill()


@contextmanager
def _one_core() -> Iterator[None]:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _prepare(folder: Path, port: int, ca_file: str) -> Setting:
    settings = Settings(
        data=folder, push_hosts=(f"localhost:{port}",), push_ca_file=ca_file, public_contact=CONTACT, lease_seconds=30
    )
    keys = make_keys(settings.keys)
    migrate(Store(settings.database))
    city = City(Store(settings.database)).build()
    browsers = [new_browser(f"b{number}", f"https://localhost:{port}") for number in range(RECIPIENTS)]
    for browser in browsers:
        city.person(browser.name, EVERYWHERE, browsers=[browser])
    return Setting(city, make_worker(settings), browsers, Vapid(keys.vapid), ca_file)


def _raise(city: City) -> None:
    for _ in range(INCIDENTS):
        city.incident(SystemClock().now())


def _ours(setting: Setting) -> int:
    setting.worker.step()
    while setting.worker.busy or _left(setting.city):
        setting.worker.step()
    return RECIPIENTS * INCIDENTS


def _left(city: City) -> bool:
    with city.store.reader() as db:
        return db.execute("SELECT 1 FROM deliveries WHERE state <> 'sent' LIMIT 1").fetchone() is not None


def _bare(setting: Setting) -> int:
    pushers = [WebPusher(browser.info) for browser in setting.browsers]
    for _ in range(INCIDENTS):
        for pusher in pushers:
            pusher.encode(PAYLOAD)
    return RECIPIENTS * INCIDENTS


def _loop(setting: Setting) -> int:
    os.environ["REQUESTS_CA_BUNDLE"] = setting.ca_file
    return _webpush_loop(setting, None)


def _loop_with_session(setting: Setting) -> int:
    with requests.Session() as session:
        session.verify = setting.ca_file
        return _webpush_loop(setting, session)


def _webpush_loop(setting: Setting, session: requests.Session | None) -> int:
    for browser in setting.browsers:
        webpush(
            browser.info,
            PAYLOAD,
            vapid_private_key=setting.vapid,
            vapid_claims={"sub": CONTACT},
            ttl=4 * 3600,
            requests_session=session,
        )
    return RECIPIENTS


WAYS: dict[str, Callable[[Setting], int]] = {
    "ours": _ours,
    "bare": _bare,
    "loop": _loop,
    "kept": _loop_with_session,
}
