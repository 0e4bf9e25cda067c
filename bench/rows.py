"""One measured number beside its aim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measurement. `aim` is what it should be at least (`at_least`) or at most; None where there is no aim."""

    name: str
    value: float
    unit: str
    aim: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.at_least else self.value <= self.aim

    def __str__(self) -> str:
        if self.aim is None:
            return f"{self.name:<66} {self.value:>10.3f} {self.unit}"
        sign, verdict = ("≥" if self.at_least else "≤"), ("met" if self.met else "MISSED")
        return f"{self.name:<66} {self.value:>10.3f} {self.unit:<12} aim {sign} {self.aim:g}  {verdict}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
