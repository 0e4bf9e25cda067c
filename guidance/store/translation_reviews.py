"""Who checked which translation, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database


@dataclass(frozen=True)
class Review:
    """One check of a subject's words in a language, named by their hash. `reviewed_on` is a date, 2026-11-24."""

    locale: str
    subject: str
    words_hash: str
    reviewer: str
    reviewed_on: str

    @property
    def day(self) -> date:
        """The date of the check."""
        return date.fromisoformat(self.reviewed_on)


def record(db: Database, review: Review, recorded_at: str) -> None:
    """Keep a review; a later one of the same words takes its place."""
    db.execute(
        """INSERT INTO translation_reviews (locale, subject, words_hash, reviewer, reviewed_on, recorded_at)
           VALUES (:locale, :subject, :words_hash, :reviewer, :reviewed_on, :recorded_at)
           ON CONFLICT (locale, subject, words_hash) DO UPDATE SET
             reviewer = excluded.reviewer, reviewed_on = excluded.reviewed_on, recorded_at = excluded.recorded_at""",
        {**vars(review), "recorded_at": recorded_at},
    )


def reviews(db: Database) -> tuple[Review, ...]:
    """Every review, in a fixed order."""
    rows = db.query(
        """SELECT locale, subject, words_hash, reviewer, reviewed_on FROM translation_reviews
           ORDER BY locale, subject, words_hash"""
    )
    return tuple(Review(**row) for row in rows)
