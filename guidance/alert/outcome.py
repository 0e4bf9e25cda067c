"""What an answer to one send means: sent, gone, once more, or failed. Pure; the worker writes it down.

Delays in seconds. A refusal of our signature or a full queue is never taken for the end of a subscription.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

# Before the 2nd, 3rd … attempt; after the last one the delivery has failed.
DELAYS = (2.0, 5.0, 15.0, 30.0, 60.0)
LONGEST_WAIT = 60.0
JITTER = 0.1

Jitter = Callable[[], float]


@dataclass(frozen=True)
class Answer:
    """How one send ended: an HTTP status, or `problem`, a code such as `timeout`. `final`: do not try again."""

    status: int | None = None
    problem: str = ""
    retry_after: str | None = None
    final: bool = False

    @property
    def code(self) -> str:
        """A few characters for the delivery's row."""
        return self.problem or str(self.status)


@dataclass(frozen=True)
class Verdict:
    """What to do. `wait` is only for `retry`; `minimal` sends the smallest message from now on.

    `lasting`: what failed or is gone would fail again, however long one waits.
    """

    state: Literal["sent", "retry", "failed", "gone"]
    detail: str
    wait: float = 0.0
    minimal: bool = False
    lasting: bool = False


def judge(answer: Answer, attempt: int, minimal: bool, now: datetime, jitter: Jitter) -> Verdict:
    """What the `attempt`-th answer (from 1) means. `jitter` gives a number from 0 to 1."""
    status = answer.status or 0
    if 200 <= status < 300:
        return Verdict("sent", answer.code, minimal=minimal)
    if status in (404, 410):
        return Verdict("gone", answer.code, minimal=minimal, lasting=True)
    if status == 413:
        return Verdict("failed" if minimal else "retry", answer.code, minimal=True, lasting=minimal)
    if answer.final or not _passing(status):
        return Verdict("failed", answer.code, minimal=minimal, lasting=True)
    if attempt > len(DELAYS):
        return Verdict("failed", answer.code, minimal=minimal)
    wait = _wait(answer, attempt, now)
    return Verdict("retry", answer.code, wait * (1 + JITTER * jitter()), minimal)


def _passing(status: int) -> bool:
    """Whether a trouble may pass: none of ours (4xx, apart from time and load)."""
    return not 400 <= status < 500 or status in (408, 425, 429)


def _wait(answer: Answer, attempt: int, now: datetime) -> float:
    asked = retry_after(answer.retry_after, now) if answer.status in (429, 503) else None
    return max(DELAYS[attempt - 1], asked or 0.0)


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for (RFC 9110 §10.2.3), at most 60; None when it says nothing usable."""
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,20}", text):
        return min(float(text), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max((moment - now) / timedelta(seconds=1), 0.0), LONGEST_WAIT)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
