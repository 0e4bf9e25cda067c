"""Rows of scenario drafts: what a trainer writes before it becomes a file of protocols/scenarios."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlite_utils import Database


@dataclass(frozen=True)
class DraftRow:
    """One draft of one trainer. `yaml` is its text, right or not; `title` is for the list."""

    id: str
    person_id: str
    title: str
    yaml: str
    updated_at: str


def save_draft(db: Database, draft: DraftRow) -> None:
    """Keep a draft, new or changed. Nobody writes over another's."""
    db.execute(
        """INSERT INTO scenario_drafts (id, person_id, title, yaml, updated_at)
           VALUES (:id, :person_id, :title, :yaml, :updated_at)
           ON CONFLICT (id) DO UPDATE SET title = excluded.title, yaml = excluded.yaml, updated_at = excluded.updated_at
           WHERE scenario_drafts.person_id = excluded.person_id""",
        asdict(draft),
    )


def find_draft(db: Database, draft_id: str, person_id: str) -> DraftRow | None:
    """A draft of this person, or None."""
    row = db.execute(
        "SELECT * FROM scenario_drafts WHERE id = :id AND person_id = :person", {"id": draft_id, "person": person_id}
    ).fetchone()
    return DraftRow(**dict(row)) if row else None


def drafts(db: Database, person_id: str, limit: int = 200) -> list[DraftRow]:
    """The newest drafts of a person, the newest first, without their texts."""
    rows = db.execute(
        "SELECT id, person_id, title, '' AS yaml, updated_at FROM scenario_drafts WHERE person_id = :person "
        "ORDER BY updated_at DESC, id DESC LIMIT :limit",
        {"person": person_id, "limit": limit},
    )
    return [DraftRow(**dict(row)) for row in rows]


def count_drafts(db: Database, person_id: str) -> int:
    """How many drafts a person has."""
    (many,) = db.execute(
        "SELECT count(*) FROM scenario_drafts WHERE person_id = :person", {"person": person_id}
    ).fetchone()
    return int(many)


def delete_draft(db: Database, draft_id: str, person_id: str) -> None:
    """Throw a draft of this person away."""
    db.execute(
        "DELETE FROM scenario_drafts WHERE id = :id AND person_id = :person", {"id": draft_id, "person": person_id}
    )
