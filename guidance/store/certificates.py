"""Rows of certificates. Whoever holds a code shows the certificate; the holder's name is never here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from sqlite3 import Row

from sqlite_utils import Database


@dataclass(frozen=True)
class Pinned:
    """The version of a protocol that a certificate was earned on."""

    version: int
    edition: int
    hash: str


@dataclass(frozen=True)
class CertificateRow:
    """One certificate. `protocols` holds the version of each protocol practised, `runs` the ids of the runs."""

    id: str
    code: str
    role: str
    site_type: str
    site_id: str | None
    issued_at: str
    protocols: Mapping[str, Pinned]
    runs: tuple[str, ...]
    reminder_email: str | None = None
    reminded_at: str | None = None
    locale: str = "en"


def add_certificate(db: Database, row: CertificateRow) -> None:
    """Keep a new certificate; an IntegrityError says that its code is in use."""
    db.execute(
        """INSERT INTO certificates (id, code, role, site_type, site_id, issued_at, protocols, runs, reminder_email,
                                     locale)
           VALUES (:id, :code, :role, :site_type, :site_id, :issued_at, :protocols, :runs, :email, :locale)""",
        {
            "id": row.id,
            "code": row.code,
            "role": row.role,
            "site_type": row.site_type,
            "site_id": row.site_id,
            "issued_at": row.issued_at,
            "protocols": json.dumps({id: vars(pinned) for id, pinned in row.protocols.items()}, sort_keys=True),
            "runs": json.dumps(row.runs),
            "email": row.reminder_email,
            "locale": row.locale,
        },
    )


def certificate(db: Database, code: str) -> CertificateRow | None:
    """The certificate of this code, or None."""
    row = db.execute("SELECT * FROM certificates WHERE code = :code", {"code": code}).fetchone()
    return _certificate(row) if row else None


def certificates_with_runs(db: Database, role: str, site_type: str, runs: Sequence[str]) -> list[CertificateRow]:
    """Certificates of a role and site type that rest on any of these runs, the newest first."""
    rows = db.execute(
        """SELECT * FROM certificates WHERE role = :role AND site_type = :type
               AND id IN (SELECT certificate_id FROM certificate_runs
                          WHERE run_id IN (SELECT value FROM json_each(:runs)))
           ORDER BY issued_at DESC, id""",
        {"role": role, "type": site_type, "runs": json.dumps(list(runs))},
    )
    return [_certificate(row) for row in rows]


@dataclass(frozen=True)
class Alike:
    """How many certificates of one site rest on the same protocols and were issued in the same hour; one of them."""

    example: CertificateRow
    many: int


def certificates_alike(db: Database, site_ids: Sequence[str], since: str, surely_since: str) -> list[Alike]:
    """The certificates of these sites that were issued since a moment, those that are judged alike together.

    After `surely_since`, when age cannot end them, all on the same protocols are together; before, hour by hour.
    """
    rows = db.execute(
        """SELECT *, count(*) AS many, max(issued_at) FROM certificates
           WHERE site_id IN (SELECT value FROM json_each(:sites)) AND issued_at >= :since
           GROUP BY site_id, protocols, CASE WHEN issued_at >= :surely THEN '' ELSE substr(issued_at, 1, 13) END""",
        {"sites": json.dumps(list(site_ids)), "since": since, "surely": surely_since},
    )
    return [Alike(_certificate(row), row["many"]) for row in rows]


def to_remind(db: Database) -> list[CertificateRow]:
    """Certificates whose holder asked for a reminder that has not gone out yet."""
    rows = db.execute(
        "SELECT * FROM certificates WHERE reminder_email IS NOT NULL AND reminded_at IS NULL ORDER BY issued_at, id"
    )
    return [_certificate(row) for row in rows]


def set_reminded(db: Database, certificate_id: str, now: str) -> None:
    """The reminder went out; the address has served its purpose and is forgotten."""
    db.execute(
        "UPDATE certificates SET reminded_at = :now, reminder_email = NULL WHERE id = :id",
        {"id": certificate_id, "now": now},
    )


def _certificate(row: Row) -> CertificateRow:
    pinned = {id: Pinned(**each) for id, each in json.loads(row["protocols"]).items()}
    kept = {field.name: row[field.name] for field in fields(CertificateRow)}
    return CertificateRow(**{**kept, "protocols": pinned, "runs": tuple(json.loads(row["runs"]))})
