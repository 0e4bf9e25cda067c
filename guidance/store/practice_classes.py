"""Rows of practice classes, their trainees and notes.

Of a trainee only the nickname and the hash of a token are kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from sqlite3 import Row
from typing import Any, NewType
from uuid import UUID

from sqlite_utils import Database

# Not a text, as the ids of everything real are: a function that reaches people cannot be given one of these.
ClassId = NewType("ClassId", UUID)


@dataclass(frozen=True)
class ClassRow:
    """A class or tabletop. `agency_id` is None for one of the whole city; `revealed` counts injects of a tabletop.

    `code` is the hash of the code that opens it, `code_made_at` when that code was made.
    """

    id: str
    code: str
    title: str
    kind: str
    trainer_id: str
    agency_id: str | None
    scenario_ids: tuple[str, ...]
    revealed: int
    created_at: str
    ended_at: str | None
    trainer_name: str = ""
    participants: int = 0
    code_made_at: str = ""

    @property
    def class_id(self) -> ClassId:
        """The id as the type that practice functions take."""
        return ClassId(UUID(self.id))


@dataclass(frozen=True)
class Participant:
    """A trainee of one class, by the nickname that was chosen."""

    id: str
    class_id: str
    nickname: str
    joined_at: str


@dataclass(frozen=True)
class NoteRow:
    """A note of a tabletop, or an action agreed in its hot-wash. `due_on` is a date as text or empty."""

    id: str
    class_id: str
    at: str
    person_id: str
    kind: str
    text: str
    owner: str = ""
    due_on: str = ""
    done_at: str | None = None
    person_name: str = ""


CLASS = """SELECT practice_classes.*, people.name AS trainer_name,
                  (SELECT count(*) FROM practice_participants WHERE class_id = practice_classes.id) AS participants
           FROM practice_classes JOIN people ON people.id = practice_classes.trainer_id"""


def add_class(db: Database, row: ClassRow) -> None:
    """Keep a new class; an IntegrityError says that its code is in use."""
    db.execute(
        """INSERT INTO practice_classes
               (id, code, title, kind, trainer_id, agency_id, scenario_ids, revealed, created_at, code_made_at)
           VALUES (:id, :code, :title, :kind, :trainer_id, :agency_id, :scenarios, :revealed, :created_at,
                   :code_made_at)""",
        {**asdict(row), "scenarios": json.dumps(row.scenario_ids)},
    )


def find_class(db: Database, class_id: ClassId) -> ClassRow | None:
    """One class, or None."""
    row = db.execute(f"{CLASS} WHERE practice_classes.id = :id", {"id": str(class_id)}).fetchone()
    return _class(row) if row else None


def class_of_code(db: Database, code_hash: str, made_after: str) -> ClassRow | None:
    """The class that a code opens; None when there is none, it has ended, or the code was not made after a moment."""
    row = db.execute(
        f"{CLASS} WHERE code = :code AND ended_at IS NULL AND code_made_at > :after",
        {"code": code_hash, "after": made_after},
    ).fetchone()
    return _class(row) if row else None


def end_every_code(db: Database) -> None:
    """End the codes of all classes; a trainer makes a new one."""
    db.execute("UPDATE practice_classes SET code_made_at = ''")


def set_code(db: Database, class_id: ClassId, code_hash: str, now: str) -> None:
    """Give a class another code; the one before opens nothing any more."""
    db.execute(
        "UPDATE practice_classes SET code = :code, code_made_at = :now WHERE id = :id AND ended_at IS NULL",
        {"id": str(class_id), "code": code_hash, "now": now},
    )


def classes(
    db: Database,
    agencies: Sequence[str] | None,
    trainer_id: str,
    *,
    scenario_id: str | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[ClassRow]:
    """Classes of these agencies and of this trainer, open ones first, then the newest; all when `agencies` is None.

    With a scenario only those that walk it; `limit` of them after the first `offset`.
    """
    bound: dict[str, Any] = {"offset": offset, "limit": limit, "scenario": scenario_id}
    condition = _led(agencies, trainer_id, bound)
    if scenario_id is not None:
        condition += " AND EXISTS (SELECT 1 FROM json_each(scenario_ids) WHERE value = :scenario)"
    # The page is chosen before names and trainees are looked up for it.
    rows = db.execute(
        f"""{CLASS} WHERE practice_classes.id IN (
                SELECT id FROM practice_classes WHERE {condition}
                ORDER BY ended_at IS NOT NULL, created_at DESC, id LIMIT :limit OFFSET :offset)
            ORDER BY ended_at IS NOT NULL, created_at DESC, practice_classes.id""",
        bound,
    )
    return [_class(row) for row in rows]


def count_classes(db: Database, agencies: Sequence[str] | None, trainer_id: str) -> tuple[int, int]:
    """How many classes of these agencies and of this trainer there are, and how many of them are open."""
    bound: dict[str, Any] = {}
    condition = _led(agencies, trainer_id, bound)
    row = db.execute(
        f"SELECT count(*), ifnull(sum(ended_at IS NULL), 0) FROM practice_classes WHERE {condition}", bound
    ).fetchone()
    return int(row[0]), int(row[1])


def _led(agencies: Sequence[str] | None, trainer_id: str, bound: dict[str, Any]) -> str:
    if agencies is None:
        return "1"
    bound["trainer"] = trainer_id
    return f"(agency_id IN ({_names(agencies, bound)}) OR trainer_id = :trainer)"


def end_class(db: Database, class_id: ClassId, now: str) -> bool:
    """End a class and with it its code; False when it had ended."""
    row = db.execute(
        "UPDATE practice_classes SET ended_at = :now WHERE id = :id AND ended_at IS NULL RETURNING id",
        {"id": str(class_id), "now": now},
    ).fetchone()
    return row is not None


def reveal(db: Database, class_id: ClassId, revealed: int) -> bool:
    """Show one more inject: from `revealed - 1` to `revealed`. False when that is not the next one of an open class."""
    row = db.execute(
        """UPDATE practice_classes SET revealed = :revealed
           WHERE id = :id AND revealed = :before AND ended_at IS NULL RETURNING id""",
        {"id": str(class_id), "revealed": revealed, "before": revealed - 1},
    ).fetchone()
    return row is not None


def add_participant(db: Database, participant: Participant, token_hash: str) -> None:
    """Let someone into a class."""
    db.execute(
        """INSERT INTO practice_participants (id, class_id, nickname, token_hash, joined_at)
           VALUES (:id, :class_id, :nickname, :token_hash, :joined_at)""",
        {**asdict(participant), "token_hash": token_hash},
    )


def rename_participant(db: Database, participant_id: str, nickname: str) -> None:
    """Give a trainee another nickname."""
    db.execute(
        "UPDATE practice_participants SET nickname = :nickname WHERE id = :id",
        {"id": participant_id, "nickname": nickname},
    )


def participant_by_token(db: Database, token_hash: str) -> Participant | None:
    """The trainee who holds this token."""
    row = db.execute(
        "SELECT id, class_id, nickname, joined_at FROM practice_participants WHERE token_hash = :hash",
        {"hash": token_hash},
    ).fetchone()
    return Participant(**dict(row)) if row else None


def participants(db: Database, class_id: ClassId) -> list[Participant]:
    """The trainees of a class in the order in which they joined."""
    rows = db.execute(
        """SELECT id, class_id, nickname, joined_at FROM practice_participants
           WHERE class_id = :class ORDER BY joined_at, id""",
        {"class": str(class_id)},
    )
    return [Participant(**dict(row)) for row in rows]


def add_note(db: Database, note: NoteRow) -> None:
    """Keep a note or an action."""
    db.execute(
        """INSERT INTO practice_notes (id, class_id, at, person_id, kind, text, owner, due_on)
           VALUES (:id, :class_id, :at, :person_id, :kind, :text, :owner, :due_on)""",
        asdict(note),
    )


def set_done(db: Database, class_id: ClassId, note_id: str, done_at: str | None) -> None:
    """Say that an action of a class is done, or (None) that it is not."""
    db.execute(
        "UPDATE practice_notes SET done_at = :done WHERE id = :id AND class_id = :class AND kind = 'action'",
        {"id": note_id, "class": str(class_id), "done": done_at},
    )


def notes(db: Database, class_id: ClassId, limit: int = 500) -> list[NoteRow]:
    """The last notes and actions of a class, oldest first."""
    rows = db.execute(
        """SELECT * FROM (
               SELECT practice_notes.*, people.name AS person_name
               FROM practice_notes JOIN people ON people.id = practice_notes.person_id
               WHERE class_id = :class ORDER BY at DESC, practice_notes.id DESC LIMIT :limit)
           ORDER BY at, id""",
        {"class": str(class_id), "limit": limit},
    )
    return [NoteRow(**dict(row)) for row in rows]


def is_noted(db: Database, class_id: ClassId, kind: str, text: str, person_id: str) -> bool:
    """Whether a person has written the same note or action of a class before."""
    row = db.execute(
        "SELECT 1 FROM practice_notes "
        "WHERE class_id = :class AND kind = :kind AND text = :text AND person_id = :person",
        {"class": str(class_id), "kind": kind, "text": text, "person": person_id},
    ).fetchone()
    return row is not None


def fingerprint(db: Database, class_id: ClassId) -> tuple[object, ...]:
    """Something that changes whenever what the class board shows has changed."""
    row = db.execute(
        """SELECT revealed, ended_at,
                  (SELECT count(*) || ' ' || group_concat(nickname, '/') FROM practice_participants
                   WHERE class_id = :class),
                  (SELECT max(at) || ' ' || count(*) || ' ' || sum(answers) FROM practice_progress
                   JOIN practice_participants ON practice_participants.id = participant_id WHERE class_id = :class),
                  (SELECT max(received_at) || ' ' || count(*) FROM practice_runs
                   WHERE class_id = :class AND newest = 1),
                  (SELECT count(*) || ' ' || count(done_at) FROM practice_notes WHERE class_id = :class)
           FROM practice_classes WHERE id = :class""",
        {"class": str(class_id)},
    ).fetchone()
    return tuple(row) if row else ()


def _class(row: Row) -> ClassRow:
    return ClassRow(**{**dict(row), "scenario_ids": tuple(json.loads(row["scenario_ids"]))})


def _names(values: Sequence[str], bound: dict[str, Any]) -> str:
    names = {f"name{number}": value for number, value in enumerate(values)}
    bound.update(names)
    return ", ".join(f":{name}" for name in names) or "NULL"
