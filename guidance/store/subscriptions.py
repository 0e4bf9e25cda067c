"""Rows of push subscriptions: the browsers that alerts can reach."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True)
class SubscriptionRow:
    """One browser of one person. `gone_at` is set once its push service says that it does not exist any more.

    `session_hash` is of the session in which the person asked for alerts. `refused_at`: the push service refuses our
    messages for it since it took the last one.
    """

    id: str
    person_id: str
    endpoint: str
    p256dh: str
    auth: str
    created_at: str
    proven_at: str | None = None
    gone_at: str | None = None
    session_hash: str | None = None
    refused_at: str | None = None


def save(db: Database, subscription: SubscriptionRow) -> str:
    """Keep a browser, or its new keys or person when it is known; returns the id that it has."""
    row = db.execute(
        """INSERT INTO push_subscriptions (id, person_id, endpoint, p256dh, auth, created_at)
           VALUES (:id, :person_id, :endpoint, :p256dh, :auth, :created_at)
           ON CONFLICT (endpoint) DO UPDATE SET p256dh = excluded.p256dh, auth = excluded.auth,
               created_at = excluded.created_at, gone_at = NULL,
               proven_at = CASE WHEN person_id = excluded.person_id THEN proven_at END,
               person_id = excluded.person_id
           RETURNING id""",
        vars(subscription),
    ).fetchone()
    return str(row["id"])


def by_endpoint(db: Database, endpoint: str) -> SubscriptionRow | None:
    """The browser that has this endpoint, whosever it is."""
    row = db.execute("SELECT * FROM push_subscriptions WHERE endpoint = :endpoint", {"endpoint": endpoint}).fetchone()
    return SubscriptionRow(**dict(row)) if row else None


def keep_newest(db: Database, person_id: str, most: int, newest: str = "") -> None:
    """Drop all but a person's newest browsers. The one with the id `newest` is that, whatever the clock said before."""
    db.execute(
        """DELETE FROM push_subscriptions WHERE person_id = :person AND id NOT IN (
               SELECT id FROM push_subscriptions WHERE person_id = :person AND gone_at IS NULL
               ORDER BY id = :newest DESC, created_at DESC, id LIMIT :most)""",
        {"person": person_id, "most": most, "newest": newest},
    )


def remove(db: Database, person_id: str, endpoint: str) -> bool:
    """Forget one browser of a person; false when there is none."""
    rows = db.execute(
        "DELETE FROM push_subscriptions WHERE person_id = :person AND endpoint = :endpoint RETURNING id",
        {"person": person_id, "endpoint": endpoint},
    ).fetchall()
    return bool(rows)


def bind(db: Database, subscription_id: str, session_hash: str) -> None:
    """The person asked for alerts there in this session: signing out of it ends them."""
    db.execute(
        "UPDATE push_subscriptions SET session_hash = :hash WHERE id = :id",
        {"id": subscription_id, "hash": session_hash},
    )


def remove_of_session(db: Database, session_hash: str) -> list[SubscriptionRow]:
    """Forget the browser that asked for alerts in this session; returns what was forgotten."""
    rows = db.execute("DELETE FROM push_subscriptions WHERE session_hash = :hash RETURNING *", {"hash": session_hash})
    return [SubscriptionRow(**dict(row)) for row in rows.fetchall()]


def move_session(db: Database, person_id: str, before: str, after: str) -> None:
    """The same person signed in again on this browser."""
    db.execute(
        "UPDATE push_subscriptions SET session_hash = :after WHERE session_hash = :before AND person_id = :person",
        {"before": before, "after": after, "person": person_id},
    )


def entitled(db: Database, person_id: str) -> list[SubscriptionRow]:
    """The browsers of a person that work, newest first; none when the person may not be alerted any more."""
    rows = db.execute(
        """SELECT push_subscriptions.* FROM push_subscriptions JOIN people ON people.id = person_id
           WHERE person_id = :person AND gone_at IS NULL AND disabled_at IS NULL AND EXISTS (
               SELECT 1 FROM person_roles WHERE person_roles.person_id = people.id
               AND role IN ('committee', 'supervisor'))
           ORDER BY created_at DESC, push_subscriptions.id""",
        {"person": person_id},
    )
    return [SubscriptionRow(**dict(row)) for row in rows]


def subscriptions_of(db: Database, person_id: str) -> list[SubscriptionRow]:
    """A person's browsers, newest first, gone ones too."""
    rows = db.execute(
        "SELECT * FROM push_subscriptions WHERE person_id = :person ORDER BY created_at DESC, id",
        {"person": person_id},
    )
    return [SubscriptionRow(**dict(row)) for row in rows]


def prove(db: Database, ids: list[str], at: str, unless_since: str) -> None:
    """Their push service has just taken a message for these. Not written where it was proven since a moment.

    A proof from the future is of a clock that ran ahead, and is written anew.
    """
    values = {f"id{number}": each for number, each in enumerate(ids)}
    places = ",".join(f":{name}" for name in values)
    db.execute(
        f"""UPDATE push_subscriptions SET proven_at = :at, refused_at = NULL
            WHERE id IN ({places})
            AND (proven_at IS NULL OR proven_at < :since OR proven_at > :at OR refused_at IS NOT NULL)""",
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


def refuse(db: Database, subscription_id: str, at: str) -> bool:
    """Its push service refuses our messages; false when that was known. Earlier proofs count no more."""
    rows = db.execute(
        "UPDATE push_subscriptions SET refused_at = :at WHERE id = :id AND refused_at IS NULL RETURNING id",
        {"id": subscription_id, "at": at},
    ).fetchall()
    return bool(rows)


def add_loss(db: Database, person_id: str, why: str, at: str) -> None:
    """Remember why a browser of a person gets no alerts (`gone`, `refused`, `taken_over`), until the person is told."""
    db.execute(
        "INSERT INTO push_losses (person_id, why, at) VALUES (:person, :why, :at) "
        "ON CONFLICT (person_id, why) DO UPDATE SET at = :at",
        {"person": person_id, "why": why, "at": at},
    )


def losses(db: Database, person_id: str) -> list[str]:
    """Why browsers of a person get no alerts any more, the latest reason first."""
    rows = db.execute("SELECT why FROM push_losses WHERE person_id = :person ORDER BY at DESC", {"person": person_id})
    return [row["why"] for row in rows]


def forget_losses(db: Database, person_id: str) -> None:
    """The person knows, and has turned alerts on again."""
    db.execute("DELETE FROM push_losses WHERE person_id = :person", {"person": person_id})


def reachable(db: Database, person_id: str) -> bool:
    """Whether any browser of a person still works, and its push service does not refuse us."""
    row = db.execute(
        "SELECT 1 FROM push_subscriptions WHERE person_id = :person AND gone_at IS NULL AND refused_at IS NULL LIMIT 1",
        {"person": person_id},
    ).fetchone()
    return row is not None


def give_up_all(db: Database, at: str) -> int:
    """Mark every browser as gone: its subscription belongs to other keys. Returns how many there were."""
    return db.execute("UPDATE push_subscriptions SET gone_at = :at WHERE gone_at IS NULL", {"at": at}).rowcount
