"""The memory that visitors hold together: request bodies on their way in, and answers on their way out."""

from __future__ import annotations

from collections.abc import Callable


class Held:
    """Counts bytes per exchange. Beyond the limit it ends the oldest exchanges with strangers, not of others."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.total = 0
        self._strangers: dict[int, Callable[[], None]] = {}
        self._sizes: dict[int, int] = {}

    def take(self, exchange: int, size: int, known: bool, abort: Callable[[], None]) -> None:
        """Count `size` more bytes for an exchange; `abort` ends it when somebody else needs the memory more."""
        self.total += size
        self._sizes[exchange] = self._sizes.get(exchange, 0) + size
        if not known:
            self._strangers.setdefault(exchange, abort)
        while self.total > self._limit and self._strangers:
            oldest = next(iter(self._strangers))
            end = self._strangers.pop(oldest)
            self.total -= self._sizes.pop(oldest, 0)
            end()

    def give_back(self, exchange: int) -> None:
        """The exchange is over, or its body is with the application."""
        self._strangers.pop(exchange, None)
        self.total -= self._sizes.pop(exchange, 0)
