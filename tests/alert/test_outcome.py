from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.alert.outcome import DELAYS, LONGEST_WAIT, Answer, Verdict, judge, retry_after

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def verdict(answer: Answer, attempt: int = 1, minimal: bool = False, jitter: float = 0.0) -> Verdict:
    return judge(answer, attempt, minimal, NOW, lambda: jitter)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_what_the_service_took_is_sent(status: int) -> None:
    assert verdict(Answer(status)).state == "sent"


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_does_not_exist_is_gone(status: int) -> None:
    assert verdict(Answer(status)).state == "gone"


def test_too_large_is_tried_once_more_with_the_smallest_message() -> None:
    first = verdict(Answer(413))
    assert (first.state, first.minimal, first.wait) == ("retry", True, 0.0)
    assert verdict(Answer(413), attempt=2, minimal=True).state == "failed"


@pytest.mark.parametrize(
    "answer", [Answer(500), Answer(502), Answer(307), Answer(problem="timeout"), Answer(problem="tls")]
)
def test_a_passing_trouble_is_tried_after_2_5_15_30_and_60_seconds_and_then_has_failed(answer: Answer) -> None:
    waits = [verdict(answer, attempt) for attempt in range(1, 8)]
    assert [each.wait for each in waits if each.state == "retry"] == [2, 5, 15, 30, 60]
    assert [each.state for each in waits[5:]] == ["failed", "failed"]


@pytest.mark.parametrize("status", [400, 401, 403, 405, 451])
def test_a_refusal_fails_at_once_and_says_nothing_about_the_subscription(status: int) -> None:
    assert verdict(Answer(status)).state == "failed"


@pytest.mark.parametrize("answer", [Answer(404), Answer(403), Answer(problem="no contact", final=True)])
def test_only_a_trouble_that_can_pass_may_be_tried_again_later(answer: Answer) -> None:
    assert verdict(answer).lasting
    assert verdict(Answer(413), attempt=2, minimal=True).lasting
    assert not verdict(Answer(503), attempt=6).lasting


HEADERS = [
    ("7", 7.0),
    ("0", 0.0),
    ("60", 60.0),
    ("315360000", LONGEST_WAIT),
    ("99999999999999999999", LONGEST_WAIT),
    (format_datetime(NOW + timedelta(seconds=20), usegmt=True), 20.0),
    (format_datetime(NOW + timedelta(days=3650), usegmt=True), LONGEST_WAIT),
    (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
    ("Tue, 24 Nov 2026 12:00:30 -0000", 30.0),
    ("-5", None),
    ("1.5", None),
    ("soon", None),
    ("", None),
    ("Tue, 99 Foo 2026 12:00:00 GMT", None),
    ("٧", None),
    (None, None),
]


@pytest.mark.parametrize(("header", "seconds"), HEADERS)
def test_retry_after_is_read_in_every_form_it_comes_in(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@given(st.text(max_size=60))
def test_no_retry_after_ever_breaks_or_stalls(header: str) -> None:
    seconds = retry_after(header, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


@pytest.mark.parametrize("status", [429, 503])
@given(header=st.sampled_from([text for text, _ in HEADERS]), jitter=st.floats(0, 1), attempt=st.integers(1, 5))
def test_a_busy_service_is_never_asked_again_before_it_said_nor_much_later(
    status: int, header: str | None, jitter: float, attempt: int
) -> None:
    found = verdict(Answer(status, retry_after=header), attempt, jitter=jitter)
    assert found.state == "retry"
    at_least = max(retry_after(header, NOW) or 0, DELAYS[attempt - 1])
    assert at_least <= found.wait <= at_least * 1.1


def test_what_can_never_work_is_not_tried_again() -> None:
    assert verdict(Answer(problem="refused", final=True)).state == "failed"


@given(st.integers(100, 599), st.integers(1, 20), st.booleans())
def test_every_answer_has_an_outcome(status: int, attempt: int, minimal: bool) -> None:
    found = verdict(Answer(status), attempt, minimal)
    assert found.state in ("sent", "gone", "retry", "failed")
    assert found.state != "retry" or attempt <= len(DELAYS) or (status == 413 and not minimal)


PASSING = {406, 408, 421, 425, 429}


@pytest.mark.parametrize("status", sorted({*range(200, 600)} - {413}))
def test_every_status_has_one_meaning(status: int) -> None:
    found = verdict(Answer(status))
    if status < 300:
        assert found.state == "sent"
    elif status in (404, 410):
        assert (found.state, found.refused) == ("gone", False)
    elif status < 400 or status >= 500 or status in PASSING:
        assert (found.state, found.lasting, found.refused) == ("retry", False, False)
    else:
        assert (found.state, found.refused) == ("failed", True), "it fails, and voids the proof, and nothing is deleted"


@pytest.mark.parametrize("status", [400, 401, 403, 406, 413, 429, 500, 502, 503, 504, 507, 599])
@pytest.mark.parametrize("header", ["20", format_datetime(NOW + timedelta(seconds=20), usegmt=True)])
def test_whoever_asks_to_be_left_alone_for_a_while_is(status: int, header: str) -> None:
    found = verdict(Answer(status, retry_after=header))
    assert (found.state, found.wait) == ("retry", 20.0)


def test_a_moment_is_measured_by_the_services_own_clock() -> None:
    theirs = NOW + timedelta(hours=3)
    asked = format_datetime(theirs + timedelta(seconds=20), usegmt=True)
    assert verdict(Answer(503, retry_after=asked, date=format_datetime(theirs, usegmt=True))).wait == 20
    assert verdict(Answer(503, retry_after=asked, date="nonsense")).wait == LONGEST_WAIT


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_gone_whatever_is_asked_besides(status: int) -> None:
    assert verdict(Answer(status, retry_after="5")).state == "gone"
