"""Scenarios assigned to sites between two days: who may assign, and what a phone of a site is to practise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlite_utils import Database

from guidance.clock import to_text
from guidance.people.scope import trained_sites, trains
from guidance.practice.classes import NotDone
from guidance.practice.scenario import Scenario
from guidance.store import log, people
from guidance.store import practice_assignments as rows
from guidance.store.people import Person
from guidance.store.practice_assignments import AssignmentRow
from guidance.translations.mark import N_, Said

# What was not done in time can still be done for this long; then it leaves the phone.
GRACE = timedelta(days=14)


def assign(
    db: Database,
    now: datetime,
    trainer: Person,
    scenario: Scenario,
    site_ids: Sequence[str],
    from_on: date,
    due_on: date,
) -> int:
    """Assign a scenario to sites that the trainer trains; returns to how many. Raises `NotDone`.

    A site that has the same scenario for the same days keeps the one it has.
    """
    if due_on < from_on:
        raise NotDone(N_("The last day comes before the first one."))
    reach = {site.id: site for site in trained_sites(trainer, people.sites(db))}
    wanted = [reach[each] for each in dict.fromkeys(site_ids) if each in reach]
    if not wanted:
        raise NotDone(N_("Choose at least one site."))
    if any(site.type != scenario.site_type for site in wanted):
        raise NotDone(Said(N_("“%(title)s” is for sites of another type."), title=scenario.title))
    new = [site for site in wanted if not rows.is_assigned(db, site.id, scenario.id, due_on.isoformat())]
    for site in new:
        row = AssignmentRow(
            str(uuid4()), scenario.id, site.id, from_on.isoformat(), due_on.isoformat(), trainer.id, to_text(now)
        )
        rows.add_assignment(db, row)
        log.add_entry(db, row.created_at, f"person:{trainer.id}", "practice.assigned", site.id, scenario.id)
    return len(wanted)


def standing(
    db: Database, today: date, trainer: Person, *, offset: int = 0, limit: int = 500
) -> tuple[list[AssignmentRow], int]:
    """The assignments of the sites that a trainer trains, until their grace is over, and how many there are.

    `today` is the city's day. `limit` of them after the first `offset`, the first due first.
    """
    site_ids = tuple(site.id for site in trained_sites(trainer, people.sites(db)))
    found = rows.assignments(db, site_ids, _last_day(today), offset=offset, limit=limit)
    return found, rows.count_assignments(db, site_ids, _last_day(today))


def may_withdraw(trainer: Person, found: AssignmentRow) -> bool:
    """Whether an assignment exists for a trainer."""
    return trains(trainer, found.agency_id)


def withdraw(db: Database, now: datetime, trainer: Person, found: AssignmentRow) -> None:
    """Take an assignment back; runs that were made for it stay."""
    if rows.withdraw(db, found.id, to_text(now)):
        log.add_entry(db, to_text(now), f"person:{trainer.id}", "practice.withdrawn", found.site_id, found.scenario_id)


def assigned_to(db: Database, today: date, site_id: str) -> list[AssignmentRow]:
    """What a site is to practise on the city's day `today`, the first due first. What is overdue stays through its
    grace."""
    return rows.assignments(db, (site_id,), _last_day(today), begun_by=today.isoformat())


def _last_day(today: date) -> str:
    return (today - GRACE).isoformat()
