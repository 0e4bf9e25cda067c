"""A database that was lost, emptied or exchanged is never started on quietly, through every command that opens it."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guidance.app import create_app
from guidance.cli import commands
from guidance.clock import FixedClock, SystemClock
from guidance.commands.worker import make_worker
from guidance.installation import MARKER, prepare, remembered
from guidance.keys import KeysUnusable, load_keys
from guidance.people import demo
from guidance.settings import Settings
from guidance.store import identity, subscriptions
from guidance.store.backup import back_up
from guidance.store.db import Store, StoreUnusable
from guidance.store.migrate import migrate, migrations, statements
from guidance.store.subscriptions import SubscriptionRow
from guidance.web.context import NAME
from tests.reports import a_place


@pytest.fixture
def city(settings: Settings, clock: FixedClock) -> Settings:
    """An installation that has been started with people in it."""
    prepare(settings, now=clock.now())
    fill(settings, clock)
    prepare(settings, now=clock.now())
    return settings


def fill(settings: Settings, clock: FixedClock) -> None:
    store = Store(settings.database)
    with store.transaction() as db:
        demo.fill(db, clock.now())
    store.close()


def another(folder: Path, clock: FixedClock) -> Settings:
    made = Settings(data=folder, base_url="http://localhost")
    prepare(made, now=clock.now())
    return made


def guidance(settings: Settings, *arguments: str) -> Result:
    environment = {"GUIDANCE_DATA": str(settings.data), "GUIDANCE_BASE_URL": settings.base_url}
    return CliRunner(env=environment).invoke(commands, arguments)


def starts(settings: Settings) -> None:
    """The web process starts, and ends."""
    create_app(settings).extensions[NAME].store.close()


def refused_everywhere(settings: Settings, words: str) -> None:
    """By the web process, the worker, `guidance init` and the commands; and nothing new is made."""
    before = sorted(settings.data.rglob("*"))
    for start in (
        lambda: create_app(settings),
        lambda: make_worker(settings),
        lambda: prepare(settings, now=SystemClock().now()),
    ):
        with pytest.raises((StoreUnusable, KeysUnusable), match=words):
            start()
    for arguments in (("init",), ("join-link", "Oak Street School"), ("demo",)):
        done = guidance(settings, *arguments)
        assert done.exit_code == 1, done.output
        assert re.search(words, f"{done.output} {done.exception}"), (done.output, done.exception)
    assert [path for path in sorted(settings.data.rglob("*")) if path not in before] == []


def test_a_new_installation_starts_and_remembers_its_people(settings: Settings, clock: FixedClock) -> None:
    starts(settings)
    assert remembered(settings.keys).identity == load_keys(settings.keys).fingerprint
    assert not remembered(settings.keys).had_people
    fill(settings, clock)
    starts(settings)
    assert remembered(settings.keys).had_people
    assert (settings.keys / MARKER).stat().st_mode & 0o077 == 0


def test_a_database_of_before_identities_goes_on(settings: Settings, clock: FixedClock) -> None:
    store = Store(settings.database)
    for number, script in migrations():
        if number <= 5:
            with store.transaction() as db:
                for statement in statements(script):
                    db.conn.execute(statement)
                db.conn.execute(f"PRAGMA user_version = {number}")
    store.close()
    fill(settings, clock)
    starts(settings)
    assert guidance(settings, "join-link", "Oak Street School").exit_code == 0
    assert remembered(settings.keys).had_people


@pytest.mark.parametrize("state", ["missing", "empty", "only its log"])
def test_a_database_that_is_gone_is_refused_until_it_is_said(city: Settings, clock: FixedClock, state: str) -> None:
    back_up(city.database, city.data.parent / "copy.db")
    city.database.unlink()
    if state == "empty":
        city.database.touch()
    if state == "only its log":
        (city.data / "guidance.db-wal").write_bytes(b"what a crash left")
    refused_everywhere(city, "guidance restore FILE")
    if state == "only its log":
        assert (city.data / "guidance.db-wal").read_bytes() == b"what a crash left"
        assert guidance(city, "init", "--new").exit_code == 1
        (city.data / "guidance.db-wal").unlink()
    assert guidance(city, "init", "--new").exit_code == 0
    starts(city)
    assert guidance(city, "restore", str(city.data.parent / "copy.db")).exit_code == 0


def test_a_database_that_lost_its_people_is_refused_until_it_is_said(city: Settings, clock: FixedClock) -> None:
    city.database.unlink()
    store = Store(city.database)
    migrate(store)
    with store.transaction() as db:
        identity.set_identity(db, load_keys(city.keys).fingerprint)
    store.close()
    refused_everywhere(city, "lost its people and sites")
    assert guidance(city, "init", "--new").exit_code == 0
    starts(city)


def test_a_database_with_people_is_never_called_new(city: Settings) -> None:
    done = guidance(city, "init", "--new")
    assert done.exit_code == 1 and "holds people" in str(done.exception)
    starts(city)


def test_another_installations_database_is_refused(city: Settings, clock: FixedClock, tmp_path: Path) -> None:
    other = another(tmp_path / "other", clock)
    fill(other, clock)
    shutil.copy(other.database, city.database)
    refused_everywhere(city, "other keys")


def test_a_file_of_another_program_is_not_written_into(city: Settings) -> None:
    city.database.unlink()
    foreign = sqlite3.connect(city.database)
    foreign.execute("PRAGMA journal_mode=WAL")
    foreign.execute("CREATE TABLE bookmarks (address TEXT)")
    foreign.close()
    refused_everywhere(city, "another program")
    city.database.write_bytes(b"no database at all " * 400)
    refused_everywhere(city, "damaged or not a database")


def test_lost_keys_are_not_made_anew_until_it_is_said(city: Settings, clock: FixedClock) -> None:
    store = Store(city.database)
    with store.transaction() as db:
        place = a_place(db, clock)
        row = SubscriptionRow("id", place.counsel.id, "https://push.example/1", "key", "auth", "2026")
        subscriptions.save(db, row)
    store.close()
    shutil.rmtree(city.keys)
    refused_everywhere(city, "keys")
    assert not city.keys.exists()
    assert guidance(city, "init", "--accept-keys").exit_code == 0
    starts(city)
    with Store(city.database).reader() as db:
        assert not subscriptions.reachable(db, place.counsel.id)
