"""What the incident page shows, gathered in one read: reports with facts and trail in words, timeline, deliveries.

A report holds codes, so that everyone reads it in the own language; what people typed stays as written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from guidance.clock import from_text
from guidance.incident.codes import codes_of, put_back, texts_apart
from guidance.incident.urgency import waited, waited_too_long
from guidance.protocol.model import BACK, Outcome, Protocol
from guidance.protocol.replay import replay
from guidance.store import board, incidents, people, reports
from guidance.store.board import BoardRow, DeliveryRow
from guidance.translations.recognised import trail_problem
from guidance.web import content
from guidance.web.board_words import CHANNELS, DELIVERIES, delay_words, event_words, trouble_words, who_words
from guidance.web.context import Parts
from guidance.web.gettext import _, listed, ngettext, said
from guidance.web.typed import hour_words

# How many additions of phones that are not joined a page shows of one report.
SHOWN_APART = 10
# How many entries of a timeline and how many deliveries a page shows.
SHOWN_EVENTS, SHOWN_DELIVERIES = 200, 200
# Two clocks that differ by less count as one.
CLOCKS_AGREE = timedelta(minutes=2)


@dataclass(frozen=True)
class Walked:
    """One entry of a trail: what was asked, what was answered, when by the phone's clock."""

    ask: str
    answer: str
    at: str


@dataclass(frozen=True)
class ReportView:
    """One report as it stands after its newest revision, or one doubtful revision.

    `facts` are (screen, ((label, words), …)); times are text.
    """

    revision: int
    sent_at: str
    received_at: str
    facts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    trail: tuple[Walked, ...]
    outcome: Outcome | None
    protocol: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Happening:
    """One entry of the timeline."""

    at: str
    kind: str
    words: str
    text: str


@dataclass(frozen=True)
class Attempt:
    """How one attempt to reach one person went."""

    person_name: str
    person_title: str
    state: str
    words: str


@dataclass(frozen=True)
class IncidentPage:
    """Everything that the page shows about one incident. `earlier` is the number before which older entries of the
    timeline are, or None."""

    row: BoardRow
    reports: tuple[ReportView, ...]
    timeline: tuple[Happening, ...]
    deliveries: tuple[Attempt, ...]
    last_event: int
    earlier: int | None


def gather(db: Database, here: Parts, row: BoardRow, before: int | None = None) -> IncidentPage:
    """Read one incident, with its timeline up to an event (None: up to now). The caller has made sure that it may be
    seen."""
    events = incidents.latest_events(db, row.id, SHOWN_EVENTS + 1, before=before)
    shown = events[-SHOWN_EVENTS:]
    names = {id: people.person(db, id) for id in {event.person_id for event in shown if event.person_id}}
    return IncidentPage(
        row,
        tuple(view for each in reports.reports_of(db, row.id) for view in _report(db, here, row, each)),
        tuple(_happening(names, event) for event in shown),
        tuple(_attempt(each) for each in board.deliveries(db, row.id, SHOWN_DELIVERIES)),
        incidents.last_event_of(db, row.id),
        shown[0].seq if len(events) > len(shown) else None,
    )


def _attempt(row: DeliveryRow) -> Attempt:
    spent = delay_words(row.created_at, row.finished_at) if row.state in {"sent", "failed"} else ""
    tries = ngettext("%(num)s try", "%(num)s tries", row.attempt) if row.attempt > 1 else ""
    what = _("%(channel)s: %(state)s", channel=CHANNELS[row.channel], state=DELIVERIES[row.state])
    trouble = trouble_words(row.detail) if row.state in {"queued", "failed"} else ""
    return Attempt(row.person_name, row.person_title, row.state, listed((what, spent, tries, trouble)))


def _happening(names: Mapping[str, people.Person | None], event: incidents.EventRow) -> Happening:
    person = names.get(event.person_id or "")
    who = who_words(person.name, person.title) if person else _("Someone who is no longer here")
    words = event_words(event.kind, event.data, who)
    return Happening(event.at, event.kind, words, str(event.data.get("text", "")))


def _report(db: Database, here: Parts, row: BoardRow, report: reports.ReportRow) -> list[ReportView]:
    """A report over all its revisions. Of a verified incident, what others added stands apart, each by itself."""
    trusted, doubted, hidden = _by_trust(db, row, report)
    late = here.settings.late_report_hours
    views = [_merged(here, db, row, trusted, _flags(db, trusted[-1], late))] if trusted else []
    for number, each in enumerate(doubted):
        views.append(_merged(here, db, row, [each], _doubts(each, 0 if number else hidden)))
    return views


def _by_trust(
    db: Database, row: BoardRow, report: reports.ReportRow
) -> tuple[list[reports.RevisionRow], list[reports.RevisionRow], int]:
    """What counts, what stands apart (the newest of it), and how much of that is not shown.

    Where a colleague's phone added something, all that counts is read by arrival: what came later counts over what was
    known before. Of an incident that is not verified, everything counts.
    """
    kinds = (True,) if row.verified else (True, False)
    if row.verified:
        trusted = reports.revisions_by_trust(db, report.id, verified=True)
    else:
        trusted = reports.revisions_of(db, report.id)
    added = [each for kind in kinds for each in reports.additions_by_trust(db, report.id, verified=kind, limit=200)]
    trusted = [*trusted, *added]
    if any(each.verified for each in added):
        trusted.sort(key=lambda each: each.received_at)
    if not row.verified:
        return trusted, [], 0
    apart = [
        *reports.revisions_by_trust(db, report.id, verified=False, limit=SHOWN_APART),
        *reports.additions_by_trust(db, report.id, verified=False, limit=SHOWN_APART),
    ]
    doubted = sorted(apart, key=lambda each: each.received_at)[-SHOWN_APART:]
    many = reports.count_revisions(db, report.id, verified=False) + reports.count_additions(
        db, report.id, verified=False
    )
    return trusted, doubted, many - len(doubted)


def _doubts(revision: reports.RevisionRow, hidden: int) -> list[str]:
    found = [_("Added by a phone that is not joined to this site")]
    if revision.trail_problem:
        found.append(_("The trail does not replay: %(problem)s", problem=said(trail_problem(revision.trail_problem))))
    if hidden:
        found.append(ngettext("%(num)s earlier one is kept", "%(num)s earlier ones are kept", hidden))
    return found


def _merged(
    here: Parts, db: Database, row: BoardRow, revisions: list[reports.RevisionRow], flags: list[str]
) -> ReportView:
    newest = revisions[-1]
    bodies: list[Mapping[str, Any]] = [json.loads(each.body) for each in revisions]
    # A phone forgets what was received, so that a further revision holds only what is new.
    facts = {name: value for body in bodies for name, value in body.get("facts", {}).items()}
    place = max((number for number, body in enumerate(bodies) if body["trail"]), default=len(bodies) - 1)
    protocol_hash = revisions[place].protocol_hash
    walked = here.shelf.find(db, protocol_hash)
    known = codes_of((), [walked] if walked else [])
    trail = put_back(bodies[place], revisions[place].apart, known)["trail"]
    protocol = content.protocol(walked) if walked else None
    position = replay(protocol, trail, row.site_type).position if protocol else ""
    unknown = _unknown(revisions)
    return ReportView(
        newest.revision,
        newest.sent_at,
        newest.received_at,
        _facts(facts),
        trail_words(protocol, trail),
        protocol.outcomes.get(position) if protocol else None,
        _version(protocol, protocol_hash),
        (*flags, *unknown),
    )


def _unknown(revisions: list[reports.RevisionRow]) -> list[str]:
    """What came where codes belong and is none, as text: isolated, so that it cannot turn the line around."""
    texts = dict.fromkeys(text for each in revisions for text in texts_apart(each.apart))
    shown = listed(tuple(f"\u2068{text}\u2069" for text in list(texts)[:SHOWN_APART]))
    return [_("Not known in any published version: %(words)s", words=shown)] if texts else []


def _facts(facts: Mapping[str, Any]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    return tuple(
        (title, tuple((field.label, field.words(value, listed, hour_words)) for field, value in given))
        for title, given in content.catalog().described(facts)
    )


def trail_words(protocol: Protocol | None, trail: list[Mapping[str, Any]]) -> tuple[Walked, ...]:
    """A trail with the wording of the version that was walked; what that version does not hold is shown by its id."""
    return tuple(
        Walked(
            _asked(protocol, str(entry.get("step", ""))),
            _answered(protocol, str(entry.get("step", "")), str(entry.get("answer", ""))),
            str(entry.get("at", "")),
        )
        for entry in trail
    )


def _asked(protocol: Protocol | None, step: str) -> str:
    if protocol and step in protocol.steps:
        return protocol.steps[step].ask
    return protocol.outcomes[step].headline if protocol and step in protocol.outcomes else step


def _answered(protocol: Protocol | None, step: str, answer: str) -> str:
    if answer == BACK:
        return _("Went back")
    if protocol is None:
        return answer
    found = protocol.steps[step].answers if step in protocol.steps else ()
    words = {each.id: each.text for each in protocol.interrupts} | {each.id: each.text for each in found}
    return words.get(answer, answer)


def _version(protocol: Protocol | None, content_hash: str) -> str:
    if protocol is None:
        return _("a version that was never published here (%(hash)s)", hash=content_hash[:12])
    return _("“%(title)s”, version %(n)s (%(hash)s)", title=protocol.title, n=protocol.version, hash=content_hash[:12])


def _flags(db: Database, newest: reports.RevisionRow, late_hours: int) -> list[str]:
    found = []
    if newest.trail_problem:
        found.append(_("The trail does not replay: %(problem)s", problem=said(trail_problem(newest.trail_problem))))
    variants = reports.count_variants(db, newest.report_id)
    if variants:
        found.append(
            ngettext(
                "%(num)s other content under the same revision is kept",
                "%(num)s other contents under the same revision are kept",
                variants,
            )
        )
    left_at = from_text(newest.left_at) if newest.left_at else None
    received_at = from_text(newest.received_at)
    if waited_too_long(waited(from_text(newest.sent_at), left_at, received_at), late_hours):
        found.append(_("It arrived late: it was written long before it came"))
    if left_at and abs(left_at - received_at) > CLOCKS_AGREE:
        found.append(_clocks(left_at, received_at))
    return found


def _clocks(phone: datetime, server: datetime) -> str:
    minutes = round(abs(phone - server).total_seconds() / 60)
    if phone < server:
        return _("The phone’s clock is %(minutes)s min behind the server’s", minutes=minutes)
    return _("The phone’s clock is %(minutes)s min ahead of the server’s", minutes=minutes)
