"""Fills a store with incidents and practice runs, fast and always with the same rows: straight SQL in one transaction.

The city is the demo city with more sites and people; nine in ten incidents are closed, as after some years of use.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlite_utils import Database

from guidance.clock import to_text
from guidance.store import people
from tests.practice.runs import LIBRARY, SHELF

TRAINEES = 200
ACTIVE_OF_TEN = 1
RUN_ID, INCIDENT_ID = 2 << 100, 1 << 100


@dataclass(frozen=True)
class Size:
    """How many incidents and practice runs."""

    incidents: int
    runs: int


def fill(db: Database, now: datetime, size: Size) -> None:
    """Add so many incidents and runs, spread over the last three years, in the caller's transaction."""
    luck = random.Random(8)
    sites = [(each.id, each.type) for each in people.sites(db)]
    persons = [each.id for each in people.people(db)]
    _many(db, "incidents", _incidents(luck, now, size.incidents, sites, persons))
    _many(db, "alerts", _alerts(db))
    _many(db, "reports", _reports(luck, now, size.incidents))
    _many(db, "incident_events", _events(luck, now, size.incidents, persons))
    class_id, trainees = _a_class(db, now, persons[0])
    _many(db, "practice_runs", _runs(luck, now, size.runs, sites, class_id, trainees))


def _many(db: Database, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows, None)
    if first is None:
        return
    names = ", ".join(first)
    values = ", ".join(f":{name}" for name in first)
    statement = f"INSERT INTO {table} ({names}) VALUES ({values})"
    db.conn.execute(statement, first)
    db.conn.executemany(statement, rows)


def _moment(luck: random.Random, now: datetime) -> str:
    return to_text(now - timedelta(seconds=luck.randrange(3 * 365 * 86_400)))


def incident_id(number: int) -> str:
    """The id of the incident of that number."""
    return str(UUID(int=INCIDENT_ID + number))


def _incidents(
    luck: random.Random, now: datetime, many: int, sites: Sequence[tuple[str, str]], persons: Sequence[str]
) -> Iterator[dict[str, Any]]:
    kinds = sorted(LIBRARY.protocols)
    for number in range(many):
        state = luck.choice(("open", "acknowledged")) if luck.randrange(10) < ACTIVE_OF_TEN else "closed"
        verified = luck.randrange(20) > 0
        opened = _moment(luck, now)
        yield {
            "id": incident_id(number),
            "code": f"{number:06d}",
            "kind": luck.choice(kinds),
            "site_id": luck.choice(sites)[0] if verified else None,
            "verified": int(verified),
            "urgency": luck.choice(("urgent", "normal", "low")) if verified else "low",
            "state": state,
            "opened_at": opened,
            "acknowledged_at": opened if state != "open" else None,
            "acknowledged_by": luck.choice(persons) if state != "open" else None,
            "closed_at": opened if state == "closed" else None,
            "closed_by": persons[0] if state == "closed" else None,
            "close_reason": "resolved" if state == "closed" else None,
        }


def _alerts(db: Database) -> Iterator[dict[str, Any]]:
    """One for each verified incident, told to everyone, in the state that its incident is in."""
    states = {"open": "active", "acknowledged": "acknowledged", "closed": "closed"}
    for row in db.conn.execute("SELECT id, urgency, state, opened_at FROM incidents WHERE verified = 1"):
        yield {
            "id": row["id"],
            "incident_id": row["id"],
            "urgency": row["urgency"],
            "state": states[row["state"]],
            "tier": 2,
            "created_at": row["opened_at"],
        }


def _reports(luck: random.Random, now: datetime, many: int) -> Iterator[dict[str, Any]]:
    return (
        {"id": incident_id(number), "incident_id": incident_id(number), "received_at": _moment(luck, now)}
        for number in range(many)
    )


def _events(luck: random.Random, now: datetime, many: int, persons: Sequence[str]) -> Iterator[dict[str, Any]]:
    for number in range(many):
        at = _moment(luck, now)
        for kind, person in (("report_received", None), ("acknowledged", luck.choice(persons))):
            yield {"incident_id": incident_id(number), "at": at, "kind": kind, "person_id": person, "data": "{}"}


def _a_class(db: Database, now: datetime, trainer: str) -> tuple[str, list[str]]:
    class_id, at = str(UUID(int=3 << 100)), to_text(now)
    db.execute(
        """INSERT INTO practice_classes (id, code, title, kind, trainer_id, scenario_ids, created_at)
           VALUES (:id, 'BENCH1', 'A large class', 'class', :trainer, :scenarios, :at)""",
        {"id": class_id, "trainer": trainer, "scenarios": json.dumps(sorted(SHELF.scenarios)[:3]), "at": at},
    )
    trainees = [str(UUID(int=(3 << 100) + 1 + number)) for number in range(TRAINEES)]
    _many(
        db,
        "practice_participants",
        ({"id": id, "class_id": class_id, "nickname": f"Trainee {number}", "token_hash": id, "joined_at": at}
         for number, id in enumerate(trainees)),
    )  # fmt: skip
    return class_id, trainees


def _runs(
    luck: random.Random,
    now: datetime,
    many: int,
    sites: Sequence[tuple[str, str]],
    class_id: str,
    trainees: Sequence[str],
) -> Iterator[dict[str, Any]]:
    scenarios = [SHELF.scenarios[id] for id in sorted(SHELF.scenarios)]
    for number in range(many):
        scenario, begun = luck.choice(scenarios), now - timedelta(seconds=luck.randrange(3 * 365 * 86_400))
        path = scenario.expected.path
        walked = path if luck.randrange(4) else path[: luck.randrange(len(path)) + 1]
        passed, step = walked == path, luck.uniform(2, 9)
        of_class, of_site = luck.randrange(20) == 0, luck.randrange(20) > 0
        trail = [
            {"step": place, "answer": answer, "at": to_text(begun + timedelta(seconds=step * (at + 1)))}
            for at, (place, answer) in enumerate(walked)
        ]
        body = {
            "revision": 1, "kind": "practice", "locale": "en", "sent_at": to_text(begun),
            "scenario": {"id": scenario.id, "hash": scenario.hash},
            "protocol": {"id": scenario.protocol, "hash": LIBRARY.protocols[scenario.protocol].hash},
            "trail": trail, "facts": {}, "started_at": to_text(begun), "alerted_at": to_text(begun),
            "finished_at": to_text(begun + timedelta(seconds=step * (len(path) + 1))),
        }  # fmt: skip
        yield {
            "id": str(UUID(int=RUN_ID + number)),
            "revision": 1,
            "scenario_id": scenario.id,
            "scenario_hash": scenario.hash,
            "protocol_hash": LIBRARY.protocols[scenario.protocol].hash,
            "class_id": class_id if of_class else None,
            "participant_id": luck.choice(trainees) if of_class else None,
            "device_id": None,
            "site_id": luck.choice(sites)[0] if of_site and not of_class else None,
            "site_type": scenario.site_type,
            "sha256": "0" * 64,
            "body": json.dumps(body, separators=(",", ":")),
            "receipt": "{}",
            "outcome": scenario.expected.outcome if passed else "",
            "passed": int(passed),
            "seconds_to_outcome": step * len(path) if passed else None,
            "seconds_to_alert": step,
            "received_at": to_text(begun),
        }
