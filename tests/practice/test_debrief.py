"""A debrief names what went right and wrong, whatever came from the phone, and passes nobody by mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidance.practice.debrief import NOT_REACHED, RIGHT, WRONG, Debrief, Judged, debrief
from guidance.practice.scenario import Scenario
from guidance.protocol.model import BACK, Protocol, offered
from tests.practice.shelf import START, protocol_of, run_of, scenario, shelf, walk

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
SCENARIOS = st.sampled_from(sorted(shelf().scenarios)).map(scenario)
quick = settings(max_examples=120, deadline=None)


def told(
    found: Scenario, trail: object = None, *, alerted: bool = True, facts: dict[str, object] | None = None
) -> Debrief:
    return debrief(found, protocol_of(found), run_of(found, trail, alerted, facts))


def codes(result: Debrief) -> set[str]:
    return {reason.code for reason in result.reasons}


def decided(result: Debrief, step: str) -> Judged:
    return next(each for each in result.decisions if each.step == step)


@pytest.mark.parametrize("id", shelf().scenarios)
def test_a_run_that_walks_the_expected_path_passes(id: str) -> None:
    result = told(scenario(id))

    assert result.passed and result.outcome_right and result.problem is None
    assert {each.verdict for each in result.decisions} == {RIGHT}
    assert all(row.same for row in result.rows)
    assert result.left_out == ()


@pytest.mark.parametrize("id", shelf().scenarios)
def test_an_alert_that_was_expected_and_not_sent_fails_the_run(id: str) -> None:
    result = told(scenario(id), alerted=False)

    assert codes(result) == ({"no-alert"} if scenario(id).expected.alert else set())
    assert result.seconds_to_alert is None


def another(found: Scenario, index: int, data: st.DataObject) -> str:
    """An answer that may be given at this place of the path and is not the expected one."""
    step, expected = found.expected.path[index]
    return data.draw(
        st.sampled_from([each for each in ways(protocol_of(found), step, found.site_type) if each != expected])
    )


def ways(protocol: Protocol, place: str, site_type: str) -> list[str]:
    step = protocol.steps.get(place)
    answers = [answer.id for answer in offered(step, site_type)] if step else []
    return answers + [interrupt.id for interrupt in protocol.interrupts]


@quick
@given(SCENARIOS, st.data())
def test_any_single_different_answer_is_named(found: Scenario, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(found.expected.path) - 1))
    step = found.expected.path[index][0]
    given_answer = another(found, index, data)

    result = told(found, walk((*found.expected.path[:index], (step, given_answer))))

    row = next(row for row in result.rows if row.step == step)
    assert not row.same
    assert row.mine is not None and row.mine.answer == given_answer
    assert row.expected is not None and row.expected.answer == found.expected.path[index][1]
    for judged in result.decisions:
        if judged.step == step and judged.verdict == WRONG:
            assert ("wrong-decision", step) in {(reason.code, reason.place) for reason in result.reasons}
    if not result.outcome_right:
        assert not result.passed


@quick
@given(SCENARIOS, st.data())
def test_a_wrong_answer_that_is_taken_back_does_not_count_against_anybody(found: Scenario, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(found.expected.path) - 1))
    step = found.expected.path[index][0]
    wrong = another(found, index, data)
    protocol = protocol_of(found)
    ends = {interrupt.id: interrupt.to for interrupt in protocol.interrupts}
    answers = {each.id: each.to for each in protocol.steps[step].answers} if step in protocol.steps else {}
    landed = {**ends, **answers}[wrong]
    way = (*found.expected.path[:index], (step, wrong), (landed, BACK), *found.expected.path[index:])

    result = told(found, walk(way))

    assert result.passed
    assert all(row.same for row in result.rows)


@settings(max_examples=300, deadline=None)
@given(SCENARIOS, JSON, JSON)
def test_no_trail_and_no_report_make_it_raise(found: Scenario, trail: object, facts: object) -> None:
    held = facts if isinstance(facts, dict) else {"purpose": facts}
    result = told(found, trail, facts=held)

    assert result.passed <= result.outcome_right
    assert len(result.decisions) == len(found.decisions)


@quick
@given(SCENARIOS, st.lists(st.tuples(JSON, JSON, JSON), max_size=5), st.integers(0, 20))
def test_a_trail_that_breaks_off_anywhere_is_debriefed_up_to_there(
    found: Scenario, tail: list[tuple[object, object, object]], kept: int
) -> None:
    good = walk(found.expected.path[:kept])
    trail = good + [{"step": step, "answer": answer, "at": at} for step, answer, at in tail]

    result = told(found, trail)

    if result.problem is not None:
        assert "broken-trail" in codes(result)
    assert [row.step for row in result.rows[: min(kept, len(good))]] == [entry["step"] for entry in good]


def test_a_decision_that_was_never_reached_is_told_as_such() -> None:
    result = told(scenario("office-search-paper"), walk((("danger", "yes"),)))

    assert {each.verdict for each in result.decisions} == {NOT_REACHED}
    assert codes(result) == {"wrong-outcome", "missed-decision"}
    assert result.outcome == "safety-exit"


def test_a_walk_that_stops_on_the_way_has_no_outcome_and_no_time_to_it() -> None:
    found = scenario("shelter-photo")
    result = told(found, walk(found.expected.path[:3]))

    assert result.outcome == "" and result.seconds_to_outcome is None
    assert {"no-outcome", "missed-decision"} == codes(result)


def test_a_right_outcome_with_a_wrong_decision_does_not_pass_and_says_why_with_its_source() -> None:
    found = scenario("office-search-paper")
    way = (*found.expected.path[:-1], ("paper-dates", "past"))

    result = told(found, walk(way))

    assert result.outcome_right and codes(result) == {"wrong-decision"}
    judged = decided(result, "paper-dates")
    assert (judged.expected.text, judged.given and judged.given.text) == ("Yes", "No, the date has passed")
    assert judged.why.startswith("The day on the wall")
    assert [source.id for source in judged.sources] == ["papers-dates"]
    assert result.reasons[0].text == "“Is today within its dates?”: “Yes” was expected."


def test_a_decision_put_right_by_going_back_is_right_and_said_so() -> None:
    found = scenario("shelter-photo")
    way = (*found.expected.path[:-1], ("shelter-how", "hold"), ("detainer", BACK), found.expected.path[-1])

    judged = decided(told(found, walk(way)), "shelter-how")

    assert (judged.verdict, judged.put_right) == (RIGHT, True)
    assert not decided(told(found), "shelter-how").put_right


def test_an_interrupt_that_leads_where_the_expected_answer_leads_is_as_good() -> None:
    result = told(scenario("garage-threat"), walk((("danger", "unsafe"),)))

    assert result.passed
    assert not result.rows[0].same


def test_a_detour_stands_beside_the_expected_path() -> None:
    found = scenario("office-search-paper")
    way = (*found.expected.path[:2], ("identified", "no"), ("callback", "confirmed"), *found.expected.path[3:])

    rows = told(found, walk(way)).rows

    assert [(row.step, row.same) for row in rows[2:5]] == [("identified", False), ("callback", False), ("place", True)]
    assert rows[3].expected is None and rows[3].mine is not None


def test_what_a_way_left_out_is_shown_without_an_answer_of_mine() -> None:
    rows = told(scenario("shelter-photo"), walk((("danger", "yes"),))).rows

    assert rows[0].mine is not None and rows[0].mine.text == "Yes, or I am scared"
    assert [row.mine for row in rows[1:]] == [None] * 5


def test_times_count_from_the_start_of_the_run() -> None:
    found = scenario("shelter-photo")
    result = told(found, walk(found.expected.path, seconds=7))

    assert result.seconds_to_outcome == 7 * len(found.expected.path)
    assert result.seconds_to_alert == 40


@pytest.mark.parametrize(
    "at", ["", "yesterday", "2026-11-24T15:00:00", "0001-01-01T00:00:00+14:00", "2020-01-01T00:00:00Z"]
)
def test_a_moment_that_tells_nothing_gives_no_time(at: str) -> None:
    found = scenario("shelter-photo")

    assert told(found, found.expected.trail(at)).seconds_to_outcome is None


def test_an_alert_before_the_start_is_an_alert_without_a_time() -> None:
    found = scenario("shelter-photo")
    run = replace(run_of(found), alerted_at=START - timedelta(hours=1))

    result = debrief(found, protocol_of(found), run)

    assert result.passed and result.seconds_to_alert is None


def test_facts_that_are_missing_are_named_and_do_not_decide() -> None:
    found = scenario("shelter-photo")

    result = told(found, facts={"officers_count": 0, "agency_claimed": "", "response": [], "shoe_size": 4})

    assert result.left_out == ("agency_claimed", "response")
    assert result.passed


def test_a_fact_that_the_walk_itself_tells_is_not_missing() -> None:
    found = scenario("shelter-photo")
    assert "request" in found.expected.report and "paper_shown" in found.expected.report

    assert not {"request", "paper_shown"} & set(told(found, facts={}).left_out)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scenario_hash": "0" * 64}, "other-scenario"),
        ({"scenario": "office-lobby-wait"}, "other-scenario"),
        ({"protocol_hash": "0" * 64}, "other-protocol"),
    ],
)
def test_a_run_of_another_version_is_debriefed_and_does_not_pass(changes: dict[str, str], code: str) -> None:
    found = scenario("shelter-photo")

    result = debrief(found, protocol_of(found), replace(run_of(found), **changes))  # type: ignore[arg-type]

    assert codes(result) == {code}
    assert result.outcome_right


def test_a_run_against_another_protocol_is_debriefed_without_its_words() -> None:
    found, other = scenario("shelter-photo"), protocol_of(scenario("garage-roof-vans"))

    result = debrief(found, other, run_of(found))

    assert {"other-protocol", "broken-trail"} <= codes(result)
    assert any(row.ask == "shelter-how" for row in result.rows)
