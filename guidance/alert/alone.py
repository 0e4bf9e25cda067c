"""Working through many rows so that one that cannot be worked on never keeps the others from their turn."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlite_utils import Database

from guidance.store.db import part_of

logger = logging.getLogger("guidance.alert")

LEFT_SECONDS = 60.0
Row = TypeVar("Row")


@dataclass
class Aside:
    """Rows that failed a moment ago, by id; they are tried again after a minute of `time.monotonic`."""

    _until: dict[str, float] = field(default_factory=dict)

    def each(self, db: Database, rows: Iterable[Row], key: Callable[[Row], str], act: Callable[[Row], object]) -> int:
        """Act upon each row in a part of the transaction of its own; returns for how many the act was true.

        What a failed act wrote is taken back, the failure is logged, and the next row has its turn. A store that is
        busy or full fails as a whole: `sqlite3.OperationalError` goes through.
        """
        done = 0
        for row in rows:
            if time.monotonic() < self._until.get(key(row), 0.0):
                continue
            try:
                with part_of(db):
                    done += bool(act(row))
                self._until.pop(key(row), None)
            except sqlite3.OperationalError:
                raise
            except Exception:
                logger.exception("%s cannot be worked on; it is tried again in a minute", key(row))
                self._until[key(row)] = time.monotonic() + LEFT_SECONDS
        return done
