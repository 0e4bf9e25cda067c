"""What a restore must not bring back: access that was taken away after the copy was made.

It is read from the database that is replaced and written into the one that comes, row by row, by id.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlite_utils import Database

from guidance.store.answered import Ask, Row, keep_answered, keep_sent


@dataclass
class Carried:
    """What was carried over, as counts by what it is; what could not be read; and what the copy does not know."""

    counts: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    unknown_people: int = 0
    unknown_incidents: int = 0
    unknown_phones: Counter[str] = field(default_factory=Counter)


def carry_over(before: sqlite3.Connection, db: Database, now: str) -> Carried:
    """Take away in `db` what was taken away in the database before. A table that cannot be read is named in the result.

    A row that is missing there counts as removed only if that database once held everything that `db` holds.
    """
    carried = Carried()
    steps: tuple[tuple[str, Callable[[Ask, Database, str, Carried], None]], ...] = (
        ("people", _people),
        ("phones", _phones),
        ("browsers that get alerts", _subscriptions),
        ("classes", _classes),
        ("assignments", _assignments),
        ("reminders", _reminders),
        ("later incidents", _later),
        ("messages", _messages),
        ("incidents", _incidents),
        ("removed browsers", _removed_browsers),
        ("removed roles", _removed_roles),
        ("forgotten addresses", _forgotten),
    )

    def ask(question: str) -> list[Row]:
        try:
            return [dict(row) for row in before.execute(question)]
        except sqlite3.DatabaseError as error:
            raise Unread from error

    for name, step in steps:
        try:
            step(ask, db, now, carried)
        except Unread:
            carried.unread.append(name)
    return carried


class Unread(Exception):
    """A table of the database before is damaged, or of a version that this program does not know."""


def _changed(db: Database, statement: str, row: Row) -> bool:
    return db.execute(statement, row).rowcount > 0


def _people(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    known = {row["id"] for row in db.execute("SELECT id FROM people")}
    for row in ask("SELECT id, disabled_at FROM people"):
        if row["id"] not in known:
            carried.unknown_people += row["disabled_at"] is None
        elif row["disabled_at"] is not None:
            statement = "UPDATE people SET disabled_at = :disabled_at WHERE id = :id AND disabled_at IS NULL"
            carried.counts["people disabled"] += _changed(db, statement, row)


def _phones(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    known = {row["id"] for row in db.execute("SELECT id FROM devices")}
    sites = {row["id"] for row in db.execute("SELECT id FROM sites")}
    for row in ask("SELECT devices.*, sites.name AS site_name FROM devices JOIN sites ON sites.id = devices.site_id"):
        if row["id"] not in known:
            if row["revoked_at"] is None:
                carried.unknown_phones[str(row["site_name"])] += 1
            continue
        if row["revoked_at"] is not None:
            statement = "UPDATE devices SET revoked_at = :revoked_at WHERE id = :id AND revoked_at IS NULL"
            carried.counts["phones revoked"] += _changed(db, statement, row)
        # A phone that joined again since has a new token, and the old one was ended by that.
        moved = row if row["site_id"] in sites else {**row, "revoked_at": row["revoked_at"] or now}
        column = "site_id = :site_id, token_hash = :token_hash" if moved is row else "revoked_at = :revoked_at"
        carried.counts["phones that joined again"] += _changed(
            db,
            f"UPDATE devices SET {column}, enrolled_at = :enrolled_at WHERE id = :id AND enrolled_at < :enrolled_at",
            moved,
        )
        _changed(db, "UPDATE devices SET seen_at = :seen_at WHERE id = :id AND seen_at < :seen_at", row)


def _subscriptions(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    for row in ask("SELECT * FROM push_subscriptions"):
        another = (
            "DELETE FROM push_subscriptions "
            "WHERE endpoint = :endpoint AND person_id <> :person_id AND created_at < :created_at"
        )
        carried.counts["browsers removed"] += _changed(db, another, row)
        newer_keys = (
            "UPDATE push_subscriptions SET p256dh = :p256dh, auth = :auth, created_at = :created_at "
            "WHERE endpoint = :endpoint AND person_id = :person_id AND created_at < :created_at"
        )
        _changed(db, newer_keys, row)
        if row["gone_at"] is not None:
            gone = (
                "UPDATE push_subscriptions SET gone_at = :gone_at "
                "WHERE endpoint = :endpoint AND created_at <= :created_at AND gone_at IS NULL"
            )
            carried.counts["browsers that are gone"] += _changed(db, gone, row)


def _classes(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    for row in ask("SELECT id, ended_at FROM practice_classes WHERE ended_at IS NOT NULL"):
        statement = "UPDATE practice_classes SET ended_at = :ended_at WHERE id = :id AND ended_at IS NULL"
        carried.counts["classes ended"] += _changed(db, statement, row)


def _assignments(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    for row in ask("SELECT id, withdrawn_at FROM practice_assignments WHERE withdrawn_at IS NOT NULL"):
        statement = (
            "UPDATE practice_assignments SET withdrawn_at = :withdrawn_at WHERE id = :id AND withdrawn_at IS NULL"
        )
        carried.counts["assignments withdrawn"] += _changed(db, statement, row)


def _reminders(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    """An address that was forgotten after its one reminder stays forgotten."""
    for row in ask("SELECT id, reminded_at FROM certificates WHERE reminded_at IS NOT NULL"):
        statement = (
            "UPDATE certificates SET reminded_at = :reminded_at, reminder_email = NULL "
            "WHERE id = :id AND reminded_at IS NULL"
        )
        carried.counts["reminders already sent"] += _changed(db, statement, row)


def _later(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    known = {row["id"] for row in db.execute("SELECT id FROM incidents")}
    carried.unknown_incidents = sum(row["id"] not in known for row in ask("SELECT id FROM incidents"))


def _incidents(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    carried.counts["incidents that somebody has"] += keep_answered(ask, db, now)


def _messages(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    carried.counts["messages already sent"] += keep_sent(ask, db)


def _removed_browsers(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    if not _grew_from(ask, db):
        return
    browsers = {row["endpoint"] for row in ask("SELECT endpoint FROM push_subscriptions")}
    for row in db.execute("SELECT endpoint FROM push_subscriptions").fetchall():
        if row["endpoint"] not in browsers:
            statement = "DELETE FROM push_subscriptions WHERE endpoint = :endpoint"
            carried.counts["browsers removed"] += _changed(db, statement, dict(row))


def _removed_roles(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    if not _grew_from(ask, db):
        return
    people = {row["id"] for row in ask("SELECT id FROM people")}
    roles = {tuple(row.values()) for row in ask("SELECT person_id, role, agency_id, site_id FROM person_roles")}
    for row in db.execute("SELECT person_id, role, agency_id, site_id FROM person_roles").fetchall():
        if row["person_id"] in people and tuple(row) not in roles:
            statement = (
                "DELETE FROM person_roles WHERE person_id = :person_id AND role = :role "
                "AND agency_id IS :agency_id AND site_id IS :site_id"
            )
            carried.counts["roles removed"] += _changed(db, statement, dict(row))


def _forgotten(ask: Ask, db: Database, now: str, carried: Carried) -> None:
    if not _grew_from(ask, db):
        return
    for row in ask("SELECT id FROM certificates WHERE reminder_email IS NULL"):
        statement = "UPDATE certificates SET reminder_email = NULL WHERE id = :id AND reminder_email IS NOT NULL"
        carried.counts["reminder addresses forgotten"] += _changed(db, statement, row)


def _grew_from(ask: Ask, db: Database) -> bool:
    """Whether the database before holds the whole history of `db`: then what it lacks was removed, not never known."""
    last = db.execute("SELECT seq, at, actor, action, object FROM log ORDER BY seq DESC LIMIT 1").fetchone()
    if last is None:
        return False
    return dict(last) in ask(f"SELECT seq, at, actor, action, object FROM log WHERE seq = {int(last['seq'])}")
