"""Putting a copy in the place of the database: a draft first, checked and finished, swapped in last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection, DatabaseError, connect

from sqlite_utils import Database

from guidance.clock import to_text
from guidance.files import give_owner_of
from guidance.store import devices, identity, log, people, practice_classes, sessions, subscriptions
from guidance.store.backup import in_words, remove, seal
from guidance.store.copying import copy_whole, in_use, refuse_reserved, refuse_unreadable, remove_folder
from guidance.store.db import Store, StoreUnusable
from guidance.store.inspection import Content
from guidance.store.migrate import migrate
from guidance.store.revocations import Carried, carry_over
from guidance.store.swap import IN_USE, hold, only_one, swap, tidy

UNCHANGED = "Nothing was changed."


@dataclass(frozen=True)
class Owner:
    """Whose database may come. `identity` is that of the keys here, None when there are none yet.

    `had_people`: this installation is known to have held people. `accept_other`: somebody said that the copy may
    belong to another installation.
    """

    identity: str | None = None
    had_people: bool = False
    accept_other: bool = False


@dataclass(frozen=True)
class Restored:
    """What a restore did. `kept` is where the database before is now (None: there was none); `carried` is None when it
    could not be read.
    """

    content: Content
    kept: Path | None
    sessions: int
    links: int
    codes: int
    carried: Carried | None
    from_other: bool


@dataclass(frozen=True)
class _Before:
    """The database that is to be replaced: nobody else can use it while it is held."""

    held: Connection | None
    has_people: bool


def restore(copy: Path, database: Path, now: datetime, owner: Owner | None = None) -> Restored:
    """Put a copy in the place of the database. Sessions, links and codes end; what was revoked stays revoked.

    Raises `StoreUnusable` and changes nothing when the copy is not whole or not of this installation, when the
    database is in use, or when the disk refuses. The database before is kept under a name of its own.
    """
    owner, database = owner or Owner(), database.resolve()
    _refuse_unfit(copy, database)
    stamp = now.astimezone(UTC).strftime("%Y%m%d-%H%M%SZ")
    with in_words(f"{copy} could not be restored", UNCHANGED):
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with only_one(database.parent), _held(database, stamp) as before, _draft(database) as draft:
            copy_whole(copy, draft, _scratch(draft))
            content = seal(draft, str(copy))
            other = content.identity not in (None, owner.identity) if owner.identity else False
            other = other or (before.has_people and content.identity is None and _shares_nothing(draft, before))
            _refuse_loss(content, before, owner, other, copy)
            done = _finish(draft, before.held, now, owner, other)
            seal(draft, str(copy))
            give_owner_of(draft, database.parent)
            kept = swap(draft, database, before.held, stamp)
    return Restored(content, kept, *done, other)


def _refuse_unfit(copy: Path, database: Path) -> None:
    refuse_reserved(copy, database)
    refuse_unreadable(copy)
    if database.exists() and database.samefile(copy):
        raise StoreUnusable(f"{copy} is the database in use here, not a copy of it. {UNCHANGED}")


@contextmanager
def _held(database: Path, stamp: str) -> Iterator[_Before]:
    tidy(database, stamp)
    held = hold(database)
    if held is None:
        if database.exists() and in_use(database):
            raise StoreUnusable(IN_USE)
        yield _Before(None, has_people=False)
        return
    with closing(held):
        yield _Before(held, _has_people(held))


def _has_people(held: Connection) -> bool:
    try:
        return not people.empty(Database(held, execute_plugins=False))
    except DatabaseError:
        return False


@contextmanager
def _draft(database: Path) -> Iterator[Path]:
    """A name for the draft, without what a killed restore left under it."""
    draft = database.with_name(f".{database.name}.draft")
    remove(draft)
    remove_folder(_scratch(draft))
    try:
        yield draft
    finally:
        remove(draft)


def _scratch(draft: Path) -> Path:
    return draft.with_name(f"{draft.name}.source")


def _refuse_loss(content: Content, before: _Before, owner: Owner, other: bool, copy: Path) -> None:
    """Refuse an empty copy, or one of another installation, where this one has or had people."""
    if not (before.has_people or owner.had_people):
        return
    if content.is_empty:
        raise StoreUnusable(f"{copy} holds no people and no agencies, and would replace those here. {UNCHANGED}")
    if other and not owner.accept_other:
        raise StoreUnusable(
            f"{copy} belongs to another installation. {UNCHANGED} Name a copy of this one. If this installation's own "
            "copies are gone for good and you do want this one, say --other-installation."
        )


def _shares_nothing(draft: Path, before: _Before) -> bool:
    """Whether two databases, one of them too old to say whose it is, have no person and no agency in common."""
    question = "SELECT id FROM people UNION SELECT id FROM agencies"
    if before.held is None:
        return False
    with closing(connect(draft)) as connection:
        known = set(map(tuple, connection.execute(question)))
    return known.isdisjoint(tuple(row) for row in before.held.execute(question))


def _finish(
    draft: Path, held: Connection | None, now: datetime, owner: Owner, from_other: bool
) -> tuple[int, int, int, Carried | None]:
    """Bring the draft to the newest schema and end in it what must not come back."""
    store, at = Store(draft), to_text(now)
    try:
        migrate(store)
        with store.transaction() as db:
            ended = (
                sessions.end_every_session(db, at),
                sessions.end_every_link(db, at),
                devices.revoke_every_code(db, at),
            )
            carried = carry_over(held, db, at) if held is not None else None
            if owner.identity is not None:
                identity.set_identity(db, owner.identity)
            practice_classes.end_every_code(db)
            if from_other:
                subscriptions.give_up_all(db, at)
            log.add_entry(db, at, "system", "database.restored", "database", _detail(ended, carried))
    finally:
        store.close()
    return *ended, carried


def _detail(ended: tuple[int, int, int], carried: Carried | None) -> str:
    counts = {"sessions": ended[0], "links": ended[1], "codes": ended[2]}
    if carried is not None:
        counts |= {name: number for name, number in carried.counts.items() if number}
    return "; ".join(f"{name}: {number}" for name, number in counts.items())
