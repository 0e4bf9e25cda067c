"""Rows of push subscriptions: the browsers that alerts can reach. Used by the push lane and the alert worker."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True)
class SubscriptionRow:
    """One browser of one person. `gone_at` is set once its push service says that it does not exist any more."""

    id: str
    person_id: str
    endpoint: str
    p256dh: str
    auth: str
    created_at: str
    proven_at: str | None = None
    gone_at: str | None = None


def save(db: Database, subscription: SubscriptionRow) -> str:
    """Keep a browser, or its new keys or person when it is known; returns the id that it has."""
    row = db.execute(
        """INSERT INTO push_subscriptions (id, person_id, endpoint, p256dh, auth, created_at)
           VALUES (:id, :person_id, :endpoint, :p256dh, :auth, :created_at)
           ON CONFLICT (endpoint) DO UPDATE SET person_id = excluded.person_id, p256dh = excluded.p256dh,
               auth = excluded.auth, created_at = excluded.created_at, gone_at = NULL
           RETURNING id""",
        vars(subscription),
    ).fetchone()
    return str(row["id"])


def keep_newest(db: Database, person_id: str, most: int) -> None:
    """Drop all but a person's newest browsers."""
    db.execute(
        """DELETE FROM push_subscriptions WHERE person_id = :person AND id NOT IN (
               SELECT id FROM push_subscriptions WHERE person_id = :person AND gone_at IS NULL
               ORDER BY created_at DESC, id LIMIT :most)""",
        {"person": person_id, "most": most},
    )


def remove(db: Database, person_id: str, endpoint: str) -> bool:
    """Forget one browser of a person; false when there is none."""
    rows = db.execute(
        "DELETE FROM push_subscriptions WHERE person_id = :person AND endpoint = :endpoint RETURNING id",
        {"person": person_id, "endpoint": endpoint},
    ).fetchall()
    return bool(rows)


def subscriptions_of(db: Database, person_id: str) -> list[SubscriptionRow]:
    """A person's browsers, newest first, gone ones too."""
    rows = db.execute(
        "SELECT * FROM push_subscriptions WHERE person_id = :person ORDER BY created_at DESC, id",
        {"person": person_id},
    )
    return [SubscriptionRow(**dict(row)) for row in rows]


def prove(db: Database, ids: list[str], at: str, unless_since: str) -> None:
    """Their push service has just taken a message for these. Not written where it was proven since a moment."""
    values = {f"id{number}": each for number, each in enumerate(ids)}
    places = ",".join(f":{name}" for name in values)
    db.execute(
        f"""UPDATE push_subscriptions SET proven_at = :at
            WHERE id IN ({places}) AND (proven_at IS NULL OR proven_at < :since)""",
        {**values, "at": at, "since": unless_since},
    )


def mark_gone(db: Database, subscription_id: str, at: str) -> bool:
    """The push service knows it no more; false when that was known. What is queued for it is given up."""
    rows = db.execute(
        "UPDATE push_subscriptions SET gone_at = :at WHERE id = :id AND gone_at IS NULL RETURNING id",
        {"id": subscription_id, "at": at},
    ).fetchall()
    db.execute(
        """UPDATE deliveries SET state = 'failed', detail = 'gone', lasting = 1, finished_at = :at
           WHERE channel = 'push' AND target = :id AND state = 'queued'""",
        {"id": subscription_id, "at": at},
    )
    return bool(rows)


def reachable(db: Database, person_id: str) -> bool:
    """Whether any browser of a person still works."""
    row = db.execute(
        "SELECT 1 FROM push_subscriptions WHERE person_id = :person AND gone_at IS NULL LIMIT 1", {"person": person_id}
    ).fetchone()
    return row is not None


def give_up_all(db: Database, at: str) -> int:
    """Mark every browser as gone: its subscription belongs to other keys. Returns how many there were."""
    return db.execute("UPDATE push_subscriptions SET gone_at = :at WHERE gone_at IS NULL", {"at": at}).rowcount
