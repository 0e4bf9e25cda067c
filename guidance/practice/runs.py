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
from guidance.incident.codes import UNKNOWN, Codes, codes_of, set_apart
from guidance.incident.facts import Catalog
from guidance.incident.receipt import Receipt, content_sha256, sign
from guidance.incident.schema import MOMENT, SHORT, BodySchema, closed_object, report_schema
from guidance.people.budget import Limits, require_practice_room, spend
from guidance.practice.debrief import Debrief, Run, debrief
from guidance.practice.load import ScenarioShelf
from guidance.protocol.model import Protocol
from guidance.store import log, protocols
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

    @property
    def budget(self) -> str:
        """The budget that the walker's runs count in; empty for a joined phone."""
        if self.device_id is not None:
            return ""
        return "class" if self.participant is not None else "practice"


@dataclass(frozen=True)
class Floor:
    """What receiving needs besides the store."""

    scenarios: ScenarioShelf
    find_protocol: FindProtocol
    receipt_key: Ed25519PrivateKey
    limits: Limits = Limits()


@dataclass(frozen=True)
class ReceivedRun:
    """What became of a revision: `result` is new, repeated or conflict."""

    result: str
    receipt: Receipt


def run_schema(catalog: Catalog) -> dict[str, Any]:
    """JSON Schema 2020-12 of one revision of a practice run."""
    of_report = report_schema(catalog, known_only=True)["properties"]
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

    The same content again gives the same receipt. Other content under a revision that is there is not kept. What
    somebody else sends under the id of a run stands apart and counts for nothing; the trainee or phone whose run it is
    comes before nobody. Raises `NoRoom` when no more may be stored.
    """
    sha256 = content_sha256(body)
    kept = rows.revisions_of(db, run_id)
    own = _owns(walker, kept)
    again = rows.receipt_of(db, run_id, int(body["revision"]), sha256, own)
    if again:
        return ReceivedRun("repeated", Receipt(**json.loads(again)))
    if own and _known(walker):
        rows.move_nobodys(db, run_id)
    comparable = own or not any(each.participant_id or each.device_id for each in kept)
    known = rows.find_run(db, run_id, int(body["revision"])) if comparable else None
    if known is not None:
        return ReceivedRun("conflict", Receipt(**json.loads(known.receipt)))
    require_practice_room(floor.limits)
    row = _row(db, to_text(now), run_id, body, sha256, walker, floor)
    if walker.budget:
        spend(db, now, walker.budget, floor.limits, row.body, row.receipt)
    if not own:
        rows.add_apart(db, row)
        return ReceivedRun("new", Receipt(**json.loads(row.receipt)))
    rows.add_run(db, row)
    if _known(walker):  # the row says it all of nobody's run, and the log is kept for ever
        log.add_entry(db, row.received_at, _actor(walker), "practice.run_received", row.id, f"revision {row.revision}")
    return ReceivedRun("new", Receipt(**json.loads(row.receipt)))


def _known(walker: Walker) -> bool:
    return walker.participant is not None or walker.device_id is not None


def _owns(walker: Walker, kept: list[RunRow]) -> bool:
    """Whether a run that is kept is this walker's. Nobody's run keeps its first revision until somebody comes."""
    if not kept:
        return True
    owners = {(each.participant_id, each.device_id) for each in kept} - {(None, None)}
    if not owners:
        return _known(walker)
    participant = walker.participant.id if walker.participant else None
    return any(
        (participant is not None and participant == one) or (walker.device_id is not None and walker.device_id == other)
        for one, other in owners
    )


def _codes(db: Database, body: Mapping[str, Any], floor: Floor) -> Codes:
    """What is known of the protocol that a run walked and of scenarios."""
    walked = floor.find_protocol(db, body["protocol"]["hash"])
    hashes = protocols.hashes_of(db, body["protocol"]["id"]) if walked is None else []
    versions = [each for each in (walked, *(floor.find_protocol(db, one) for one in hashes)) if each is not None]
    return codes_of({*protocols.ids(db), *(each.id for each in versions)}, versions, floor.scenarios.scenarios)


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


def follow(
    db: Database, now: datetime, run_id: RunId, participant: Participant, body: Mapping[str, Any], floor: Floor
) -> None:
    """Remember where a trainee stands, for the trainer's live board. A scenario that is not here is not followed."""
    scenario = floor.scenarios.get(body["scenario"])
    if scenario is None or rows.count_progress(db, participant.id) >= MOST_FOLLOWED:
        return
    versions = [floor.find_protocol(db, each) for each in protocols.hashes_of(db, scenario.protocol)]
    known = codes_of((), [each for each in versions if each is not None])
    if not rows.has_progress(db, run_id):
        spend(db, now, "class", floor.limits, str(run_id), body["position"])
    progress = ProgressRow(
        str(run_id),
        participant.id,
        body["scenario"],
        body["position"] if body["position"] in known.places else UNKNOWN,
        body["answers"],
        int(body["alerted"]),
        to_text(now),
    )
    rows.save_progress(db, progress)


def _row(
    db: Database, now: str, run_id: RunId, body: Mapping[str, Any], sha256: str, walker: Walker, floor: Floor
) -> RunRow:
    body, apart = set_apart(body, _codes(db, body, floor))
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
        apart=apart,
    )


def _actor(walker: Walker) -> str:
    if walker.participant is not None:
        return f"participant:{walker.participant.id}"
    return f"device:{walker.device_id}" if walker.device_id else "device:not-enrolled"
