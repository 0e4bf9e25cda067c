"""Receiving a practice run: checked, debriefed on the server, kept once, answered with a signed receipt.

A receipt of practice says so in its code, so that it can never pass for one of a report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from guidance.clock import from_text, to_text
from guidance.incident.facts import Catalog
from guidance.incident.receipt import Receipt, content_sha256, sign
from guidance.incident.schema import MOMENT, SHORT, BodySchema, closed_object, report_schema
from guidance.practice.debrief import Debrief, Run, debrief
from guidance.practice.load import ScenarioShelf
from guidance.protocol.model import Protocol
from guidance.store import log
from guidance.store import practice_runs as rows
from guidance.store.practice_classes import Participant
from guidance.store.practice_runs import ProgressRow, RunId, RunRow

__all__ = ["Floor", "ReceivedRun", "RunId", "RunSchema", "Walker", "judge", "progress_schema", "receive_run"]

RECEIPT_CODE = "PRACTICE"
MOST_FOLLOWED = 500
FindProtocol = Callable[[Database, str], Protocol | None]


class RunSchema(BodySchema):
    """Checks bodies of practice runs; their facts are those of a report."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(run_schema(catalog))


@dataclass(frozen=True)
class Walker:
    """Who sends: a trainee of a class, a phone of a site, both, or nobody that is known."""

    participant: Participant | None = None
    device_id: str | None = None
    site_id: str | None = None


@dataclass(frozen=True)
class Floor:
    """What receiving needs besides the store."""

    scenarios: ScenarioShelf
    find_protocol: FindProtocol
    receipt_key: Ed25519PrivateKey


@dataclass(frozen=True)
class ReceivedRun:
    """What became of a revision: `result` is new, repeated or conflict."""

    result: str
    receipt: Receipt


def run_schema(catalog: Catalog) -> dict[str, Any]:
    """JSON Schema 2020-12 of one revision of a practice run."""
    of_report = report_schema(catalog, [])["properties"]
    shared = {name: of_report[name] for name in ("revision", "locale", "sent_at", "protocol", "trail", "facts")}
    own = {
        "kind": {"enum": ["practice"]},
        "scenario": closed_object({"id": SHORT, "hash": SHORT}, required=["id", "hash"]),
        "started_at": MOMENT,
        "alerted_at": {"anyOf": [{"type": "null"}, MOMENT]},
        "finished_at": MOMENT,
    }
    required = ["revision", "kind", "locale", "sent_at", "scenario", "protocol", "trail", "started_at", "finished_at"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **closed_object({**shared, **own}, required=required),
    }


def progress_schema() -> dict[str, Any]:
    """JSON Schema of where a trainee stands."""
    members = {
        "scenario": SHORT,
        "position": SHORT,
        "answers": {"type": "integer", "minimum": 0, "maximum": 400},
        "alerted": {"type": "boolean"},
    }
    return closed_object(members, required=sorted(members))


def receive_run(
    db: Database, now: datetime, run_id: RunId, body: Mapping[str, Any], walker: Walker, floor: Floor
) -> ReceivedRun:
    """Keep a revision whose body passed the schema. Runs inside the caller's transaction.

    The same content again gives the same receipt. Other content under a revision that is there is not kept.
    """
    sha256 = content_sha256(body)
    known = rows.find_run(db, run_id, int(body["revision"]))
    if known is not None:
        result = "repeated" if known.sha256 == sha256 else "conflict"
        return ReceivedRun(result, Receipt(**json.loads(known.receipt)))
    row = _row(db, to_text(now), run_id, body, sha256, walker, floor)
    rows.add_run(db, row)
    log.add_entry(db, row.received_at, _actor(walker), "practice.run_received", row.id, f"revision {row.revision}")
    return ReceivedRun("new", Receipt(**json.loads(row.receipt)))


def judge(db: Database, run_id: RunId, body: Mapping[str, Any], floor: Floor) -> Debrief | None:
    """The debrief of a run on the protocol version it walked; None for a scenario or version that is not here."""
    scenario = floor.scenarios.get(body["scenario"]["id"])
    protocol = floor.find_protocol(db, body["protocol"]["hash"])
    if scenario is None or protocol is None or protocol.id != scenario.protocol:
        return None
    alerted, finished = body.get("alerted_at"), body["finished_at"]
    run = Run(
        id=str(run_id),
        scenario=body["scenario"]["id"],
        scenario_hash=body["scenario"]["hash"],
        protocol_hash=body["protocol"]["hash"],
        trail=body["trail"],
        started_at=from_text(body["started_at"]),
        alerted_at=from_text(alerted) if alerted else None,
        finished_at=from_text(finished),
        facts=body.get("facts", {}),
    )
    return debrief(scenario, protocol, run)


def follow(db: Database, now: datetime, run_id: RunId, participant: Participant, body: Mapping[str, Any]) -> None:
    """Remember where a trainee stands, for the trainer's live board."""
    if rows.count_progress(db, participant.id) >= MOST_FOLLOWED:
        return
    progress = ProgressRow(
        str(run_id),
        participant.id,
        body["scenario"],
        body["position"],
        body["answers"],
        int(body["alerted"]),
        to_text(now),
    )
    rows.save_progress(db, progress)


def _row(
    db: Database, now: str, run_id: RunId, body: Mapping[str, Any], sha256: str, walker: Walker, floor: Floor
) -> RunRow:
    found = judge(db, run_id, body, floor)
    scenario = floor.scenarios.get(body["scenario"]["id"])
    unsigned = Receipt(str(run_id), int(body["revision"]), sha256, now, RECEIPT_CODE, walker.device_id is not None)
    return RunRow(
        id=str(run_id),
        revision=int(body["revision"]),
        scenario_id=body["scenario"]["id"],
        scenario_hash=body["scenario"]["hash"],
        protocol_hash=body["protocol"]["hash"],
        class_id=walker.participant.class_id if walker.participant else None,
        participant_id=walker.participant.id if walker.participant else None,
        device_id=walker.device_id,
        site_id=walker.site_id,
        site_type=scenario.site_type if scenario else "",
        sha256=sha256,
        body=json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        receipt=sign(unsigned, floor.receipt_key).to_json(),
        outcome=found.outcome if found else "",
        passed=int(found.passed) if found else 0,
        seconds_to_outcome=found.seconds_to_outcome if found else None,
        seconds_to_alert=found.seconds_to_alert if found else None,
        received_at=now,
    )


def _actor(walker: Walker) -> str:
    if walker.participant is not None:
        return f"participant:{walker.participant.id}"
    return f"device:{walker.device_id}" if walker.device_id else "device:not-enrolled"
