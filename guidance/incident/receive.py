"""Receiving one revision of a report: kept once, beside what was there, never over it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from guidance.clock import from_text, to_text
from guidance.incident import receipt as receipts
from guidance.incident.codes import Codes, codes_of, set_apart
from guidance.incident.urgency import more_urgent, report_urgency, waited, waited_too_long, walk_urgency
from guidance.people.budget import Limits, spend
from guidance.protocol.model import Interrupt, Protocol
from guidance.protocol.replay import replay
from guidance.store import incidents, log, protocols, reports

FindProtocol = Callable[[Database, str], Protocol | None]


@dataclass(frozen=True)
class Sender:
    """The enrolled device that sends. Its site is the report's site: a body never says where it comes from."""

    device_id: str
    site_id: str
    site_type: str


@dataclass(frozen=True)
class Desk:
    """What receiving needs besides the store. `choices` are the codes of each fact that is a choice."""

    find_protocol: FindProtocol
    receipt_key: Ed25519PrivateKey
    late_hours: int
    limits: Limits = Limits()
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """What became of a revision.

    `result` is new, repeated or conflict. `page` is set when this revision made the incident more urgent or told of
    an interrupt for the first time (`news`), so that somebody has to be alerted.
    """

    result: str
    receipt: receipts.Receipt
    incident_id: str
    page: bool = False
    urgency: str = "low"
    site_id: str | None = None
    news: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Arrival:
    """One revision on its way in, with what its trail shows. `body` holds known codes alone; `apart` has the rest."""

    report_id: str
    body: Mapping[str, Any]
    apart: str
    sha256: str
    sender: Sender | None
    verified: bool
    now: str
    urgency: str
    late: bool
    trail_problem: str
    left_at: str = ""
    interrupts: frozenset[str] = frozenset()

    @property
    def revision(self) -> int:
        return int(self.body["revision"])


def receive(
    db: Database,
    now: datetime,
    report_id: str,
    body: Mapping[str, Any],
    sender: Sender | None,
    desk: Desk,
    *,
    left_at: datetime | None = None,
) -> Received:
    """Keep a revision whose body passed the schema. Runs inside the caller's transaction.

    `left_at` is when it left the phone, by the clock that wrote its `sent_at`; None where the phone did not say.

    The same content again gives the same receipt. Other content by the report's own phone under a revision that is
    there is kept as a variant and flagged on the timeline. What another phone sends is kept beside the report and takes
    no revision number; a number that such a phone took before is free for the report's own phone. A trail that does not
    replay is accepted and flagged. What is not from a phone of the incident's own site is kept as unverified and
    changes neither urgency nor state. Raises `NoRoom` when a phone without a site may store nothing more.
    """
    sha256 = receipts.content_sha256(body)
    report = reports.find_report(db, report_id)
    verified = _stands_behind(db, sender, report)
    beside = report is not None and report.device_id not in (None, sender.device_id if sender else None)
    known = reports.find_revision(db, report_id, int(body["revision"]))
    if known is not None and verified and not known.verified and not beside:
        reports.set_apart(db, report_id, known.revision)
        known = None
    again = _sent_before(db, report_id, body, sha256, known, verified)
    if again is not None and report is not None:
        return Received("repeated", receipts.Receipt(**json.loads(again.receipt)), report.incident_id)
    arrival = _read(db, now, report_id, body, sha256, sender, verified, desk, left_at)
    if known is not None and report is not None and not beside:
        return _variant(db, now, report, known, arrival, desk)
    if sender is None:
        spend(db, now, "report", desk.limits, _text(arrival.body), arrival.apart)
    return (
        _first_revision(db, arrival, desk) if report is None else _further_revision(db, arrival, report, desk, beside)
    )


def _sent_before(
    db: Database,
    report_id: str,
    body: Mapping[str, Any],
    sha256: str,
    known: reports.RevisionRow | None,
    believed: bool,
) -> reports.RevisionRow | None:
    """This very content, kept before. `believed`: a copy that is not verified does not count for who sends it now."""
    addition = reports.find_addition(db, report_id, int(body["revision"]), sha256)
    if known is not None and known.sha256 == sha256:
        return known
    return None if believed and addition and not addition.verified else addition


def _stands_behind(db: Database, sender: Sender | None, report: reports.ReportRow | None) -> bool:
    """Whether the sender is enrolled at the incident's site, or is the first who says where it is."""
    incident = incidents.find_incident(db, report.incident_id) if report else None
    site_id = incident.site_id if incident else None
    return sender is not None and site_id in (None, sender.site_id)


def _read(
    db: Database,
    now: datetime,
    report_id: str,
    body: Mapping[str, Any],
    sha256: str,
    sender: Sender | None,
    verified: bool,
    desk: Desk,
    left_at: datetime | None,
) -> _Arrival:
    protocol = desk.find_protocol(db, body["protocol"]["hash"])
    position, problem = None, "no version of the protocol with this hash was ever published here"
    interrupts: frozenset[str] = frozenset()
    if protocol is not None:
        # Replayed as it is kept: a problem in words must not repeat what is no code.
        trail = set_apart(body, codes_of((), [protocol]))[0]["trail"]
        walk = replay(protocol, trail, sender.site_type if sender else None)
        position, problem = walk.position, walk.problem or ""
        interrupts = frozenset(each.answer.id for each in walk.walked if isinstance(each.answer, Interrupt))
    kept, apart = set_apart(body, _known_codes(db, body, protocol, desk))
    late = waited_too_long(waited(from_text(body["sent_at"]), left_at, now), desk.late_hours)
    walked = walk_urgency(protocol, position)
    return _Arrival(
        report_id,
        kept,
        apart,
        sha256,
        sender,
        verified,
        to_text(now),
        report_urgency(walked, kept.get("urgency"), late=late, verified=verified),
        late,
        problem,
        to_text(left_at) if left_at else "",
        interrupts,
    )


def _known_codes(db: Database, body: Mapping[str, Any], walked: Protocol | None, desk: Desk) -> Codes:
    """What the published versions of a report's protocol know; of a version that is here its own codes alone."""
    if walked is not None:
        return codes_of({walked.id, *protocols.ids(db)}, [walked], choices=desk.choices)
    versions = [desk.find_protocol(db, each) for each in protocols.hashes_of(db, body["kind"])]
    return codes_of(protocols.ids(db), [each for each in versions if each is not None], choices=desk.choices)


def _variant(
    db: Database, now: datetime, report: reports.ReportRow, known: reports.RevisionRow, arrival: _Arrival, desk: Desk
) -> Received:
    receipt = receipts.Receipt(**json.loads(known.receipt))
    if not reports.has_variant(db, report.id, known.revision, arrival.sha256):
        text = _text({**arrival.body, "apart": json.loads(arrival.apart)})
        if arrival.sender is None:
            spend(db, now, "report", desk.limits, text)
        reports.add_variant(
            db,
            reports.VariantRow(report.id, known.revision, arrival.sha256, text, int(arrival.verified), arrival.now),
        )
        flag = {"report_id": known.report_id, "revision": known.revision, "sha256": arrival.sha256}
        incidents.add_event(db, report.incident_id, arrival.now, "report_variant", None, flag)
        log.add_entry(
            db, arrival.now, _actor(arrival.sender), "report.variant", report.id, f"revision {known.revision}"
        )
    return Received("conflict", receipt, report.incident_id)


def _first_revision(db: Database, arrival: _Arrival, desk: Desk) -> Received:
    site_id = arrival.sender.site_id if arrival.sender else None
    incident = incidents.IncidentRow(
        id=str(uuid4()),
        code=receipts.short_code(arrival.report_id, lambda code: incidents.code_is_taken(db, code)),
        kind=arrival.body["kind"],
        site_id=site_id,
        verified=int(arrival.sender is not None),
        urgency=arrival.urgency,
        state="open",
        opened_at=arrival.now,
    )
    incidents.add_incident(db, incident)
    device_id = arrival.sender.device_id if arrival.sender else None
    reports.add_report(db, reports.ReportRow(arrival.report_id, incident.id, device_id, arrival.now))
    receipt = _keep(db, arrival, incident, desk, "report_received")
    return Received("new", receipt, incident.id, arrival.urgency != "low", arrival.urgency, site_id)


def _further_revision(db: Database, arrival: _Arrival, report: reports.ReportRow, desk: Desk, beside: bool) -> Received:
    incident = incidents.find_incident(db, report.incident_id)
    assert incident is not None, "a report without its incident cannot be: a foreign key holds them together"
    news = _news(db, arrival)
    receipt = _keep(db, arrival, incident, desk, "report_revised", beside)
    site_id = incident.site_id
    if arrival.verified and arrival.sender and incidents.set_verified(db, incident.id, arrival.sender.site_id):
        site_id = arrival.sender.site_id
        reports.adopt_report(db, report.id, arrival.sender.device_id)
        incidents.add_event(db, incident.id, arrival.now, "verified", None, {"report_id": report.id})
    worse = more_urgent(arrival.urgency, incident.urgency) != incident.urgency
    if worse:
        incidents.set_urgency(db, incident.id, arrival.urgency)
    if worse or news:
        _reopen_closed(db, arrival, incident)
    return Received("new", receipt, incident.id, worse or bool(news), arrival.urgency, site_id, news)


def _news(db: Database, arrival: _Arrival) -> tuple[str, ...]:
    """Interrupts (they went in, …) that no earlier verified revision told, of one that is urgent now."""
    if not arrival.verified or arrival.urgency != "urgent":
        return ()
    kept = [*reports.revisions_of(db, arrival.report_id), *reports.additions_of(db, arrival.report_id)]
    earlier = [json.loads(each.body) for each in kept if each.verified]
    told = {entry["answer"] for body in earlier for entry in body["trail"]}
    return tuple(sorted(arrival.interrupts - told))


def _reopen_closed(db: Database, arrival: _Arrival, incident: incidents.IncidentRow) -> None:
    """Who closed it judged something less urgent than what is known now."""
    if not incidents.reopen(db, incident.id):
        return
    closed = {"closed_at": incident.closed_at, "close_reason": incident.close_reason}
    what = {"urgency": arrival.urgency, "was": incident.urgency, **closed}
    incidents.add_event(db, incident.id, arrival.now, "reopened", None, what)
    detail = f"{incident.urgency} to {arrival.urgency}"
    log.add_entry(db, arrival.now, _actor(arrival.sender), "incident.reopened", incident.id, detail)


def _keep(
    db: Database, arrival: _Arrival, incident: incidents.IncidentRow, desk: Desk, event: str, beside: bool = False
) -> receipts.Receipt:
    unsigned = receipts.Receipt(
        arrival.report_id, arrival.revision, arrival.sha256, arrival.now, incident.code, arrival.verified
    )
    receipt = receipts.sign(unsigned, desk.receipt_key)
    add = reports.add_addition if beside else reports.add_revision
    add(
        db,
        reports.RevisionRow(
            report_id=arrival.report_id,
            revision=arrival.revision,
            sha256=arrival.sha256,
            body=_text(arrival.body),
            protocol_hash=arrival.body["protocol"]["hash"],
            trail_problem=arrival.trail_problem,
            verified=int(arrival.verified),
            sent_at=arrival.body["sent_at"],
            received_at=arrival.now,
            receipt=receipt.to_json(),
            left_at=arrival.left_at,
            apart=arrival.apart,
        ),
    )
    _tell_timeline(db, arrival, incident, event)
    detail = f"revision {arrival.revision} sha256 {arrival.sha256}"
    log.add_entry(db, arrival.now, _actor(arrival.sender), "report.received", arrival.report_id, detail)
    return receipt


def _tell_timeline(db: Database, arrival: _Arrival, incident: incidents.IncidentRow, event: str) -> None:
    told = {"report_id": arrival.report_id, "revision": arrival.revision, "late": arrival.late}
    if incident.verified and not arrival.verified:
        told["stranger"] = True
    incidents.add_event(db, incident.id, arrival.now, event, None, {**told, "trail_problem": arrival.trail_problem})


def _actor(sender: Sender | None) -> str:
    return f"device:{sender.device_id}" if sender else "device:not-enrolled"


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
