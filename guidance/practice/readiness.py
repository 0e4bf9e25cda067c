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
# A site's times are those of so many newest runs: what people can do now, read in the same time at any size.
NEWEST_RUNS = 200


@dataclass(frozen=True)
class Readiness:
    """One site. `certified` and `percent` are None when hidden or when the staff count is not known;
    seconds are medians of the newest runs of the last twelve months. `reached` says whether a push has lately reached
    somebody of the site, `hoped` whether it may though none has."""

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
    ids = [site.id for site in sites]
    proven_since = to_text(now - timedelta(days=proof_days))
    reach = rows.reach(db, ids, to_text(now - SEEN_WITHIN), proven_since, to_text(now + LEEWAY))
    certified = _certified(db, now, ids, ground)
    since = to_text(now - RUNS_WITHIN)
    return [
        _of(site, reach[site.id], certified.get(site.id, 0), rows.site_runs(db, site.id, since, NEWEST_RUNS), ground)
        for site in sites
    ]


def set_staff(db: Database, now: datetime, person: Person, site: Site, staff: int | None) -> None:
    """Say how many people work at a site's desk; None when that is not known."""
    rows.set_staff(db, site.id, staff)
    log.add_entry(db, to_text(now), f"person:{person.id}", "site.staff_counted", site.id, str(staff or ""))


def _certified(db: Database, now: datetime, site_ids: Sequence[str], ground: Ground) -> Mapping[str, int]:
    """How many certificates of each site hold. No month is longer than 31 days or shorter than 28."""
    months, found = ground.rules.months, dict[str, int]()
    oldest, surely = now - timedelta(days=31 * months + 2), now - timedelta(days=28 * months - 2)
    for alike in certificates.certificates_alike(db, site_ids, to_text(oldest), to_text(surely)):
        site_id = alike.example.site_id
        if site_id and standing(alike.example, ground, now).current:
            found[site_id] = found.get(site_id, 0) + alike.many
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
        last_practice=runs[0].received_at if runs else "",
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
