"""What became of a report, for the phone that filed it: received, alerted, who has it, what counsel advises."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from guidance.incident.desk import CLOSE_REASONS
from guidance.store import incidents, people, reports

# How many notes a phone is told of: the last ones.
MOST_NOTES = 50


@dataclass(frozen=True)
class Spoke:
    """Who did something (a title where there is one, else a name), when (UTC text), and their words."""

    by: str
    at: str
    text: str = ""


@dataclass(frozen=True)
class Progress:
    """`state` is received, alerted, acknowledged or closed; `close_reason` is a code of `CLOSE_REASONS`, else empty."""

    id: str
    state: str
    code: str
    verified: bool
    received_at: str
    alerted_people: int
    acknowledged: Spoke | None
    notes: tuple[Spoke, ...]
    closed: Spoke | None
    close_reason: str = ""


def may_follow(report: reports.ReportRow, device_id: str | None) -> bool:
    """Whether this device filed the report.

    A report from a phone that is not enrolled is followed by whoever knows its id, which only that phone does.
    """
    return report.device_id is None or report.device_id == device_id


def progress_of(db: Database, report: reports.ReportRow) -> Progress:
    """The report's progress as it stands."""
    incident = incidents.find_incident(db, report.incident_id)
    assert incident is not None, "a report without its incident cannot be: a foreign key holds them together"
    notes = incidents.latest_events(db, incident.id, MOST_NOTES, kind="desk_note")
    alerted = incidents.people_alerted(db, incident.id)
    return Progress(
        id=report.id,
        state=_state(incident, alerted),
        code=incident.code,
        verified=bool(incident.verified),
        received_at=report.received_at,
        alerted_people=alerted,
        acknowledged=_spoke(db, incident.acknowledged_by, incident.acknowledged_at),
        notes=tuple(Spoke(_name(db, event.person_id), event.at, event.data["text"]) for event in notes),
        closed=_closed(db, incident),
        close_reason=incident.close_reason or "",
    )


def _state(incident: incidents.IncidentRow, alerted: int) -> str:
    if incident.state != "open":
        return incident.state
    return "alerted" if alerted else "received"


def _closed(db: Database, incident: incidents.IncidentRow) -> Spoke | None:
    reason = CLOSE_REASONS.get(incident.close_reason or "", "")
    return _spoke(db, incident.closed_by, incident.closed_at, reason)


def _spoke(db: Database, person_id: str | None, at: str | None, text: str = "") -> Spoke | None:
    return Spoke(_name(db, person_id), at, text) if at else None


def _name(db: Database, person_id: str | None) -> str:
    person = people.anyone(db, person_id) if person_id else None
    return (person.title or person.name) if person else ""
