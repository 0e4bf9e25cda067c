"""Rows of practice runs and of where a class stands right now.

Apart from everything real: no query here reads or writes an incident, a report, an alert or a delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any, NewType
from uuid import UUID

from sqlite_utils import Database

# Not a text, as the ids of everything real are: a function that reaches people cannot be given one of these.
RunId = NewType("RunId", UUID)


@dataclass(frozen=True)
class RunRow:
    """One revision of a run. `body` and `receipt` are JSON text, `outcome` is empty when none was reached."""

    id: str
    revision: int
    scenario_id: str
    scenario_hash: str
    protocol_hash: str
    class_id: str | None
    participant_id: str | None
    device_id: str | None
    site_id: str | None
    site_type: str
    sha256: str
    body: str
    receipt: str
    outcome: str
    passed: int
    seconds_to_outcome: float | None
    seconds_to_alert: float | None
    received_at: str
    apart: str = "[]"

    @property
    def person(self) -> str:
        """Who walked, as far as that is known: a trainee of a class, else a phone, else nobody but the run itself."""
        return self.participant_id or self.device_id or self.id


@dataclass(frozen=True)
class ListedRun:
    """The newest revision of a run with the names around it; an absent name is empty."""

    run: RunRow
    nickname: str
    class_title: str
    site_name: str
    agency_id: str | None


@dataclass(frozen=True)
class ProgressRow:
    """Where a trainee stands in one run right now. `position` is a step or outcome, `alerted` 0 or 1."""

    run_id: str
    participant_id: str
    scenario_id: str
    position: str
    answers: int
    alerted: int
    at: str


@dataclass(frozen=True)
class Within:
    """Which runs: each part narrows the choice, None leaves it open. Days are dates as text, both included; the moments
    at which they begin and end in the city (`from_at`, `before_at`, UTC text) are what rows are compared with.

    `agencies` and `trainer_id` together say what a trainer of agencies sees: their sites' runs, their classes' and
    the own classes'. None for a trainer of the whole city.
    """

    scenario_id: str | None = None
    class_id: str | None = None
    site_id: str | None = None
    from_on: str | None = None
    until_on: str | None = None
    from_at: str | None = None
    before_at: str | None = None
    agencies: tuple[str, ...] | None = None
    trainer_id: str | None = None


@dataclass(frozen=True)
class Tally:
    """How many runs of a scenario count, and how many of them passed; runs of nobody are counted apart."""

    runs: int = 0
    passed: int = 0
    of_nobody: int = 0
    of_nobody_passed: int = 0


@dataclass(frozen=True)
class FinishedRuns:
    """What a trainee has finished of one scenario, all with the same result: how often, and the last time.

    `outcome` and `seconds_to_alert` are those of the last run.
    """

    participant_id: str
    scenario_id: str
    passed: int
    tries: int
    outcome: str
    seconds_to_alert: float | None
    received_at: str


# Where a page of runs ended: when the last one was received, and its id.
RunMark = tuple[str, str]
COLUMNS = (
    "id, revision, scenario_id, scenario_hash, protocol_hash, class_id, participant_id, device_id, site_id, site_type, "
    "sha256, body, receipt, outcome, passed, seconds_to_outcome, seconds_to_alert, received_at, apart"
)
JOINED = """LEFT JOIN practice_participants ON practice_participants.id = practice_runs.participant_id
            LEFT JOIN practice_classes ON practice_classes.id = practice_runs.class_id
            LEFT JOIN sites ON sites.id = practice_runs.site_id"""
LISTED = f"""SELECT {", ".join(f"practice_runs.{name.strip()}" for name in COLUMNS.split(","))},
                    coalesce(nickname, '') AS nickname, coalesce(practice_classes.title, '') AS class_title,
                    coalesce(sites.name, '') AS site_name,
                    coalesce(sites.agency_id, practice_classes.agency_id) AS run_agency
             FROM practice_runs {JOINED}"""


def find_run(db: Database, run_id: RunId, revision: int) -> RunRow | None:
    """One revision of a run, or None."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM practice_runs WHERE id = :id AND revision = :revision",
        {"id": str(run_id), "revision": revision},
    ).fetchone()
    return RunRow(**dict(row)) if row else None


def newest_runs(db: Database, run_ids: Sequence[RunId]) -> list[RunRow]:
    """The newest revision of each of these runs that is here, oldest first."""
    bound: dict[str, Any] = {}
    names = _names([str(each) for each in run_ids], "run", bound)
    rows = db.execute(
        f"SELECT {COLUMNS} FROM practice_runs WHERE id IN ({names}) AND newest = 1 ORDER BY received_at, id", bound
    )
    return [RunRow(**dict(row)) for row in rows]


def add_run(db: Database, run: RunRow) -> None:
    """Keep a revision. The primary key refuses a second one under the same number."""
    values = ", ".join(f":{name.strip()}" for name in COLUMNS.split(","))
    db.execute(f"INSERT INTO practice_runs ({COLUMNS}) VALUES ({values})", asdict(run))


def revisions_of(db: Database, run_id: RunId) -> list[RunRow]:
    """Every revision of a run."""
    rows = db.execute(f"SELECT {COLUMNS} FROM practice_runs WHERE id = :id ORDER BY revision", {"id": str(run_id)})
    return [RunRow(**dict(row)) for row in rows]


def receipt_of(db: Database, run_id: RunId, revision: int, sha256: str, own: bool) -> str:
    """The receipt that was given for this very content, as JSON text; empty when it is new.

    Of what stands apart the own run's content does not count: it was somebody else who sent it.
    """
    bound = {"id": str(run_id), "revision": revision, "sha": sha256}
    where = "WHERE id = :id AND revision = :revision AND sha256 = :sha"
    row = db.execute(f"SELECT receipt FROM practice_runs {where}", bound).fetchone()
    if row is None and not own:
        row = db.execute(f"SELECT receipt FROM practice_runs_apart {where}", bound).fetchone()
    return str(row["receipt"]) if row else ""


def add_apart(db: Database, run: RunRow) -> None:
    """Keep what somebody else sent under a run's id, where nothing counts it."""
    db.execute(
        "INSERT INTO practice_runs_apart (id, revision, sha256, body, receipt, participant_id, device_id, received_at) "
        "VALUES (:id, :revision, :sha256, :body, :receipt, :participant_id, :device_id, :received_at)",
        asdict(run),
    )


def move_nobodys(db: Database, run_id: RunId) -> None:
    """Set apart every revision of a run that came from nobody that is known."""
    where = "WHERE id = :id AND participant_id IS NULL AND device_id IS NULL"
    db.execute(
        "INSERT OR IGNORE INTO practice_runs_apart (id, revision, sha256, body, receipt, received_at) "
        f"SELECT id, revision, sha256, body, receipt, received_at FROM practice_runs {where}",
        {"id": str(run_id)},
    )
    db.execute(f"DELETE FROM practice_runs {where}", {"id": str(run_id)})


def has_progress(db: Database, run_id: RunId) -> bool:
    """Whether a run is followed."""
    row = db.execute("SELECT 1 FROM practice_progress WHERE run_id = :id", {"id": str(run_id)}).fetchone()
    return row is not None


def runs_page(
    db: Database, within: Within, *, of_nobody: bool, after: RunMark | None = None, limit: int
) -> list[ListedRun]:
    """The newest `limit` runs that are asked for, or those that come after a mark, newest first.

    Of each run the newest revision. Runs of nobody, of no class and no site, are a list of their own.
    """
    bound: dict[str, Any] = {"of_nobody": int(of_nobody), "limit": limit}
    conditions = ["newest = 1", "of_nobody = :of_nobody", *_conditions(within, bound)]
    if after is not None:
        conditions.append("(practice_runs.received_at, practice_runs.id) < (:at, :id)")
        bound |= {"at": after[0], "id": after[1]}
    rows = db.execute(
        f"""{LISTED} WHERE {" AND ".join(conditions)}
            ORDER BY practice_runs.received_at DESC, practice_runs.id DESC LIMIT :limit""",
        bound,
    )
    return [_listed(dict(row)) for row in rows]


def runs_within(db: Database, within: Within, limit: int = 1000) -> list[ListedRun]:
    """The newest `limit` runs that are asked for, of anyone, oldest first."""
    found = [each for nobody in (False, True) for each in runs_page(db, within, of_nobody=nobody, limit=limit)]
    found.sort(key=lambda each: (each.run.received_at, each.run.id))
    return found[-limit:]


def tallies(db: Database, within: Within) -> dict[str, Tally]:
    """How many runs count of each scenario, within what a trainer sees (`agencies`, `trainer_id`) alone."""
    bound: dict[str, Any] = {}
    conditions = ["many > 0", *_agency_conditions(within, bound)]
    rows = db.execute(
        f"""SELECT scenario_id, counts.site_id = '' AND counts.class_id = '' AS of_nobody, passed, sum(many) AS many
            FROM practice_counts AS counts
            LEFT JOIN sites ON sites.id = counts.site_id
            LEFT JOIN practice_classes ON practice_classes.id = counts.class_id
            WHERE {" AND ".join(conditions)} GROUP BY 1, 2, 3""",
        bound,
    )
    found: dict[str, Tally] = {}
    for row in rows:
        many, passed = row["many"], row["many"] * row["passed"]
        add = Tally(0, 0, many, passed) if row["of_nobody"] else Tally(many, passed)
        old = found.get(row["scenario_id"], Tally())
        found[row["scenario_id"]] = Tally(*(one + more for one, more in zip(astuple(old), astuple(add), strict=True)))
    return found


def sites_with_people(db: Database, within: Within, at_least: int) -> set[str]:
    """Ids of the sites where at least so many different people made runs that are asked for."""
    bound: dict[str, Any] = {"least": at_least}
    conditions = ["practice_runs.site_id = home.id", "newest = 1", *_conditions(within, bound)]
    rows = db.execute(
        f"""SELECT home.id FROM sites AS home WHERE (
                SELECT count(*) FROM (
                    SELECT DISTINCT coalesce(participant_id, device_id, practice_runs.id) FROM practice_runs {JOINED}
                    WHERE {" AND ".join(conditions)} LIMIT :least)) >= :least""",
        bound,
    )
    return {row["id"] for row in rows}


def finished_of_class(db: Database, class_id: str) -> list[FinishedRuns]:
    """What the trainees of a class have finished, passed and not passed apart."""
    # SQLite takes the bare columns from the row that has the maximum (https://www.sqlite.org/lang_select.html).
    rows = db.execute(
        """SELECT coalesce(participant_id, '') AS participant_id, scenario_id, passed, count(*) AS tries, outcome,
                  seconds_to_alert, max(received_at) AS received_at
           FROM practice_runs WHERE class_id = :class AND newest = 1
           GROUP BY practice_runs.participant_id, scenario_id, passed""",
        {"class": class_id},
    )
    return [FinishedRuns(**dict(row)) for row in rows]


def save_progress(db: Database, progress: ProgressRow) -> None:
    """Remember where a trainee stands. Nobody moves another's run."""
    db.execute(
        """INSERT INTO practice_progress (run_id, participant_id, scenario_id, position, answers, alerted, at)
           VALUES (:run_id, :participant_id, :scenario_id, :position, :answers, :alerted, :at)
           ON CONFLICT (run_id) DO UPDATE SET scenario_id = excluded.scenario_id, position = excluded.position,
               answers = excluded.answers, alerted = excluded.alerted, at = excluded.at
           WHERE practice_progress.participant_id = excluded.participant_id""",
        asdict(progress),
    )


def progress_of_class(db: Database, class_id: str) -> list[ProgressRow]:
    """Where everyone of a class stands in runs that are not finished, the last news of each scenario alone."""
    rows = db.execute(
        """SELECT run_id, participant_id, scenario_id, position, answers, alerted, max(at) AS at
           FROM practice_progress
           JOIN practice_participants ON practice_participants.id = practice_progress.participant_id
           WHERE class_id = :class AND NOT EXISTS (SELECT 1 FROM practice_runs WHERE practice_runs.id = run_id)
           GROUP BY participant_id, scenario_id ORDER BY at, run_id""",
        {"class": class_id},
    )
    return [ProgressRow(**dict(row)) for row in rows]


def count_progress(db: Database, participant_id: str) -> int:
    """How many runs of a trainee are followed."""
    (many,) = db.execute(
        "SELECT count(*) FROM practice_progress WHERE participant_id = :id", {"id": participant_id}
    ).fetchone()
    return int(many)


def _conditions(within: Within, bound: dict[str, Any]) -> list[str]:
    found = []
    for column in ("scenario_id", "class_id", "site_id"):
        value = getattr(within, column)
        if value is not None:
            bound[column] = value
            found.append(f"practice_runs.{column} = :{column}")
    if within.from_at:
        bound["from_at"] = within.from_at
        found.append("practice_runs.received_at >= :from_at")
    if within.before_at:
        bound["before_at"] = within.before_at
        found.append("practice_runs.received_at < :before_at")
    return [*found, *_agency_conditions(within, bound)]


def _agency_conditions(within: Within, bound: dict[str, Any]) -> list[str]:
    if within.agencies is None:
        return []
    bound["trainer"] = within.trainer_id
    names = _names(within.agencies, "agency", bound)
    return [
        f"(sites.agency_id IN ({names}) OR practice_classes.agency_id IN ({names}) "
        "OR practice_classes.trainer_id = :trainer)"
    ]


def _listed(row: dict[str, Any]) -> ListedRun:
    names = {name: row.pop(name) for name in ("nickname", "class_title", "site_name", "run_agency")}
    return ListedRun(RunRow(**row), names["nickname"], names["class_title"], names["site_name"], names["run_agency"])


def _names(values: Sequence[str], prefix: str, bound: dict[str, Any]) -> str:
    names = {f"{prefix}{number}": value for number, value in enumerate(values)}
    bound.update(names)
    return ", ".join(f":{name}" for name in names) or "NULL"
