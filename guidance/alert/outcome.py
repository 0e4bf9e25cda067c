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
# No try is ever planned further ahead than this.
LATEST_RETRY = LONGEST_WAIT * (1 + JITTER)
# Refusals of the 400s that pass: a throttled sender (429, and 406 by Windows' service), time, load, a wrong connection.
PASSING = (406, 408, 421, 425, 429)

Jitter = Callable[[], float]


@dataclass(frozen=True)
class Answer:
    """How one send ended: an HTTP status, or `problem`, a code such as `timeout`. `final`: do not try again.

    `date` is the service's own Date header, by which a Retry-After that names a moment is measured.
    """

    status: int | None = None
    problem: str = ""
    retry_after: str | None = None
    final: bool = False
    date: str | None = None

    @property
    def code(self) -> str:
        """A few characters for the delivery's row."""
        return self.problem or str(self.status)


@dataclass(frozen=True)
class Verdict:
    """What to do. `wait` is only for `retry`; `minimal` sends the smallest message from now on.

    `lasting`: what failed or is gone would fail again, however long one waits. `refused`: the service does not want
    our messages for this browser, so that an earlier proof of reaching it is void.
    """

    state: Literal["sent", "retry", "failed", "gone"]
    detail: str
    wait: float = 0.0
    minimal: bool = False
    lasting: bool = False
    refused: bool = False


def judge(answer: Answer, attempt: int, minimal: bool, now: datetime, jitter: Jitter) -> Verdict:
    """What the `attempt`-th answer (from 1) means. `jitter` gives a number from 0 to 1."""
    status = answer.status or 0
    if 200 <= status < 300:
        return Verdict("sent", answer.code, minimal=minimal)
    if status in (404, 410):
        return Verdict("gone", answer.code, minimal=minimal, lasting=True)
    asked = _asked(answer, now)
    if status == 413 and not minimal:
        return Verdict("retry", answer.code, asked or 0.0, minimal=True)
    if answer.final or not (_passing(status) or asked is not None):
        return Verdict("failed", answer.code, minimal=minimal, lasting=True, refused=True)
    if attempt > len(DELAYS):
        return Verdict("failed", answer.code, minimal=minimal)
    wait = max(DELAYS[attempt - 1], asked or 0.0)
    return Verdict("retry", answer.code, wait * (1 + JITTER * jitter()), minimal)


def _passing(status: int) -> bool:
    """Whether a trouble may pass: none of ours (4xx, apart from time and load)."""
    return not 400 <= status < 500 or status in PASSING


def _asked(answer: Answer, now: datetime) -> float | None:
    """For how long the service asked to be left alone, whatever its status says besides; at most 60 seconds."""
    return retry_after(answer.retry_after, _moment(answer.date) or now)


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for (RFC 9110 §10.2.3), at most 60; None when it says nothing usable."""
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,20}", text):
        return min(float(text), LONGEST_WAIT)
    moment = _moment(text)
    return None if moment is None else min(max((moment - now) / timedelta(seconds=1), 0.0), LONGEST_WAIT)


def _moment(text: str | None) -> datetime | None:
    """An HTTP date; None when it is none, or lies outside of what can be reckoned with."""
    try:
        moment = parsedate_to_datetime(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
