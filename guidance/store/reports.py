"""Reports as they came: revisions, and variants that came under a revision that was already there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True)
class ReportRow:
    """Which incident a report belongs to, and which device (None: not enrolled) filed it first."""

    id: str
    incident_id: str
    device_id: str | None
    received_at: str


@dataclass(frozen=True)
class RevisionRow:
    """One revision. `body` and `receipt` are JSON text; `trail_problem` is empty for a trail that replays.

    `left_at` is when it left the phone, by the same clock as `sent_at`, and empty where the phone did not say. `apart`
    is a JSON list of texts that came where codes belong and that no published version knows.
    """

    report_id: str
    revision: int
    sha256: str
    body: str
    protocol_hash: str
    trail_problem: str
    verified: int
    sent_at: str
    received_at: str
    receipt: str
    left_at: str = ""
    apart: str = "[]"


@dataclass(frozen=True)
class VariantRow:
    """Other content under a revision that was there already."""

    report_id: str
    revision: int
    sha256: str
    body: str
    verified: int
    received_at: str


COLUMNS = (
    "report_id, revision, sha256, body, protocol_hash, trail_problem, verified, sent_at, received_at, receipt, "
    "left_at, apart"
)
VALUES = ", ".join(f":{name}" for name in COLUMNS.split(", "))


def find_report(db: Database, report_id: str) -> ReportRow | None:
    """The report, or None."""
    row = db.execute("SELECT * FROM reports WHERE id = :id", {"id": report_id}).fetchone()
    return ReportRow(**dict(row)) if row else None


def reports_of(db: Database, incident_id: str) -> list[ReportRow]:
    """The reports of an incident, oldest first."""
    rows = db.execute(
        "SELECT * FROM reports WHERE incident_id = :incident ORDER BY received_at, id", {"incident": incident_id}
    )
    return [ReportRow(**dict(row)) for row in rows]


def add_report(db: Database, report: ReportRow) -> None:
    """Keep a new report."""
    db.execute(
        "INSERT INTO reports (id, incident_id, device_id, received_at) "
        "VALUES (:id, :incident_id, :device_id, :received_at)",
        vars(report),
    )


def adopt_report(db: Database, report_id: str, device_id: str) -> None:
    """Name the enrolled device of a report that began on a phone that was not enrolled."""
    db.execute(
        "UPDATE reports SET device_id = :device WHERE id = :id AND device_id IS NULL",
        {"id": report_id, "device": device_id},
    )


def find_revision(db: Database, report_id: str, revision: int) -> RevisionRow | None:
    """One revision, or None."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM report_revisions WHERE report_id = :report AND revision = :revision",
        {"report": report_id, "revision": revision},
    ).fetchone()
    return RevisionRow(**dict(row)) if row else None


def revisions_of(db: Database, report_id: str) -> list[RevisionRow]:
    """The revisions of a report, in the phone's order."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM report_revisions WHERE report_id = :report ORDER BY revision", {"report": report_id}
    )
    return [RevisionRow(**dict(row)) for row in rows]


def revisions_by_trust(db: Database, report_id: str, *, verified: bool, limit: int = -1) -> list[RevisionRow]:
    """The revisions that enrolled phones sent, or those of others, in the phone's order: the last `limit` of them.

    -1 for all.
    """
    rows = db.execute(
        f"""SELECT {COLUMNS} FROM (SELECT * FROM report_revisions WHERE report_id = :report AND verified = :verified
                                   ORDER BY revision DESC LIMIT :limit) ORDER BY revision""",
        {"report": report_id, "verified": int(verified), "limit": limit},
    )
    return [RevisionRow(**dict(row)) for row in rows]


def count_revisions(db: Database, report_id: str, *, verified: bool) -> int:
    """How many revisions enrolled phones sent, or others."""
    (many,) = db.execute(
        "SELECT count(*) FROM report_revisions WHERE report_id = :report AND verified = :verified",
        {"report": report_id, "verified": int(verified)},
    ).fetchone()
    return int(many)


def count_variants(db: Database, report_id: str) -> int:
    """How many variants of a report are kept."""
    (many,) = db.execute(
        "SELECT count(*) FROM report_variants WHERE report_id = :report", {"report": report_id}
    ).fetchone()
    return int(many)


def add_revision(db: Database, revision: RevisionRow) -> None:
    """Keep a new revision. The primary key refuses a second one under the same number."""
    db.execute(
        f"INSERT INTO report_revisions ({COLUMNS}) VALUES ({VALUES})",
        vars(revision),
    )


def add_addition(db: Database, addition: RevisionRow) -> None:
    """Keep a revision by another phone than the report's own, beside the report's revisions."""
    db.execute(f"INSERT INTO report_additions ({COLUMNS}) VALUES ({VALUES})", vars(addition))


def find_addition(db: Database, report_id: str, revision: int, sha256: str) -> RevisionRow | None:
    """An addition with this very content, or None."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM report_additions WHERE report_id = :report AND revision = :revision AND sha256 = :sha",
        {"report": report_id, "revision": revision, "sha": sha256},
    ).fetchone()
    return RevisionRow(**dict(row)) if row else None


def additions_of(db: Database, report_id: str) -> list[RevisionRow]:
    """What other phones added to a report, oldest first."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM report_additions WHERE report_id = :report ORDER BY received_at, revision, sha256",
        {"report": report_id},
    )
    return [RevisionRow(**dict(row)) for row in rows]


def additions_by_trust(db: Database, report_id: str, *, verified: bool, limit: int = -1) -> list[RevisionRow]:
    """What other enrolled phones added to a report, or strangers, oldest first: the last `limit`, -1 for all."""
    rows = db.execute(
        f"""SELECT {COLUMNS} FROM (SELECT * FROM report_additions WHERE report_id = :report AND verified = :verified
                                   ORDER BY received_at DESC, revision DESC, sha256 DESC LIMIT :limit)
            ORDER BY received_at, revision, sha256""",
        {"report": report_id, "verified": int(verified), "limit": limit},
    )
    return [RevisionRow(**dict(row)) for row in rows]


def count_additions(db: Database, report_id: str, *, verified: bool) -> int:
    """How many additions enrolled phones sent, or others."""
    (many,) = db.execute(
        "SELECT count(*) FROM report_additions WHERE report_id = :report AND verified = :verified",
        {"report": report_id, "verified": int(verified)},
    ).fetchone()
    return int(many)


def set_apart(db: Database, report_id: str, revision: int) -> None:
    """Make a revision an addition, so that its number is free for the report's own phone."""
    bound = {"report": report_id, "revision": revision}
    where = "WHERE report_id = :report AND revision = :revision"
    db.execute(
        f"INSERT OR IGNORE INTO report_additions ({COLUMNS}) SELECT {COLUMNS} FROM report_revisions {where}", bound
    )
    db.execute(f"DELETE FROM report_revisions {where}", bound)


def add_variant(db: Database, variant: VariantRow) -> bool:
    """Keep other content under a revision; false when the very same content is kept already."""
    rows = db.execute(
        "INSERT INTO report_variants (report_id, revision, sha256, body, verified, received_at) "
        "VALUES (:report_id, :revision, :sha256, :body, :verified, :received_at) "
        "ON CONFLICT (report_id, revision, sha256) DO NOTHING RETURNING sha256",
        vars(variant),
    ).fetchall()
    return bool(rows)


def has_variant(db: Database, report_id: str, revision: int, sha256: str) -> bool:
    """Whether this very content is kept as a variant."""
    row = db.execute(
        "SELECT 1 FROM report_variants WHERE report_id = :report AND revision = :revision AND sha256 = :sha",
        {"report": report_id, "revision": revision, "sha": sha256},
    ).fetchone()
    return row is not None


def variants_of(db: Database, report_id: str) -> list[VariantRow]:
    """The variants of a report, oldest first."""
    rows = db.execute(
        "SELECT * FROM report_variants WHERE report_id = :report ORDER BY received_at, sha256", {"report": report_id}
    )
    return [VariantRow(**dict(row)) for row in rows]
