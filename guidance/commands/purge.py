"""`guidance purge`: remove what strangers left and nobody took up, and what has expired."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import FrameType

import click
from sqlite_utils import Database

from guidance.clock import Clock, SystemClock, to_text
from guidance.people.budget import ROW_OVERHEAD
from guidance.settings import from_environment
from guidance.store import log, purge, strangers
from guidance.store.db import Store
from guidance.store.migrate import migrate
from guidance.store.test_clock import StoreClock

LEAST_DAYS = 7
# Between two batches everyone else who writes has a turn.
PAUSE_SECONDS = 0.05
# No certificate lasts longer; what was not reminded of by then never will be.
REMINDER_DAYS = 3 * 366


@click.command("purge")
@click.option("--days", type=click.IntRange(LEAST_DAYS), default=90, show_default=True, help="Keep what is younger.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
def purge_command(days: int, dry_run: bool) -> None:
    """Remove what phones of no site left and nobody took up, and codes, links and sessions that have expired.

    Stays: what a joined phone confirmed, what a person took, wrote on or closed, and runs that a certificate rests on.
    It works in small steps beside the running server, and may be killed and run again.
    """
    settings = from_environment(os.environ)
    if not settings.database.exists():
        raise click.ClickException(f"There is no database in {settings.data}. Run `guidance init` first.")
    store = Store(settings.database)
    migrate(store)
    clock: Clock = StoreClock(store) if settings.test_clock else SystemClock()
    bound = bounds(clock.now(), days)
    if dry_run:
        with store.reader() as db:
            _say("Would remove", purge.count(db, bound))
        return
    signal.signal(signal.SIGTERM, _stop)
    _say("Removed", run(store, clock, bound))
    with store.reader() as db:
        free = purge.unused_bytes(db) // (1024 * 1024)
    click.echo(f"The file keeps its size; {free} MB of it are free for new rows.")


def run(store: Store, clock: Clock, bound: dict[str, str], pause: Callable[[float], None] = time.sleep) -> Counter[str]:
    """Remove everything that is due, batch by batch, and write one log entry with the counts, even when stopped."""
    done: Counter[str] = Counter(dict.fromkeys(purge.names(), 0))
    try:
        for name, step in _steps(bound):
            while many := _batch(store, step):
                done[name] += many
                pause(PAUSE_SECONDS)
    finally:
        detail = "; ".join(f"{name}: {many}" for name, many in done.items() if many) or "nothing"
        with store.reader() as db:
            differences = purge.miscounted(db, ROW_OVERHEAD)
        with store.transaction() as db:
            for kind, (rows, size) in differences.items():
                strangers.correct(db, kind, rows, size)
            log.add_entry(db, to_text(clock.now()), "system", "purge", "strangers", detail)
    return done


def bounds(now: datetime, days: int) -> dict[str, str]:
    """The moments before which things go."""
    return {
        "before": to_text(now - timedelta(days=days)),
        "yesterday": to_text(now - timedelta(days=1)),
        "reminders_before": to_text(now - timedelta(days=REMINDER_DAYS)),
    }


def _steps(bound: dict[str, str]) -> Iterator[tuple[str, Callable[[Database], int]]]:
    yield "incidents of strangers", lambda db: purge.remove_incidents(db, bound)
    for kind in purge.KINDS:
        yield kind.name, lambda db, kind=kind: purge.remove(db, kind, bound)  # type: ignore[misc]
    yield "reminder addresses", lambda db: purge.forget_reminders(db, bound)


def _batch(store: Store, step: Callable[[Database], int]) -> int:
    with store.transaction() as db:
        return step(db)


def _say(verb: str, counts: dict[str, int]) -> None:
    for name, many in counts.items():
        click.echo(f"{verb} {many:>7} {name}")


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(143)
