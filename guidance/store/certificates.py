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
    """One certificate. `protocols` holds the version of each protocol practised, `runs` the ids of the runs.

    The owner of `reminder_email` was asked at `confirm_sent_at`, by a link whose hash is kept, and said yes at
    `confirmed_at`.
    """

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
    confirm_hash: str | None = None
    confirm_sent_at: str | None = None
    confirmed_at: str | None = None


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


def set_asked(db: Database, certificate_id: str, token_hash: str, now: str) -> None:
    """The owner of the address is being asked whether it is theirs."""
    db.execute(
        "UPDATE certificates SET confirm_hash = :hash, confirm_sent_at = :now WHERE id = :id AND confirmed_at IS NULL",
        {"id": certificate_id, "hash": token_hash, "now": now},
    )


def set_not_asked(db: Database, certificate_id: str) -> None:
    """The question did not go out."""
    db.execute(
        "UPDATE certificates SET confirm_hash = NULL, confirm_sent_at = NULL WHERE id = :id AND confirmed_at IS NULL",
        {"id": certificate_id},
    )


def asked_by(db: Database, token_hash: str) -> CertificateRow | None:
    """The certificate whose address was asked by this link; None when there is none, or the address is forgotten."""
    row = db.execute(
        "SELECT * FROM certificates WHERE confirm_hash = :hash AND reminder_email IS NOT NULL", {"hash": token_hash}
    ).fetchone()
    return _certificate(row) if row else None


def confirm(db: Database, token_hash: str, now: str) -> bool:
    """The owner of the address said yes; false when the link was used before or leads to nothing."""
    rows = db.execute(
        "UPDATE certificates SET confirmed_at = :now "
        "WHERE confirm_hash = :hash AND confirmed_at IS NULL AND reminder_email IS NOT NULL RETURNING id",
        {"hash": token_hash, "now": now},
    ).fetchall()
    return bool(rows)


def forget_address(db: Database, certificate_id: str) -> None:
    """No reminder will be sent: the address is deleted."""
    db.execute(
        "UPDATE certificates SET reminder_email = NULL, confirm_hash = NULL WHERE id = :id", {"id": certificate_id}
    )


def count_for_address(db: Database, address: str, since: str) -> int:
    """How many certificates were issued since a moment whose reminder is to go to this address."""
    (count,) = db.execute(
        "SELECT count(*) FROM certificates WHERE reminder_email = :address AND issued_at >= :since",
        {"address": address, "since": since},
    ).fetchone()
    return int(count)


def claim_mail(db: Database, address_hash: str, now: str, since: str, too_far: str) -> bool:
    """Take today's place for a message to an address; false when one went there since a moment.

    A message from beyond `too_far` was noted by a clock that ran ahead, and counts for nothing.
    """
    rows = db.execute(
        "INSERT INTO practice_mail (address_hash, at) VALUES (:hash, :now) "
        "ON CONFLICT (address_hash) DO UPDATE SET at = :now WHERE at < :since OR at > :too_far RETURNING at",
        {"hash": address_hash, "now": now, "since": since, "too_far": too_far},
    ).fetchall()
    return bool(rows)


def release_mail(db: Database, address_hash: str) -> None:
    """The message did not go out: the place is free again."""
    db.execute("DELETE FROM practice_mail WHERE address_hash = :hash", {"hash": address_hash})


def forget_mail(db: Database, before: str) -> None:
    """Forget to whom was written before a moment."""
    db.execute("DELETE FROM practice_mail WHERE at < :before", {"before": before})


def _certificate(row: Row) -> CertificateRow:
    pinned = {id: Pinned(**each) for id, each in json.loads(row["protocols"]).items()}
    kept = {field.name: row[field.name] for field in fields(CertificateRow)}
    return CertificateRow(**{**kept, "protocols": pinned, "runs": tuple(json.loads(row["runs"]))})
