"""Rows of scenarios that are assigned to sites between two days."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database


@dataclass(frozen=True)
class AssignmentRow:
    """A scenario that a site practises between two days (dates as text, both included)."""

    id: str
    scenario_id: str
    site_id: str
    from_on: str
    due_on: str
    created_by: str
    created_at: str
    withdrawn_at: str | None = None
    site_name: str = ""
    agency_id: str = ""


ASSIGNMENT = """SELECT practice_assignments.*, sites.name AS site_name, sites.agency_id
                FROM practice_assignments JOIN sites ON sites.id = practice_assignments.site_id"""


def add_assignment(db: Database, row: AssignmentRow) -> None:
    """Keep a new assignment."""
    db.execute(
        """INSERT INTO practice_assignments (id, scenario_id, site_id, from_on, due_on, created_by, created_at)
           VALUES (:id, :scenario_id, :site_id, :from_on, :due_on, :created_by, :created_at)""",
        asdict(row),
    )


def find_assignment(db: Database, assignment_id: str) -> AssignmentRow | None:
    """One assignment, or None."""
    row = db.execute(f"{ASSIGNMENT} WHERE practice_assignments.id = :id", {"id": assignment_id}).fetchone()
    return AssignmentRow(**dict(row)) if row else None


def withdraw(db: Database, assignment_id: str, now: str) -> bool:
    """Withdraw an assignment; False when it was withdrawn before."""
    row = db.execute(
        "UPDATE practice_assignments SET withdrawn_at = :now WHERE id = :id AND withdrawn_at IS NULL RETURNING id",
        {"id": assignment_id, "now": now},
    ).fetchone()
    return row is not None


def assignments(
    db: Database,
    site_ids: Sequence[str] | None,
    not_due_before: str,
    *,
    begun_by: str | None = None,
    offset: int = 0,
    limit: int = 500,
) -> list[AssignmentRow]:
    """Assignments of these sites (None: all) that stand and are due on a day or later, the first due first.

    With `begun_by` only those whose first day is that day or earlier; `limit` of them after the first `offset`.
    """
    bound: dict[str, Any] = {"begun": begun_by, "offset": offset, "limit": limit}
    condition = _standing(site_ids, not_due_before, bound)
    rows = db.execute(
        f"""{ASSIGNMENT} WHERE {condition} AND (:begun IS NULL OR from_on <= :begun)
            ORDER BY due_on, sites.name, scenario_id, practice_assignments.id LIMIT :limit OFFSET :offset""",
        bound,
    )
    return [AssignmentRow(**dict(row)) for row in rows]


def count_assignments(db: Database, site_ids: Sequence[str] | None, not_due_before: str) -> int:
    """How many assignments of these sites (None: all) stand and are due on a day or later."""
    bound: dict[str, Any] = {}
    condition = _standing(site_ids, not_due_before, bound)
    (many,) = db.execute(f"SELECT count(*) FROM practice_assignments WHERE {condition}", bound).fetchone()
    return int(many)


def is_assigned(db: Database, site_id: str, scenario_id: str, due_on: str) -> bool:
    """Whether a site is to practise a scenario until that very day."""
    row = db.execute(
        "SELECT 1 FROM practice_assignments WHERE site_id = :site AND due_on = :due AND scenario_id = :scenario "
        "AND withdrawn_at IS NULL",
        {"site": site_id, "due": due_on, "scenario": scenario_id},
    ).fetchone()
    return row is not None


def _standing(site_ids: Sequence[str] | None, not_due_before: str, bound: dict[str, Any]) -> str:
    bound |= {"day": not_due_before, "sites": json.dumps(list(site_ids or ()))}
    of_sites = "" if site_ids is None else "AND site_id IN (SELECT value FROM json_each(:sites))"
    return f"withdrawn_at IS NULL AND due_on >= :day {of_sites}"
