"""Which workers live, judged by signs of life that change, and never by what any clock says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Watch:
    """What one worker has seen of the others. `silent` is after how many seconds without a change one counts as dead.

    Moments given in are of `time.monotonic`. A worker that was never seen before counts as living at first: only time
    tells.
    """

    silent: float
    _seen: dict[str, tuple[str, float]] = field(default_factory=dict)

    def look(self, beats: Mapping[str, str], at: float) -> None:
        """Take in the last sign of life of each worker."""
        for name, beat in beats.items():
            known = self._seen.get(name)
            if known is None or known[0] != beat:
                self._seen[name] = (beat, at)
        self._seen = {name: seen for name, seen in self._seen.items() if name in beats or at - seen[1] < self.silent}

    def living(self, at: float, but: str = "") -> list[str]:
        """Who gave a sign of life lately, without the one called `but`."""
        return [name for name, (_, changed) in self._seen.items() if name != but and at - changed < self.silent]
