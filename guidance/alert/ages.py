"""How old alerts are by a worker's own `time.monotonic`: a clock that is stepped makes none too old to repeat."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from guidance.alert.policy import REPEATED_FOR
from guidance.clock import LEEWAY, from_text, to_text
from guidance.store import alerts

LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class _Seen:
    """When a worker saw an alert first, and how old it was then, in seconds."""

    at: float
    age: float

    def age_at(self, at: float) -> float:
        """How old it is at a later moment."""
        return self.age + at - self.at


@dataclass
class Ages:
    """The young alerts that one worker has seen. Moments given in are of `time.monotonic`."""

    _seen: dict[str, _Seen] = field(default_factory=dict)
    _looked: float = field(default=float("-inf"))

    def mend(self, db: Database, now: datetime, at: float) -> int:
        """Write a true time of raising where the clock makes a young alert look old, or raised in the future.

        Returns for how many. Only what was young when first seen is mended: after a long stop, old alerts are old.
        """
        if at - self._looked < LOOK_SECONDS:
            return 0
        self._looked = at
        since, until = to_text(now - REPEATED_FOR), to_text(now + LEEWAY)
        self._seen = {id: seen for id, seen in self._seen.items() if seen.age_at(at) < REPEATED_FOR.total_seconds()}
        wrong = alerts.raised_outside(db, list(self._seen), since, until)
        for alert_id in wrong:
            alerts.set_raised(db, alert_id, to_text(now - timedelta(seconds=self._seen[alert_id].age_at(at))))
        for alert_id, raised in alerts.active_since(db, since).items():
            if alert_id not in self._seen:
                self._seen[alert_id] = _Seen(at, max((now - from_text(raised)).total_seconds(), 0.0))
        return len(wrong)
