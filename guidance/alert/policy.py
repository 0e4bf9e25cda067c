"""Who is told in which tier. Pure rules over values; the plan and the worker apply them.

Tier 1: the site's supervisors and the committee on duty. Tier 2: everyone on the committee, by e-mail too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from guidance.settings import Settings

FIRST_TIER, LAST_TIER = 1, 2
# For how long after it was raised an alert that nobody has is tried and told again.
REPEATED_FOR = timedelta(days=1)

Channel = Literal["push", "email"]


@dataclass(frozen=True)
class Candidate:
    """Someone who might be told: what the person is to this site, and where the person can be reached."""

    person_id: str
    supervisor: bool
    committee: bool
    on_duty: bool
    devices: tuple[str, ...]
    email: str


@dataclass(frozen=True)
class Policy:
    """`tier_seconds` until the next tier is told; `email` says whether e-mail can be sent at all.

    Once the last tier is told, everyone is told again each `repeat_seconds` (0: never). What waited for longer than
    `stale_minutes` while no worker lived is told together.
    """

    tier_seconds: int = 120
    email: bool = False
    repeat_seconds: int = 300
    stale_minutes: int = 240


@dataclass(frozen=True)
class Target:
    """One device (id of its subscription) or one address of one person."""

    person_id: str
    channel: Channel
    target: str


def pages(urgency: str, site_id: str | None) -> bool:
    """Whether an incident may reach anyone's phone: low urgency never does.

    `site_id` is that of an incident which an enrolled device stands behind, None for any other: those never do.
    """
    return site_id is not None and urgency in ("urgent", "normal")


def in_tier(tier: int, candidate: Candidate) -> bool:
    """Whether a tier means this person."""
    if tier == FIRST_TIER:
        return candidate.supervisor or (candidate.committee and candidate.on_duty)
    return candidate.committee


def targets(tier: int, candidates: Sequence[Candidate], policy: Policy) -> tuple[Target, ...]:
    """Every device and address that a tier reaches; empty when nobody of it can be reached."""
    told = [candidate for candidate in candidates if in_tier(tier, candidate)]
    found = [Target(each.person_id, "push", device) for each in told for device in each.devices]
    if policy.email and tier == LAST_TIER:
        found += [Target(each.person_id, "email", each.email) for each in told if each.email]
    return tuple(found)


def targets_so_far(tier: int, candidates: Sequence[Candidate], policy: Policy) -> tuple[Target, ...]:
    """Every device and address of all tiers up to this one, each once."""
    tiers = range(FIRST_TIER, tier + 1)
    return tuple(dict.fromkeys(each for number in tiers for each in targets(number, candidates, policy)))


def people(found: Sequence[Target]) -> int:
    """How many people these targets reach."""
    return len({target.person_id for target in found})


def policy_of(settings: Settings) -> Policy:
    """The policy that an installation has chosen."""
    return Policy(settings.tier_seconds, bool(settings.smtp_url), settings.repeat_seconds, settings.stale_minutes)
