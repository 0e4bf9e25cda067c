"""After a long stop or a restore: what is too old to help is told once, together, and not in a flood.

Only the time that no worker lived makes an alert too old here, never the age of one that workers dealt with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlite_utils import Database

from guidance.alert.policy import LAST_TIER, REPEATED_FOR, Candidate, Policy, Target, targets_so_far
from guidance.clock import from_text, to_text
from guidance.store import alerts, folded
from guidance.store.alerts import AlertRow
from guidance.store.folded import SummaryRow
from guidance.store.incidents import add_event


@dataclass(frozen=True)
class Folding:
    """How many alerts were too old to help, and how many devices and addresses are told of them."""

    alerts: int = 0
    targets: int = 0


def was_away(now: datetime, last_beat: str | None, policy: Policy) -> bool:
    """Whether no worker lived for so long that what waited meanwhile may be too old to help."""
    return last_beat is None or now - from_text(last_beat) > _too_old(policy)


def fold_stale(db: Database, now: datetime, last_beat: str | None, policy: Policy) -> Folding:
    """Tell all alerts that are overdue for longer than `stale_minutes` in one message for each device and address.

    Their own messages are given up and nobody is told of them again. What came later goes out as ever.
    """
    raised_since = to_text(from_text(last_beat) - REPEATED_FOR) if last_beat else ""
    stale = folded.overdue_alerts(db, to_text(now - _too_old(policy)), raised_since)
    meant: dict[Target, list[AlertRow]] = {}
    for alert in stale:
        site_id = alerts.site_to_page(db, alert.incident_id) or ""
        candidates = [Candidate(**vars(row)) for row in alerts.candidates(db, site_id)]
        for target in targets_so_far(LAST_TIER, candidates, policy):
            meant.setdefault(target, []).append(alert)
        folded.fold(db, alert.id, LAST_TIER, to_text(now))
        add_event(db, alert.incident_id, to_text(now), "told_together", None, {"alerts": len(stale)})
    for target, of in meant.items():
        first = min(of, key=lambda alert: (alert.urgency != "urgent", _newest_first(alert)))
        many = len(of) if len(of) > 1 else 0
        row = SummaryRow(str(uuid4()), first.id, LAST_TIER, target.person_id, target.channel, target.target, many)
        folded.add_summary(db, row, to_text(now))
    return Folding(len(stale), len(meant))


def unfold_young(db: Database, now: datetime, policy: Policy) -> int:
    """Take up again what was folded by a clock that ran ahead: by the present one it is not old; returns how many."""
    return folded.unfold(db, to_text(now - _too_old(policy)), to_text(now))


def _too_old(policy: Policy) -> timedelta:
    return timedelta(minutes=policy.stale_minutes)


def _newest_first(alert: AlertRow) -> float:
    return -from_text(alert.created_at).timestamp()
