"""Rows of join codes, failed tries and enrolled devices. Only hashes of codes and tokens are kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True)
class Device:
    """A phone or desk computer that joined a site. It is not a person."""

    id: str
    site_id: str
    enrolled_at: str
    seen_at: str

    @property
    def label(self) -> str:
        """Four characters by which people tell devices apart; shown on the device and on the supervisor's list."""
        return self.id[:4].upper()


COLUMNS = "id, site_id, enrolled_at, seen_at"


def add_join_code(
    db: Database, code_hash: str, site_id: str, created_by: str | None, now: str, expires_at: str
) -> None:
    """Keep a new join code of a site."""
    db.execute(
        """INSERT INTO join_codes (code_hash, site_id, created_by, created_at, expires_at)
           VALUES (:hash, :site, :by, :now, :expires)""",
        {"hash": code_hash, "site": site_id, "by": created_by, "now": now, "expires": expires_at},
    )


def site_of_code(db: Database, code_hash: str, now: str, made_until: str = "9999") -> str | None:
    """The site that a join code leads to; None when it is unknown, expired or revoked.

    One that was made after `made_until` was made by a clock that ran ahead, and counts as expired.
    """
    row = db.execute(
        "SELECT site_id FROM join_codes WHERE code_hash = :hash AND revoked_at IS NULL AND expires_at > :now "
        "AND created_at <= :made",
        {"hash": code_hash, "now": now, "made": made_until},
    ).fetchone()
    return row["site_id"] if row else None


def open_codes(db: Database, site_id: str, now: str) -> int:
    """How many join codes of a site can be used now."""
    (count,) = db.execute(
        "SELECT count(*) FROM join_codes WHERE site_id = :site AND revoked_at IS NULL AND expires_at > :now",
        {"site": site_id, "now": now},
    ).fetchone()
    return int(count)


def revoke_codes(db: Database, site_id: str, now: str) -> None:
    """End every join code of a site."""
    db.execute(
        "UPDATE join_codes SET revoked_at = :now WHERE site_id = :site AND revoked_at IS NULL",
        {"site": site_id, "now": now},
    )


def revoke_every_code(db: Database, now: str) -> int:
    """End the join codes of all sites and return how many could still have been used."""
    rows = db.execute(
        "UPDATE join_codes SET revoked_at = :now WHERE revoked_at IS NULL RETURNING expires_at > :now AS good",
        {"now": now},
    ).fetchall()
    return sum(row["good"] for row in rows)


def count_failures(db: Database, since: str, until: str = "9999") -> int:
    """How many wrong codes were tried within a time, by anyone."""
    (count,) = db.execute(
        "SELECT count(*) FROM join_failures WHERE at > :since AND at <= :until", {"since": since, "until": until}
    ).fetchone()
    return int(count)


def add_failure(db: Database, now: str, forget_before: str) -> None:
    """Remember one wrong try, and forget those that no longer count."""
    db.execute("DELETE FROM join_failures WHERE at < :before", {"before": forget_before})
    db.execute("INSERT INTO join_failures (at) VALUES (:now)", {"now": now})


def add_device(db: Database, device: Device, token_hash: str, code_hash: str | None = None) -> None:
    """Enrol a device; `code_hash` is the hash of the code it joined by."""
    db.execute(
        """INSERT INTO devices (id, token_hash, site_id, enrolled_at, seen_at, code_hash)
           VALUES (:id, :hash, :site, :enrolled, :seen, :code)""",
        {
            "id": device.id,
            "hash": token_hash,
            "site": device.site_id,
            "enrolled": device.enrolled_at,
            "seen": device.seen_at,
            "code": code_hash,
        },
    )


def count_joined(db: Database, code_hash: str, since: str) -> int:
    """How many new devices joined by a code since a moment, whatever became of them."""
    (count,) = db.execute(
        "SELECT count(*) FROM devices WHERE code_hash = :code AND enrolled_at > :since",
        {"code": code_hash, "since": since},
    ).fetchone()
    return int(count)


def set_limited(db: Database, code_hash: str, now: str, again_after: str) -> bool:
    """Remember that a code met its limit; false when that was remembered since a moment."""
    row = db.execute(
        "UPDATE join_codes SET limited_at = :now WHERE code_hash = :code "
        "AND (limited_at IS NULL OR limited_at <= :after) RETURNING code_hash",
        {"code": code_hash, "now": now, "after": again_after},
    ).fetchone()
    return row is not None


def limited_at(db: Database, site_id: str, since: str) -> str | None:
    """When a code of a site last met its limit, if that was since a moment."""
    (at,) = db.execute(
        "SELECT max(limited_at) FROM join_codes WHERE site_id = :site AND limited_at > :since",
        {"site": site_id, "since": since},
    ).fetchone()
    return str(at) if at else None


def was_device(db: Database, token_hash: str) -> bool:
    """Whether this token belonged to a device that was revoked since."""
    row = db.execute(
        "SELECT 1 FROM devices WHERE token_hash = :hash AND revoked_at IS NOT NULL", {"hash": token_hash}
    ).fetchone()
    return row is not None


def move_device(db: Database, device_id: str, token_hash: str, site_id: str, now: str) -> None:
    """Let a device that is already enrolled stand at another site, under a new token; it keeps its reports."""
    db.execute(
        "UPDATE devices SET token_hash = :hash, site_id = :site, enrolled_at = :now, seen_at = :now WHERE id = :id",
        {"id": device_id, "hash": token_hash, "site": site_id, "now": now},
    )


def device_by_token(db: Database, token_hash: str) -> Device | None:
    """The device that holds this token, unless it was revoked."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM devices WHERE token_hash = :hash AND revoked_at IS NULL", {"hash": token_hash}
    ).fetchone()
    return Device(**dict(row)) if row else None


def device(db: Database, device_id: str) -> Device | None:
    """One device, unless it was revoked."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM devices WHERE id = :id AND revoked_at IS NULL", {"id": device_id}
    ).fetchone()
    return Device(**dict(row)) if row else None


def devices_of_site(db: Database, site_id: str, *, offset: int = 0, limit: int = 500) -> list[Device]:
    """The devices enrolled at a site, newest first: `limit` after the first `offset`."""
    rows = db.execute(
        f"""SELECT {COLUMNS} FROM devices WHERE site_id = :site AND revoked_at IS NULL
            ORDER BY enrolled_at DESC, id DESC LIMIT :limit OFFSET :offset""",
        {"site": site_id, "limit": limit, "offset": offset},
    )
    return [Device(**dict(row)) for row in rows]


def count_devices(db: Database, site_id: str) -> int:
    """How many devices are enrolled at a site."""
    (many,) = db.execute(
        "SELECT count(*) FROM devices WHERE site_id = :site AND revoked_at IS NULL", {"site": site_id}
    ).fetchone()
    return int(many)


def touch_device(db: Database, device_id: str, now: str) -> None:
    """Remember that the device was in use."""
    db.execute("UPDATE devices SET seen_at = :now WHERE id = :id", {"id": device_id, "now": now})


def revoke_device(db: Database, device_id: str, now: str) -> bool:
    """End a device's enrolment; False when there was none."""
    row = db.execute(
        "UPDATE devices SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL RETURNING id",
        {"id": device_id, "now": now},
    ).fetchone()
    return row is not None
