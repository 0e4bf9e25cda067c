"""How ready each site is: who is certified, when it last practised, how fast, and whether alerts can reach anyone.

Numbers that speak of fewer than five people are None and shown as hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from guidance.clock import LEEWAY, to_text
from guidance.practice.certificates import Ground, standing
from guidance.practice.results import median
from guidance.practice.small_numbers import FEWEST, shown
from guidance.store import certificates, log
from guidance.store import readiness as rows
from guidance.store.people import Person, Site
from guidance.store.readiness import Reach, SiteRun

SEEN_WITHIN = timedelta(days=30)
RUNS_WITHIN = timedelta(days=365)
PROOF_DAYS = 30
MOST_STAFF = 20_000


@dataclass(frozen=True)
class Readiness:
    """One site. `certified` and `percent` are None when hidden or when the staff count is not known;
    seconds are medians of the last twelve months. `reached` says whether a push has lately reached somebody of the
    site, `hoped` whether it may though none has."""

    site: Site
    staff: int | None
    certified: int | None
    percent: int | None
    last_practice: str
    seconds_to_outcome: float | None
    seconds_to_alert: float | None
    phones: int
    phones_seen: int
    reached: bool
    hoped: bool


def gather(
    db: Database, now: datetime, sites: Sequence[Site], ground: Ground, proof_days: int = PROOF_DAYS
) -> list[Readiness]:
    """The readiness of these sites, in their order. A proof that alerts arrive counts for `proof_days`."""
    proven_since = to_text(now - timedelta(days=proof_days))
    reach = rows.reach(db, to_text(now - SEEN_WITHIN), proven_since, to_text(now + LEEWAY))
    runs: dict[str, list[SiteRun]] = {}
    for run in rows.site_runs(db, to_text(now - RUNS_WITHIN)):
        runs.setdefault(run.site_id, []).append(run)
    certified = _certified(db, now, ground)
    return [_of(site, reach[site.id], certified.get(site.id, 0), runs.get(site.id, []), ground) for site in sites]


def set_staff(db: Database, now: datetime, person: Person, site: Site, staff: int | None) -> None:
    """Say how many people work at a site's desk; None when that is not known."""
    rows.set_staff(db, site.id, staff)
    log.add_entry(db, to_text(now), f"person:{person.id}", "site.staff_counted", site.id, str(staff or ""))


def _certified(db: Database, now: datetime, ground: Ground) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for row in certificates.certificates_of_sites(db):
        if row.site_id and standing(row, ground, now).current:
            found[row.site_id] = found.get(row.site_id, 0) + 1
    return found


def _of(site: Site, reach: Reach, certified: int, runs: list[SiteRun], ground: Ground) -> Readiness:
    known = shown(certified) if reach.staff is None or reach.staff >= FEWEST else None
    percent = min(100, round(100 * known / reach.staff)) if known is not None and reach.staff else None
    enough = len({run.person for run in runs}) >= FEWEST
    right = [run.seconds_to_outcome for run in runs if _right(run, ground)]
    return Readiness(
        site=site,
        staff=reach.staff,
        certified=known,
        percent=percent,
        last_practice=runs[-1].received_at if runs else "",
        seconds_to_outcome=median(right) if enough else None,
        seconds_to_alert=median(run.seconds_to_alert for run in runs) if enough else None,
        phones=reach.phones,
        phones_seen=reach.phones_seen,
        reached=reach.proven > 0,
        hoped=reach.hoped > 0,
    )


def _right(run: SiteRun, ground: Ground) -> bool:
    scenario = ground.shelf.get(run.scenario_id)
    return scenario is not None and run.outcome == scenario.expected.outcome
