"""How old alerts are by a worker's own `time.monotonic`: a clock that is stepped makes none too old to repeat."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from guidance.alert.policy import REPEATED_FOR
from guidance.clock import LEEWAY, to_text
from guidance.store import alerts

LOOK_SECONDS = 0.5


@dataclass
class Ages:
    """The young alerts that one worker has seen, each with the moment (of `time.monotonic`) when it saw it first."""

    _seen: dict[str, float] = field(default_factory=dict)
    _looked: float = field(default=float("-inf"))

    def mend(self, db: Database, now: datetime, at: float) -> int:
        """Write a true time of raising where the clock makes a young alert look old, or raised in the future.

        Returns for how many. Only what was young when first seen is mended: after a long stop, old alerts are old.
        """
        if at - self._looked < LOOK_SECONDS:
            return 0
        self._looked = at
        since, until = to_text(now - REPEATED_FOR), to_text(now + LEEWAY)
        self._seen = {id: first for id, first in self._seen.items() if at - first < REPEATED_FOR.total_seconds()}
        wrong = alerts.raised_outside(db, list(self._seen), since, until)
        for alert_id in wrong:
            raised = now - timedelta(seconds=at - self._seen[alert_id])
            alerts.set_raised(db, alert_id, to_text(raised))
        for alert_id in alerts.active_since(db, since):
            self._seen.setdefault(alert_id, at)
        return len(wrong)
