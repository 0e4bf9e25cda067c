"""What the lint finds. For lint.py, its rule modules and whoever shows findings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One reason to refuse a protocol: a stable code, `protocol` or `protocol/step`, and what to do."""

    code: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} [{self.code}]"
