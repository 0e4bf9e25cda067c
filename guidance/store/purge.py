"""Removing, in small batches, what strangers left and nobody took up, and what has expired.

Every batch is one short transaction of the caller's. Between two batches other writers have their turn, and a kill at
any point leaves whole rows: what is left goes next time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from guidance.store.strangers import ALL, spent

BATCH = 100

# An incident that no joined phone, no person and no alert ever touched, and to which nothing was added of late.
STRANGERS_INCIDENTS = """
    SELECT incidents.id FROM incidents
    WHERE verified = 0 AND site_id IS NULL AND state = 'open' AND opened_at < :before
      AND acknowledged_by IS NULL AND closed_by IS NULL
      AND NOT EXISTS (SELECT 1 FROM alerts WHERE incident_id = incidents.id)
      AND NOT EXISTS (SELECT 1 FROM incident_events WHERE incident_id = incidents.id
                      AND (person_id IS NOT NULL OR at >= :before))
      AND NOT EXISTS (SELECT 1 FROM reports WHERE incident_id = incidents.id AND device_id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM report_revisions JOIN reports ON reports.id = report_id
                      WHERE incident_id = incidents.id AND (report_revisions.verified = 1))
      AND NOT EXISTS (SELECT 1 FROM report_variants JOIN reports ON reports.id = report_id
                      WHERE incident_id = incidents.id AND report_variants.verified = 1)
      AND NOT EXISTS (SELECT 1 FROM report_additions JOIN reports ON reports.id = report_id
                      WHERE incident_id = incidents.id AND report_additions.verified = 1)"""
# Runs on which a certificate rests stay as long as the certificate.
CITED = "(SELECT value FROM certificates, json_each(certificates.runs))"


@dataclass(frozen=True)
class Kind:
    """Rows that go: their name in the log, where they are, and which."""

    name: str
    table: str
    which: str


KINDS = (
    Kind(
        "practice runs of nobody",
        "practice_runs",
        f"device_id IS NULL AND participant_id IS NULL AND received_at < :before AND id NOT IN {CITED}",
    ),
    Kind("practice runs set apart", "practice_runs_apart", "received_at < :before"),
    Kind(
        "places of trainees",
        "practice_progress",
        "at < :before",
    ),
    Kind(
        "trainees without a run",
        "practice_participants",
        "joined_at < :before AND class_id IN (SELECT id FROM practice_classes WHERE ended_at < :before) "
        "AND id NOT IN (SELECT participant_id FROM practice_runs WHERE participant_id IS NOT NULL) "
        "AND id NOT IN (SELECT participant_id FROM practice_progress)",
    ),
    Kind("join codes", "join_codes", "expires_at < :before"),
    Kind("sign-in links", "sign_in_links", "expires_at < :before"),
    Kind("sessions", "sessions", "coalesce(ended_at, seen_at) < :before"),
    Kind("wrong tries of codes", "join_failures", "at < :yesterday"),
    Kind("counts of past hours", "stranger_spending", "hour <> 'all' AND hour < :yesterday"),
)
REMINDERS = "reminder_email IS NOT NULL AND issued_at < :reminders_before"


def count(db: Database, bound: dict[str, Any]) -> dict[str, int]:
    """How many rows of each kind would go."""
    found = {"incidents of strangers": _one(db, f"SELECT count(*) FROM ({STRANGERS_INCIDENTS})", bound)}
    for each in KINDS:
        found[each.name] = _one(db, f"SELECT count(*) FROM {each.table} WHERE {each.which}", bound)
    found["reminder addresses"] = _one(db, f"SELECT count(*) FROM certificates WHERE {REMINDERS}", bound)
    return found


def remove_incidents(db: Database, bound: dict[str, Any]) -> int:
    """Remove one batch of incidents with all that hangs on them; returns how many."""
    rows = db.execute(f"{STRANGERS_INCIDENTS} LIMIT :batch", {**bound, "batch": BATCH}).fetchall()
    for row in rows:
        one = {"incident": row["id"]}
        of_reports = "WHERE report_id IN (SELECT id FROM reports WHERE incident_id = :incident)"
        for table in ("report_additions", "report_variants", "report_revisions"):
            db.execute(f"DELETE FROM {table} {of_reports}", one)
        db.execute("DELETE FROM reports WHERE incident_id = :incident", one)
        db.execute("DELETE FROM incident_events WHERE incident_id = :incident", one)
        db.execute("DELETE FROM incidents WHERE id = :incident", one)
    return len(rows)


def remove(db: Database, kind: Kind, bound: dict[str, Any]) -> int:
    """Remove one batch of a kind; returns how many."""
    rows = db.execute(
        f"DELETE FROM {kind.table} WHERE rowid IN (SELECT rowid FROM {kind.table} WHERE {kind.which} LIMIT :batch) "
        "RETURNING 1",
        {**bound, "batch": BATCH},
    ).fetchall()
    return len(rows)


def forget_reminders(db: Database, bound: dict[str, Any]) -> int:
    """Forget addresses of reminders that can serve no purpose any more; returns how many."""
    rows = db.execute(f"UPDATE certificates SET reminder_email = NULL WHERE {REMINDERS} RETURNING 1", bound).fetchall()
    return len(rows)


def miscounted(db: Database, overhead: int) -> dict[str, tuple[int, int]]:
    """By how many rows and bytes the sums of what strangers store differ from what is here; `overhead` bytes a row.

    It reads every row, so that it is for a reader and not for a transaction.
    """
    size = f"coalesce(sum(length(body) + length(receipt) + {int(overhead)}), 0)"
    reports = (
        f"SELECT count(*), {size} FROM (SELECT body, receipt FROM report_revisions JOIN reports ON reports.id = "
        "report_id WHERE device_id IS NULL UNION ALL SELECT body, receipt FROM report_additions WHERE verified = 0)"
    )
    nobodys = (
        f"SELECT count(*), {size} FROM (SELECT body, receipt FROM practice_runs WHERE device_id IS NULL AND "
        "participant_id IS NULL UNION ALL SELECT body, receipt FROM practice_runs_apart WHERE device_id IS NULL AND "
        "participant_id IS NULL)"
    )
    of_classes = f"SELECT count(*), {size} FROM practice_runs WHERE device_id IS NULL AND participant_id IS NOT NULL"
    found = {}
    for kind, query in (("report", reports), ("practice", nobodys), ("class", of_classes)):
        rows, used = db.execute(query).fetchone()
        counted = spent(db, kind, ALL)
        found[kind] = (rows - counted.rows, used - counted.bytes)
    return found


def unused_bytes(db: Database) -> int:
    """How much of the file is free for new rows; the file itself keeps its size."""
    pages, size = _pragma(db, "freelist_count"), _pragma(db, "page_size")
    return pages * size


def _pragma(db: Database, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


def _one(db: Database, query: str, bound: dict[str, Any]) -> int:
    return int(db.execute(query, bound).fetchone()[0])


def names() -> Sequence[str]:
    """The names of what goes, in the order in which it goes."""
    return ("incidents of strangers", *(each.name for each in KINDS), "reminder addresses")
