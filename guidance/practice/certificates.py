"""Certificates: earned by runs that the server has, pinned to protocol versions, ended by age or a new edition.

Nothing personal is kept but an e-mail address for one reminder, if the holder wants it, until that was sent.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from uuid import uuid4

from sqlite_utils import Database

from guidance.city_time import day_of, day_of_text
from guidance.clock import to_text
from guidance.people.budget import Limits, require_practice_room, spend
from guidance.people.tokens import new_code
from guidance.practice.certificate_rules import Rules
from guidance.practice.load import ScenarioShelf
from guidance.protocol.load import Library
from guidance.protocol.model import Protocol
from guidance.store import certificates as rows
from guidance.store import log, practice_runs
from guidance.store.certificates import CertificateRow, Pinned
from guidance.store.practice_runs import RunId, RunRow
from guidance.translations.languages import DEFAULT

# So many certificates within an hour may name one address for their reminder.
MOST_FOR_ADDRESS = 3
ADDRESS_WINDOW = timedelta(hours=1)
FindProtocol = Callable[[Database, str], Protocol | None]


@dataclass(frozen=True)
class Ground:
    """What certificates are judged by besides the store. Their days are those of the city's time zone."""

    rules: Rules
    shelf: ScenarioShelf
    library: Library
    find_protocol: FindProtocol
    zone: tzinfo
    limits: Limits = Limits()


@dataclass(frozen=True)
class Wish:
    """What a holder asks for. `site_id` is that of the phone, None when it is not enrolled; `locale` its language."""

    role: str
    site_type: str
    runs: tuple[RunId, ...]
    site_id: str | None = None
    reminder_email: str | None = None
    locale: str = DEFAULT


class NotEarned(Exception):
    """The pass mark is not met; `missing` are the ids of the scenarios that still need a passed run."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = tuple(missing)


class AddressTooOften(Exception):
    """Several certificates of the last hour are to remind the same address: somebody may mean to fill a mailbox."""


@dataclass(frozen=True)
class Standing:
    """Whether a certificate holds. `last_day` is the last one by age; `risen` are the ids of protocols whose edition
    rose since, or that are no longer published."""

    last_day: date
    too_old: bool
    risen: tuple[str, ...]

    @property
    def current(self) -> bool:
        """Neither too old nor overtaken."""
        return not self.too_old and not self.risen


def issue(db: Database, now: datetime, wish: Wish, ground: Ground) -> CertificateRow:
    """Give a certificate for runs that meet the pass mark. Asking twice gives the same one.

    Raises `NotEarned`, or `AddressTooOften` when many certificates have just named the same address for a reminder.

    A run counts for one certificate of a role and site type, so that passing once is not passing for many.
    """
    runs = practice_runs.newest_runs(db, wish.runs)
    earlier = rows.certificates_with_runs(db, wish.role, wish.site_type, [run.id for run in runs])
    used = {id for each in earlier for id in each.runs}
    chosen = _counting(db, now, wish, [run for run in runs if run.id not in used], ground)
    if len(chosen) < ground.rules.needed(wish.role, wish.site_type):
        again = next((each for each in earlier if standing(each, ground, now).current), None)
        if again is not None:
            return again
        raise NotEarned([id for id in ground.rules.required(wish.role, wish.site_type) if id not in chosen])
    _bound_address(db, now, wish.reminder_email)
    row = CertificateRow(
        id=str(uuid4()),
        code=new_code(),
        role=wish.role,
        site_type=wish.site_type,
        site_id=wish.site_id or _site_of(chosen.values()),
        issued_at=to_text(now),
        protocols=_pinned(db, chosen.values(), ground),
        runs=tuple(sorted(run.id for run in chosen.values())),
        reminder_email=wish.reminder_email,
        locale=wish.locale,
    )
    require_practice_room(ground.limits)
    if wish.site_id is None:
        spend(db, now, "practice", ground.limits, json.dumps(row.runs), row.reminder_email or "")
    rows.add_certificate(db, row)
    log.add_entry(db, row.issued_at, "system", "practice.certificate_issued", row.id, f"{row.role} {row.site_type}")
    return row


def standing(row: CertificateRow, ground: Ground, now: datetime) -> Standing:
    """Whether a certificate holds at a moment."""
    last_day = months_later(day_of_text(row.issued_at, ground.zone), ground.rules.months)
    risen = [id for id, pinned in row.protocols.items() if _overtaken(id, pinned, ground)]
    return Standing(last_day, day_of(now, ground.zone) > last_day, tuple(sorted(risen)))


def months_later(day: date, months: int) -> date:
    """The same day some months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _bound_address(db: Database, now: datetime, address: str | None) -> None:
    since = to_text(now - ADDRESS_WINDOW)
    if address and rows.count_for_address(db, address, since) >= MOST_FOR_ADDRESS:
        raise AddressTooOften


def _counting(db: Database, now: datetime, wish: Wish, runs: Sequence[RunRow], ground: Ground) -> Mapping[str, RunRow]:
    """The newest run that counts of each required scenario."""
    required = ground.rules.required(wish.role, wish.site_type)
    return {run.scenario_id: run for run in runs if run.scenario_id in required and _counts(db, now, run, ground)}


def _counts(db: Database, now: datetime, run: RunRow, ground: Ground) -> bool:
    """Passed, young enough, and walked on the present edition of its protocol."""
    walked = ground.find_protocol(db, run.protocol_hash)
    today = ground.library.get(walked.id) if walked else None
    young = day_of(now, ground.zone) <= months_later(day_of_text(run.received_at, ground.zone), ground.rules.months)
    return bool(run.passed) and young and walked is not None and today is not None and walked.edition == today.edition


def _pinned(db: Database, runs: Collection[RunRow], ground: Ground) -> dict[str, Pinned]:
    found: dict[str, Pinned] = {}
    for run in runs:
        protocol = ground.find_protocol(db, run.protocol_hash)
        # Of several versions the oldest is named: that one was practised, whatever came later.
        if protocol and (protocol.id not in found or protocol.version < found[protocol.id].version):
            found[protocol.id] = Pinned(protocol.version, protocol.edition, protocol.hash)
    return dict(sorted(found.items()))


def _site_of(runs: Collection[RunRow]) -> str | None:
    sites = {run.site_id for run in runs if run.site_id}
    return sites.pop() if len(sites) == 1 else None


def _overtaken(id: str, pinned: Pinned, ground: Ground) -> bool:
    today = ground.library.get(id)
    return today is None or today.edition > pinned.edition
