"""Sign-in links and sessions: how long they live and what ends them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from guidance.clock import beyond, from_text, to_text
from guidance.people.tokens import new_token, token_hash
from guidance.settings import Settings
from guidance.store import log, subscriptions
from guidance.store import people as people_rows
from guidance.store import sessions as rows
from guidance.store.people import Person

# A session in steady use is written to at most this often, so that reading a page seldom costs a commit.
TOUCH_AFTER = timedelta(seconds=60)


def make_link(db: Database, now: datetime, settings: Settings, person: Person) -> str:
    """A new one-use link for a person, as a whole address."""
    token = new_token()
    expires = now + timedelta(minutes=settings.sign_in_minutes)
    rows.add_link(db, token_hash(token), person.id, to_text(expires))
    log.add_entry(db, to_text(now), "system", "person.sign_in_link_made", person.id)
    return f"{settings.base_url}/sign-in/{token}"


def link_state(db: Database, now: datetime, token: str, minutes: int | None = None) -> str:
    """What a link is good for: `good`, `used`, `expired` or `unknown`. Looking does not use it up.

    A link that would live for longer than the `minutes` that links live was made by a clock that ran ahead: expired.
    """
    link = rows.link(db, token_hash(token))
    if link is None:
        return "unknown"
    if link.used_at is not None:
        return "used"
    good = to_text(now) < link.expires_at <= _latest_end(now, minutes)
    return "good" if good else "expired"


def use_link(db: Database, now: datetime, token: str, minutes: int | None = None) -> tuple[Person, str] | None:
    """Use a link up and open a session: the person and the session's token; None when the link was not usable."""
    person_id = rows.use_link(db, token_hash(token), to_text(now), _latest_end(now, minutes))
    person = people_rows.person(db, person_id) if person_id else None
    if person is None:
        return None
    session = new_token()
    rows.add_session(db, token_hash(session), person.id, to_text(now))
    log.add_entry(db, to_text(now), f"person:{person.id}", "person.signed_in", person.id)
    return person, session


def _latest_end(now: datetime, minutes: int | None) -> str:
    return rows.LATEST if minutes is None else beyond(now, timedelta(minutes=minutes))


def person_of(db: Database, now: datetime, settings: Settings, token: str) -> Person | None:
    """Who a session's token stands for; None when it ended, was idle too long or is too old.

    One that began further ahead than a session lasts was opened by a clock that ran ahead, and is over.
    """
    session = rows.session(db, token_hash(token))
    if session is None:
        return None
    old = abs(now - from_text(session.created_at)) >= timedelta(hours=settings.session_hours)
    idle = now - from_text(session.seen_at) >= timedelta(minutes=settings.session_idle_minutes)
    return None if old or idle else people_rows.person(db, session.person_id)


def due_for_touch(db: Database, now: datetime, token: str) -> bool:
    """Whether a session's last use should be written down again."""
    session = rows.session(db, token_hash(token))
    return session is not None and abs(now - from_text(session.seen_at)) >= TOUCH_AFTER


def touch(db: Database, now: datetime, token: str) -> None:
    """Remember that the session was in use."""
    rows.touch_session(db, token_hash(token), to_text(now))


def sign_out(db: Database, now: datetime, token: str) -> None:
    """End a session, and the alerts on the browser that asked for them in it. One that has ended stays as it is.

    Alerts end even if the session was over by its age: whoever signs out leaves this browser.
    """
    person_id = rows.end_session(db, token_hash(token), to_text(now))
    if person_id:
        log.add_entry(db, to_text(now), f"person:{person_id}", "person.signed_out", person_id)
    for each in subscriptions.remove_of_session(db, token_hash(token)):
        log.add_entry(db, to_text(now), "system", "subscription.removed", each.id, "signed out")


def sign_in_again(db: Database, now: datetime, person: Person, before: str, after: str) -> None:
    """Someone signs in on a browser where a session was open. That ends.

    The same person keeps the alerts there. Another person's alerts end there, and that person is told.
    """
    subscriptions.move_session(db, person.id, token_hash(before), token_hash(after))
    for each in subscriptions.remove_of_session(db, token_hash(before)):
        subscriptions.add_loss(db, each.person_id, "taken_over", to_text(now))
        log.add_entry(db, to_text(now), f"person:{person.id}", "subscription.removed", each.id, "signed in there")
    sign_out(db, now, before)
