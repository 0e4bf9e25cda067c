"""What people at the board do with an incident: have it, answer the desk, note, close. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from guidance.clock import to_text
from guidance.store import incidents, log
from guidance.text import looks_blank
from guidance.translations.mark import N_, Said

NOTE_CHARACTERS = 500
AUDIENCES = ("desk", "record")
CLOSE_REASONS = {
    "resolved": N_("Resolved at the site"),
    "not_federal": N_("It was not about non-local officers"),
    "duplicate": N_("Another report of the same event"),
    "false_alarm": N_("Sent by mistake"),
    "handed_over": N_("Handed over to another team"),
    "other": N_("Another reason"),
}


class NotAccepted(Exception):
    """The act was refused; the sentence, marked for translation, says why and what to do."""


def acknowledge(db: Database, now: datetime, incident_id: str, person_id: str) -> bool:
    """The person has the incident from now on; false when somebody had it first, whom nothing takes it from."""
    at = to_text(now)
    if not incidents.set_acknowledged(db, incident_id, at, person_id):
        return False
    incidents.add_event(db, incident_id, at, "acknowledged", person_id, {})
    log.add_entry(db, at, f"person:{person_id}", "incident.acknowledged", incident_id)
    return True


def add_note(db: Database, now: datetime, incident_id: str, person_id: str, text: str, audience: str = "desk") -> None:
    """Write a note: `desk` is shown on the reporter's phone, `record` only on the board."""
    words = text.strip()
    if looks_blank(words):
        raise NotAccepted(N_("The note is empty. Write what the desk or the record should say."))
    if len(words) > NOTE_CHARACTERS:
        too_long = N_("The note is too long: %(n)s of %(most)s characters. Shorten it.")
        raise NotAccepted(Said(too_long, n=len(words), most=NOTE_CHARACTERS))
    if audience not in AUDIENCES:
        raise NotAccepted(N_("Choose whether the note is for the desk or for the record."))
    at = to_text(now)
    incidents.add_event(db, incident_id, at, f"{audience}_note", person_id, {"text": words})
    log.add_entry(db, at, f"person:{person_id}", f"incident.{audience}_note", incident_id)


def close(db: Database, now: datetime, incident_id: str, person_id: str, reason: str, words: str = "") -> bool:
    """End an incident with a reason of `CLOSE_REASONS`; false when it was closed already."""
    if reason not in CLOSE_REASONS:
        raise NotAccepted(N_("Choose a reason for closing."))
    if reason == "other" and looks_blank(words):
        raise NotAccepted(N_("Say in a few words why you close it."))
    if len(words) > NOTE_CHARACTERS:
        too_long = N_("The reason is too long: %(n)s of %(most)s characters. Shorten it.")
        raise NotAccepted(Said(too_long, n=len(words), most=NOTE_CHARACTERS))
    at = to_text(now)
    if not incidents.set_closed(db, incident_id, at, person_id, reason):
        return False
    incidents.add_event(db, incident_id, at, "closed", person_id, {"reason": reason, "text": words.strip()})
    log.add_entry(db, at, f"person:{person_id}", "incident.closed", incident_id, reason)
    return True
