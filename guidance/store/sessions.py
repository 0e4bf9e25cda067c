"""Rows of sign-in links and sessions. Only hashes of tokens are kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

# Later than any moment that is ever written.
LATEST = "9999"


@dataclass(frozen=True)
class Link:
    """A sign-in link as kept; times are text."""

    person_id: str
    expires_at: str
    used_at: str | None


@dataclass(frozen=True)
class Session:
    """A session as kept; times are text."""

    person_id: str
    created_at: str
    seen_at: str


def add_link(db: Database, token_hash: str, person_id: str, expires_at: str) -> None:
    """Keep a new link."""
    db.execute(
        "INSERT INTO sign_in_links (token_hash, person_id, expires_at) VALUES (:hash, :person, :expires)",
        {"hash": token_hash, "person": person_id, "expires": expires_at},
    )


def link(db: Database, token_hash: str) -> Link | None:
    """The link with this hash, used and expired ones too."""
    row = db.execute(
        "SELECT person_id, expires_at, used_at FROM sign_in_links WHERE token_hash = :hash", {"hash": token_hash}
    ).fetchone()
    return Link(**dict(row)) if row else None


def use_link(db: Database, token_hash: str, now: str, latest_end: str = LATEST) -> str | None:
    """Use a link up, if it is unused and not expired; returns whose it is, None when it was not usable.

    One that ends after `latest_end` was made by a clock that ran ahead, and is not usable.
    """
    row = db.execute(
        """UPDATE sign_in_links SET used_at = :now
           WHERE token_hash = :hash AND used_at IS NULL AND expires_at > :now AND expires_at <= :latest
           RETURNING person_id""",
        {"hash": token_hash, "now": now, "latest": latest_end},
    ).fetchone()
    return row["person_id"] if row else None


def add_session(db: Database, token_hash: str, person_id: str, now: str) -> None:
    """Open a session."""
    db.execute(
        "INSERT INTO sessions (token_hash, person_id, created_at, seen_at) VALUES (:hash, :person, :now, :now)",
        {"hash": token_hash, "person": person_id, "now": now},
    )


def session(db: Database, token_hash: str) -> Session | None:
    """The session with this hash unless it was ended; the caller judges its age."""
    row = db.execute(
        "SELECT person_id, created_at, seen_at FROM sessions WHERE token_hash = :hash AND ended_at IS NULL",
        {"hash": token_hash},
    ).fetchone()
    return Session(**dict(row)) if row else None


def touch_session(db: Database, token_hash: str, now: str) -> None:
    """Remember that the session was in use."""
    db.execute("UPDATE sessions SET seen_at = :now WHERE token_hash = :hash", {"hash": token_hash, "now": now})


def end_session(db: Database, token_hash: str, now: str) -> str | None:
    """End a session and return whose it was; None when it had ended before or never was."""
    row = db.execute(
        "UPDATE sessions SET ended_at = :now WHERE token_hash = :hash AND ended_at IS NULL RETURNING person_id",
        {"hash": token_hash, "now": now},
    ).fetchone()
    return row["person_id"] if row else None


def end_every_session(db: Database, now: str) -> int:
    """End every session and return how many there were."""
    return db.execute("UPDATE sessions SET ended_at = :now WHERE ended_at IS NULL", {"now": now}).rowcount


def end_every_link(db: Database, now: str) -> int:
    """Make every unused sign-in link useless and return how many could still have been used."""
    rows = db.execute(
        "UPDATE sign_in_links SET used_at = :now WHERE used_at IS NULL RETURNING expires_at > :now AS good",
        {"now": now},
    ).fetchall()
    return sum(row["good"] for row in rows)
