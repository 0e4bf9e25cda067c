"""Opening the database of an installation that has been in use before, and no other.

The folder of keys remembers that a database was made for these keys, and whether people were in it. The database
remembers which keys it was made for. So a database that was lost, emptied or exchanged is noticed before anything runs
on it: a new, empty one would take an enrolled phone's alert as a stranger's and wake nobody.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from guidance.clock import to_text
from guidance.files import give_owner_of, write_whole
from guidance.keys import Keys, KeysUnusable, load_keys, make_keys, missing_keys
from guidance.settings import Settings
from guidance.store import identity, log, people, subscriptions
from guidance.store.copying import JOURNAL, LOG, beside, holds_something
from guidance.store.db import Store, StoreUnusable
from guidance.store.migrate import migrate
from guidance.store.swap import finish_killed, kept_files

logger = logging.getLogger("guidance")

MARKER = "installation"
HAD_PEOPLE = "had people"
NEW_ON_PURPOSE = "If it is meant to begin with nothing: `guidance init --new`."


@dataclass(frozen=True)
class Memory:
    """What the folder of keys remembers: whether a database was made, for which keys, and whether people were in it."""

    identity: str | None = None
    had_people: bool = False


def remembered(keys: Path) -> Memory:
    """Read what the folder of keys remembers."""
    try:
        lines = (keys / MARKER).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return Memory()
    return Memory(lines[0] if lines else None, HAD_PEOPLE in lines)


def open_store(settings: Settings, keys: Keys) -> Store:
    """The database, of the newest schema. `StoreUnusable` says how to go on when it is not the one of these keys, or
    when it has lost what it held.
    """
    refuse_lost(settings)
    store = Store(settings.database)
    try:
        migrate(store)
        _recognize(settings, store, keys.fingerprint)
    except BaseException:
        store.close()
        raise
    return store


def refuse_other(settings: Settings, store: Store, own: str) -> tuple[str | None, bool]:
    """Raise `StoreUnusable` when a database is not the one of the keys with the fingerprint `own`, or has lost its
    people. Changes nothing. Returns what the database says of its keys, and whether nobody is in it.
    """
    with store.reader() as db:
        found, empty = identity.identity(db), people.empty(db)
    if found not in (None, own):
        raise StoreUnusable(
            f"{settings.database} was made with other keys than those in {settings.keys}. Put back the keys or the "
            "database, so that they belong together. If its keys are gone for good: `guidance init --accept-keys`."
        )
    if empty and remembered(settings.keys).had_people:
        raise StoreUnusable(f"{settings.database} has lost its people and sites. {_how_to_restore(settings)}")
    return found, empty


def _recognize(settings: Settings, store: Store, own: str) -> None:
    found, empty = refuse_other(settings, store, own)
    memory = remembered(settings.keys)
    if found is None:
        with store.transaction() as db:
            identity.set_identity(db, own)
    _remember(settings.keys, memory, Memory(own, had_people=not empty))


def refuse_lost(settings: Settings) -> None:
    """Raise `StoreUnusable` where there is no database any more, but once was. Nothing is made or changed."""
    database = settings.database
    if holds_something(database):
        return
    left = [path for path in (beside(database, LOG), beside(database, JOURNAL)) if holds_something(path)]
    if remembered(settings.keys).identity or left or kept_files(database):
        state = "empty" if database.exists() else "missing"
        raise StoreUnusable(f"The database {database} is {state}, but was here before. {_how_to_restore(settings)}")


def prepare(settings: Settings, *, new: bool = False, accept_keys: bool = False, now: datetime) -> None:
    """Make what is missing of keys and database.

    `new`: somebody says that the installation begins with nothing; it must then hold nothing. `accept_keys`: somebody
    says that the database goes on with the keys that are here, and browsers must then turn alerts on again.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if new:
        _forget(settings)
    finish_killed(settings.database, f"{now:%Y%m%d-%H%M%SZ}")
    refuse_lost(settings)
    missing = missing_keys(settings.keys)
    if missing and not accept_keys and holds_something(settings.database) and _in_use(settings.database):
        raise KeysUnusable(
            f"{settings.keys} lacks {', '.join(missing)}, but the database has been in use. Put the keys back from "
            "their copy. If they are gone for good: `guidance init --accept-keys` makes new ones. Every browser must "
            "then turn alerts on again, and receipts given before can no longer be checked."
        )
    keys = make_keys(settings.keys)
    if accept_keys:
        _accept(settings, keys, now)
    open_store(settings, keys).close()


def open_with_own_keys(settings: Settings) -> Store:
    """The database, opened with the keys that are here; raises what `load_keys` and `open_store` raise."""
    return open_store(settings, load_keys(settings.keys))


def _in_use(database: Path) -> bool:
    store = Store(database)
    try:
        migrate(store)
        with store.reader() as db:
            return identity.identity(db) is not None or not people.empty(db)
    finally:
        store.close()


def _forget(settings: Settings) -> None:
    database = settings.database
    if holds_something(database):
        store = Store(database)
        try:
            migrate(store)
            with store.reader() as db:
                if not people.empty(db):
                    raise StoreUnusable(
                        f"{database} holds people or agencies. Move it away first to begin with nothing."
                    )
        finally:
            store.close()
    for path in [beside(database, LOG), beside(database, JOURNAL), *kept_files(database)]:
        if holds_something(path) and not holds_something(database):
            raise StoreUnusable(f"{path} is left of an earlier database. To begin with nothing, move it away.")
    (settings.keys / MARKER).unlink(missing_ok=True)


def _accept(settings: Settings, keys: Keys, now: datetime) -> None:
    store = Store(settings.database)
    try:
        migrate(store)
        with store.transaction() as db:
            if identity.identity(db) not in (None, keys.fingerprint):
                subscriptions.give_up_all(db, to_text(now))
            identity.set_identity(db, keys.fingerprint)
            log.add_entry(db, to_text(now), "system", "installation.keys_accepted", "installation")
    finally:
        store.close()


def _remember(folder: Path, known: Memory, present: Memory) -> None:
    if known == present or (known.identity == present.identity and known.had_people):
        return
    words = [present.identity or "", *([HAD_PEOPLE] if present.had_people or known.had_people else [])]
    try:
        write_whole(folder / MARKER, "".join(f"{line}\n" for line in words).encode(), 0o600)
        give_owner_of(folder / MARKER, folder)
    except OSError as error:
        # A folder that cannot be written is no reason to leave a city without alerts.
        logger.warning("%s cannot be written, so a lost database would not be noticed: %s", folder / MARKER, error)


def _how_to_restore(settings: Settings) -> str:
    kept = "".join(f" {path.name} is kept beside it." for path in kept_files(settings.database)[-1:])
    return f"Put a copy in its place with `guidance restore FILE`.{kept} {NEW_ON_PURPOSE}"
