"""Every protocol version that was ever published, by content hash."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True)
class PublishedVersion:
    """One version. `document` is the resolved protocol as JSON text."""

    hash: str
    protocol_id: str
    version: int
    document: str
    published_at: str


def publish(db: Database, version: PublishedVersion) -> bool:
    """Keep a version; false when it was there already."""
    rows = db.execute(
        "INSERT INTO protocol_versions (hash, protocol_id, version, document, published_at) "
        "VALUES (:hash, :protocol_id, :version, :document, :published_at) "
        "ON CONFLICT (hash) DO NOTHING RETURNING hash",
        vars(version),
    ).fetchall()
    return bool(rows)


def find_version(db: Database, content_hash: str) -> PublishedVersion | None:
    """The version with this hash, or None."""
    row = db.execute("SELECT * FROM protocol_versions WHERE hash = :hash", {"hash": content_hash}).fetchone()
    return PublishedVersion(**dict(row)) if row else None


def versions(db: Database) -> list[PublishedVersion]:
    """Every published version, by protocol and age."""
    rows = db.execute("SELECT * FROM protocol_versions ORDER BY protocol_id, published_at, version")
    return [PublishedVersion(**dict(row)) for row in rows]


def hashes_of(db: Database, protocol_id: str) -> list[str]:
    """The hashes of every published version of a protocol."""
    rows = db.execute("SELECT hash FROM protocol_versions WHERE protocol_id = :id", {"id": protocol_id})
    return [row["hash"] for row in rows]


def ids(db: Database) -> list[str]:
    """The ids of every protocol of which a version was ever published."""
    return [row["protocol_id"] for row in db.execute("SELECT DISTINCT protocol_id FROM protocol_versions")]
