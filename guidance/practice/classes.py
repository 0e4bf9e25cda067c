"""Classes and tabletops: who leads them, how trainees come in, what a trainer shows and writes down.

Trainees need no account. A class code opens one class while it runs; a token on the phone is the trainee from then on.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlite_utils import Database

from guidance.clock import from_text, to_text
from guidance.people.budget import Limits, spend
from guidance.people.scope import trained_agencies, trains
from guidance.people.tokens import ALPHABET, CODE_LENGTH, new_token, read_code, show_code, token_hash
from guidance.practice.load import ScenarioShelf
from guidance.practice.scenario import Inject, Scenario
from guidance.settings import Settings
from guidance.store import log
from guidance.store import practice_classes as rows
from guidance.store.people import Person
from guidance.store.practice_classes import ClassId, ClassRow, NoteRow, Participant
from guidance.text import has_forbidden, looks_blank
from guidance.translations.mark import N_

__all__ = [
    "ClassId",
    "NotDone",
    "Shown",
    "code_of",
    "end",
    "injects_in_order",
    "join",
    "make_class",
    "make_code",
    "may_lead",
    "read_code",
    "show_code",
]

KINDS = ("class", "tabletop")
MOST_PARTICIPANTS = 200


class NotDone(Exception):
    """Something cannot be done; the sentence, marked for translation, says why to the person who tried."""


@dataclass(frozen=True)
class Shown:
    """One inject of a class, in the order in which a trainer reveals them."""

    scenario: Scenario
    inject: Inject


def make_class(
    db: Database, now: datetime, trainer: Person, title: str, kind: str, scenarios: Sequence[str]
) -> ClassRow:
    """Open a class, which has no code yet. One of an agency's trainer belongs to that agency; raises `NotDone`."""
    if not scenarios:
        raise NotDone(N_("Choose at least one scenario."))
    agencies = trained_agencies(trainer)
    agency_id = agencies[0] if agencies else None
    id = str(uuid4())
    row = ClassRow(id, f"none {id}", title, kind, trainer.id, agency_id, tuple(scenarios), 0, to_text(now), None)
    rows.add_class(db, row)
    log.add_entry(db, to_text(now), f"person:{trainer.id}", "practice.class_opened", row.id)
    return row


def may_lead(person: Person, found: ClassRow) -> bool:
    """Whether a class exists for a person: the own, those of the agencies one trains, all for the city's trainer."""
    return person.id == found.trainer_id or trains(person, found.agency_id)


def led_by(
    db: Database, person: Person, *, scenario_id: str | None = None, offset: int = 0, limit: int = 200
) -> list[ClassRow]:
    """The classes that exist for a trainer, or those of them that walk a scenario: `limit` after the first `offset`."""
    agencies = trained_agencies(person)
    return rows.classes(db, agencies, person.id, scenario_id=scenario_id, offset=offset, limit=limit)


def make_code(db: Database, now: datetime, key: bytes, found: ClassRow, made_by: str) -> str:
    """Give a class a new code of 50 bits and return it; the one before ends.

    The code follows from a secret key of this installation, the class and the moment. So the trainer's page can show it
    at any time, while the store and its backups hold only a hash.
    """
    code = _derived(key, found.id, to_text(now))
    rows.set_code(db, found.class_id, token_hash(code), to_text(now))
    log.add_entry(db, to_text(now), f"person:{made_by}", "practice.class_code_made", found.id)
    return code


def code_of(now: datetime, key: bytes, found: ClassRow, hours: int) -> str:
    """The code that opens a class now; empty when it has ended, is too old or is not known."""
    if found.ended_at or not found.code_made_at or now - from_text(found.code_made_at) >= timedelta(hours=hours):
        return ""
    code = _derived(key, found.id, found.code_made_at)
    return code if token_hash(code) == found.code else ""


def join_address(settings: Settings, code: str) -> str:
    """The link that the QR code of a class carries."""
    return f"{settings.base_url}/practice/join/{code}"


def class_of(db: Database, now: datetime, typed: str, hours: int) -> ClassRow | None:
    """The open class that a typed or linked code of at most so many hours leads to."""
    code = read_code(typed)
    made_after = to_text(now - timedelta(hours=hours))
    return rows.class_of_code(db, token_hash(code), made_after) if code else None


def join(
    db: Database,
    now: datetime,
    into: ClassRow,
    nickname: str,
    present: Participant | None,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
) -> tuple[Participant, str | None]:
    """Let someone into a class under a nickname; raises `NotDone`, and `NoRoom` when too many joined of late.

    Returns the trainee and a new token. A phone that is in this class already keeps its token (None) and its runs.
    """
    name = clean_nickname(nickname)
    others = [each for each in rows.participants(db, into.class_id) if present is None or each.id != present.id]
    if any(each.nickname.casefold() == name.casefold() for each in others):
        raise NotDone(N_("Someone in this class has this name already. Add a letter or a number."))
    if present is not None and present.class_id == into.id:
        rows.rename_participant(db, present.id, name)
        return replace(present, nickname=name), None
    if len(others) >= MOST_PARTICIPANTS:
        raise NotDone(N_("This class is full."))
    spend(db, now, "class", limits, name)
    token, made = new_token(), Participant(str(uuid4()), into.id, name, to_text(now))
    rows.add_participant(db, made, token_hash(token))
    return made, token


def clean_nickname(typed: str) -> str:
    """A nickname in one line; raises `NotDone` for characters that would turn or hide what stands beside it, and for
    one that nobody would see."""
    if has_forbidden(typed):
        raise NotDone(N_("The name holds an invisible control character. Type it again instead of pasting it."))
    name = " ".join(typed.split())[:40].strip()
    if looks_blank(name):
        raise NotDone(N_("Choose a name for the class: a nickname or your staff number."))
    return name


def participant_of(db: Database, token: str) -> tuple[Participant, ClassRow] | None:
    """The trainee whom a token stands for, and the class, which may have ended."""
    found = rows.participant_by_token(db, token_hash(token))
    home = rows.find_class(db, ClassId(UUID(found.class_id))) if found else None
    return (found, home) if found and home else None


def injects_in_order(found: ClassRow, shelf: ScenarioShelf) -> tuple[Shown, ...]:
    """Every inject of a class: its scenarios in their order, each with its injects as the file has them.

    The first `revealed` of them are what a tabletop's phones show.
    """
    scenarios = (shelf.get(each) for each in found.scenario_ids)
    return tuple(Shown(scenario, inject) for scenario in scenarios if scenario for inject in scenario.injects)


def reveal(db: Database, now: datetime, person: Person, found: ClassRow, number: int, shelf: ScenarioShelf) -> None:
    """Show inject `number` (counted from 1) to all phones of a tabletop. Pressing twice shows it once."""
    if found.kind != "tabletop" or not 1 <= number <= len(injects_in_order(found, shelf)):
        raise NotDone(N_("There is nothing more to reveal."))
    if rows.reveal(db, found.class_id, number):
        log.add_entry(db, to_text(now), f"person:{person.id}", "practice.inject_revealed", found.id, str(number))


def write(
    db: Database, now: datetime, person: Person, found: ClassRow, text: str, owner: str = "", due_on: str = ""
) -> None:
    """Keep a note, or with an owner an action. The same words by the same person at once are kept once."""
    kind = "action" if owner else "note"
    if rows.is_noted(db, found.class_id, kind, text, person.id):
        return
    rows.add_note(db, NoteRow(str(uuid4()), found.id, to_text(now), person.id, kind, text, owner, due_on))


def set_done(db: Database, now: datetime, found: ClassRow, action_id: UUID, done: bool) -> None:
    """Say whether an action is done."""
    rows.set_done(db, found.class_id, str(action_id), to_text(now) if done else None)


def end(db: Database, now: datetime, person: Person, found: ClassRow) -> None:
    """End a class; its code opens nothing from now on. What phones still hold is taken in when it comes."""
    if rows.end_class(db, found.class_id, to_text(now)):
        log.add_entry(db, to_text(now), f"person:{person.id}", "practice.class_ended", found.id)


def _derived(key: bytes, class_id: str, moment: str) -> str:
    """Fifty bits of HMAC-SHA256 (RFC 2104), spelled as codes are."""
    digest = hmac.digest(key, f"class code {class_id} {moment}".encode(), "sha256")
    number = int.from_bytes(digest, "big")
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in range(CODE_LENGTH))
