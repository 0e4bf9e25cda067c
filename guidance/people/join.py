"""How a device joins a site: codes, wrong tries, enrolment, and its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlite_utils import Database

from guidance.clock import LEEWAY, from_text, to_text
from guidance.people.tokens import new_code, new_token, read_code, token_hash
from guidance.settings import Settings
from guidance.store import devices as rows
from guidance.store import log
from guidance.store import people as people_rows
from guidance.store.devices import Device
from guidance.store.people import Site

FAILURES_BEFORE_SLOW = 5
FAILURE_WINDOW = timedelta(minutes=15)
# Beyond this many the count no longer matters, and a flood of wrong codes must not cost a commit each.
FAILURES_KEPT = 50
TOUCH_AFTER = timedelta(hours=1)


def make_code(db: Database, now: datetime, settings: Settings, site: Site, created_by: str | None) -> str:
    """A new join code for a site; any number of devices may use it until it expires or is revoked.

    `created_by` is the id of a person, None when the administrator made it on the console.
    """
    code = new_code()
    expires = now + timedelta(hours=settings.join_code_hours)
    rows.add_join_code(db, token_hash(code), site.id, created_by, to_text(now), to_text(expires))
    log.add_entry(db, to_text(now), _actor(created_by), "site.join_code_made", site.id)
    return code


def end_codes(db: Database, now: datetime, site: Site, ended_by: str | None) -> None:
    """End every join code of a site at once."""
    rows.revoke_codes(db, site.id, to_text(now))
    log.add_entry(db, to_text(now), _actor(ended_by), "site.join_codes_ended", site.id)


def join_address(settings: Settings, code: str) -> str:
    """The link that carries a code; the same code can be typed at /join."""
    return f"{settings.base_url}/join/{code}"


def site_for(db: Database, now: datetime, typed: str) -> Site | None:
    """The site that a typed or linked code leads to; None when it is wrong, expired or revoked."""
    code = read_code(typed)
    site_id = rows.site_of_code(db, token_hash(code), to_text(now), to_text(now + LEEWAY)) if code else None
    return people_rows.site(db, site_id) if site_id else None


def slow(db: Database, now: datetime) -> bool:
    """Whether wrong codes are answered slowly now: more than five in fifteen minutes, from anyone.

    The count is global: a school's phones share one address, and an attacker has many. It never refuses a
    right code, or anyone could lock every desk out by typing nonsense. What keeps guessing hopeless is the
    code itself: 50 bits against, say, 500 live codes need some 10^12 tries within a day.
    """
    return rows.count_failures(db, to_text(now - FAILURE_WINDOW), to_text(now + LEEWAY)) > FAILURES_BEFORE_SLOW


def note_failure(db: Database, now: datetime) -> None:
    """Remember a wrong code."""
    since = to_text(now - FAILURE_WINDOW)
    if rows.count_failures(db, since, to_text(now + LEEWAY)) < FAILURES_KEPT:
        rows.add_failure(db, to_text(now), since)


class TooManyPhones(Exception):
    """One join code let in as many new phones within an hour as it may. The supervisor makes another code."""


def require_turn(db: Database, now: datetime, settings: Settings, code: str) -> None:
    """Raise `TooManyPhones` when a code has let in as many new phones within the hour as it may."""
    since = to_text(now - timedelta(hours=1))
    if rows.count_joined(db, token_hash(code), since) >= settings.join_code_phones_hour:
        raise TooManyPhones


def note_limit(db: Database, now: datetime, site: Site, code: str) -> None:
    """Remember for the site's supervisor that a code met its limit; the log has it once per hour."""
    if rows.set_limited(db, token_hash(code), to_text(now), to_text(now - timedelta(hours=1))):
        log.add_entry(db, to_text(now), "system", "site.join_code_limited", site.id)


def enrol(db: Database, now: datetime, site: Site, present: Device | None, code: str = "") -> tuple[Device, str]:
    """Enrol a device and return it with its token. One that is enrolled already moves, and keeps its reports.

    `code` is the code it joined by, empty where there was none.
    """
    token, moment = new_token(), to_text(now)
    if present is not None:
        rows.move_device(db, present.id, token_hash(token), site.id, moment)
        log.add_entry(db, moment, f"device:{present.id}", "device.moved", site.id)
        return replace(present, site_id=site.id, enrolled_at=moment, seen_at=moment), token
    device = Device(str(uuid4()), site.id, moment, moment)
    rows.add_device(db, device, token_hash(token), token_hash(code) if code else None)
    log.add_entry(db, moment, f"device:{device.id}", "device.joined", site.id)
    return device, token


def device_of(db: Database, now: datetime, settings: Settings, token: str) -> Device | None:
    """The device that a token stands for; None when it is unknown, revoked, or was not in use for too long."""
    found = rows.device_by_token(db, token_hash(token))
    return None if found is None or has_ended(found, now, settings) else found


def why_ended(db: Database, now: datetime, settings: Settings, token: str) -> str:
    """Why a token stands for no device any more: `unused`, `removed`, or empty when it never did or still does."""
    found = rows.device_by_token(db, token_hash(token))
    if found is not None:
        return "unused" if has_ended(found, now, settings) else ""
    return "removed" if rows.was_device(db, token_hash(token)) else ""


def has_ended(device: Device, now: datetime, settings: Settings) -> bool:
    """Whether a device was not in use for so many days that it must join again. Nothing is written down, so that a
    clock that was wrong for a while ends no enrolment."""
    return now - from_text(device.seen_at) > timedelta(days=settings.device_days)


def due_for_touch(device: Device, now: datetime) -> bool:
    """Whether a device's last use should be written down again."""
    return abs(now - from_text(device.seen_at)) >= TOUCH_AFTER


def touch(db: Database, now: datetime, device: Device) -> None:
    """Remember that the device was in use."""
    rows.touch_device(db, device.id, to_text(now))


def revoke(db: Database, now: datetime, device_id: str, revoked_by: str | None) -> bool:
    """End a device's enrolment; its next request is a stranger's. False when it was not enrolled."""
    if not rows.revoke_device(db, device_id, to_text(now)):
        return False
    log.add_entry(db, to_text(now), _actor(revoked_by), "device.revoked", device_id)
    return True


def _actor(person_id: str | None) -> str:
    return f"person:{person_id}" if person_id else "system"
