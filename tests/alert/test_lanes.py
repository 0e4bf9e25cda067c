from __future__ import annotations

import threading
import time
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from guidance.alert.lanes import FEWEST, HELD, MOST, Done, Job, Lanes, at_once
from guidance.alert.outcome import Answer
from guidance.store.deliveries import Leased


def job(number: int, lane: str = "a", valid_for: float = 60) -> Job:
    leased = Leased(str(number), 1, 1, 0, "push", "t", "p", "i", "visit", "urgent", None, None, None)
    return Job(leased, lane, time.monotonic() + valid_for)


def collect(lanes: Lanes, count: int) -> list[Done]:
    found: list[Done] = []
    deadline = time.monotonic() + 5
    while len(found) < count and time.monotonic() < deadline:
        found += lanes.finished(0.1, 0)
    return found


def gated() -> tuple[Lanes, threading.Event, list[str]]:
    """Lanes whose sends wait for the event, and who was begun."""
    gate, begun = threading.Event(), []

    def send(leased: Leased) -> Answer:
        begun.append(leased.id)
        gate.wait(5)
        return Answer(201)

    return Lanes(send), gate, begun


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_job_whose_lease_is_over_is_handed_back_unbegun() -> None:
    lanes, gate, begun = gated()
    gate.set()
    lanes.put(job(1, valid_for=-1))
    lanes.put(job(2))
    assert {(done.leased.id, answer) for done, answer in collect(lanes, 2)} == {("1", None), ("2", Answer(201))}
    assert begun == ["2"]


def test_a_place_is_free_only_when_its_result_is_written_down() -> None:
    lanes, gate, begun = gated()
    for number in range(10):
        lanes.put(job(number))
    gate.set()
    first = collect(lanes, FEWEST)
    time.sleep(0.05)
    assert len(begun) == len(first) == FEWEST
    lanes.written(first)
    wait_for(lambda: len(begun) == 2 * FEWEST)


def test_a_lane_that_hangs_keeps_no_other_waiting() -> None:
    lanes, gate, begun = gated()
    for number in range(HELD):
        lanes.put(job(number, "stuck"))
    assert not lanes.has_room("stuck")
    assert lanes.has_room("other")
    assert lanes.room([]) == 0
    lanes.put(job(HELD, "other"))
    wait_for(lambda: str(HELD) in begun)
    gate.set()


def test_when_told_to_stop_what_was_not_begun_comes_back() -> None:
    lanes, gate, begun = gated()
    for number in range(10):
        lanes.put(job(number))
    wait_for(lambda: len(begun) == FEWEST)
    lanes.stop()
    gate.set()
    answers = [answer for _, answer in collect(lanes, 10)]
    assert answers.count(None) == 10 - FEWEST
    assert answers.count(Answer(201)) == FEWEST


def test_an_error_that_nobody_foresaw_is_an_answer_and_the_lane_goes_on() -> None:
    def send(leased: Leased) -> Answer:
        raise RuntimeError(leased.id)

    lanes = Lanes(send)
    for number in range(3):
        lanes.put(job(number))
    assert [answer for _, answer in collect(lanes, 3)] == [Answer(problem="internal")] * 3


@given(st.integers(0, 10_000))
def test_a_small_fan_out_has_few_under_way_and_a_large_one_many(jobs: int) -> None:
    assert FEWEST <= at_once(jobs) <= MOST
