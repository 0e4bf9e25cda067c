"""Replay on the example: what a trail means, and how a broken one is told."""

from __future__ import annotations

import pytest

from guidance.protocol.paths import interrupt_ends
from guidance.protocol.replay import facts_of, replay
from tests.protocol.example import changed, example


def trail(*taken: str) -> list[dict[str, str]]:
    """`step=answer` texts as a trail."""
    pairs = [each.split("=") for each in taken]
    return [{"step": step, "answer": answer, "at": f"2026-11-24T12:00:0{n}Z"} for n, (step, answer) in enumerate(pairs)]


TO_PAPER = ("danger=no", "place=school", "door=classroom", "paper-shown=phone", "paper-top=court")


def test_an_empty_trail_stands_at_the_start() -> None:
    found = replay(example(), [])
    assert (found.position, found.walked, found.problem) == ("danger", (), None)


def test_a_whole_walk_ends_at_its_outcome_with_the_words_that_were_shown() -> None:
    found = replay(example(), trail(*TO_PAPER))
    assert (found.position, found.site_type, found.problem) == ("wait-for-counsel", "school", None)
    first = found.walked[0]
    assert first.place == example().steps["danger"]
    assert (first.answer, first.at) == (example().steps["danger"].answers[1], "2026-11-24T12:00:00Z")


def test_the_facts_of_a_walk_are_those_of_the_answers_that_still_count() -> None:
    walk = trail("danger=no", "place=school", "door=public", "open-door=back", "door=staff", "paper-shown=nothing")
    found = replay(example(), walk)
    assert facts_of(example(), found) == {
        "danger": ("no",),
        "area": ("non_public",),
        "paper_shown": ("none",),
        "entered": ("no",),
    }


def test_an_interrupt_holds_at_an_outcome_as_well() -> None:
    found = replay(example(), trail(*TO_PAPER, "wait-for-counsel=went-in", "entered-anyway=unsafe"))
    assert (found.position, found.problem) == ("safety-exit", None)
    assert interrupt_ends(example())["unsafe"] == "safety-exit"


def test_going_back_over_the_place_forgets_the_site_type() -> None:
    found = replay(example(), trail("danger=no", "place=garage", "lot=back"))
    assert (found.position, found.site_type) == ("place", None)


@pytest.mark.parametrize(
    ("walk", "site_type", "problem"),
    [
        (trail("place=school"), None, "entry 0: names step 'place', but the walk stands at 'danger'"),
        (trail("danger=no", "place=zoo"), None, "entry 1: 'place' has no answer 'zoo'"),
        (trail("danger=no", "place=office"), "school",
         "entry 1: 'place' has no answer 'office' at a site of type school"),
        (trail("danger=no", "place=office", "door=classroom"), None,
         "entry 2: 'door' has no answer 'classroom' at a site of type office"),
        (trail("danger=back"), None, "entry 0: there is nothing to go back to"),
        ([{"step": "danger"}], None, "entry 0: step and answer must be texts"),
        ([{"step": ["danger"], "answer": {}}], None, "entry 0: step and answer must be texts"),
        ([7], None, "entry 0: is not an object with step and answer"),
        ({"step": "danger"}, None, "the trail is not a list"),
        ("danger", None, "the trail is not a list"),
        ([], "castle", "'castle' is no site type"),
    ],
)  # fmt: skip
def test_a_trail_that_does_not_replay_says_where_and_why(walk: object, site_type: str | None, problem: str) -> None:
    assert replay(example(), walk, site_type).problem == problem


def test_a_broken_trail_keeps_what_was_understood() -> None:
    found = replay(example(), [*trail("danger=no", "place=park"), {"step": "door", "answer": "window"}])
    assert (found.position, found.site_type, len(found.walked)) == ("door", "park", 2)


def test_a_version_with_a_hole_does_not_stop_the_replay() -> None:
    found = replay(changed("steps.danger.answers.1.to", "nowhere"), trail("danger=no"))
    assert (found.position, found.problem) == (
        "danger",
        "entry 0: answer 'no' leads to 'nowhere', which this version does not have",
    )
    assert replay(changed("start", "nowhere"), []).problem == "this version has no step 'nowhere' to start from"
