"""The semantic diff: each kind of change is named as what it is."""

from __future__ import annotations

import pytest

from guidance.protocol.diff import diff, readable
from tests.protocol.example import changed, example

LINE = {"text": "Wait for your supervisor."}


@pytest.mark.parametrize(
    ("path", "value", "kind", "place"),
    [
        ("steps.danger.ask", "Is there danger?", "reworded", "step danger"),
        ("steps.danger.answers.0.text", "Yes, I am", "reworded", "step danger, answer yes"),
        ("steps.danger.answers.0.to", "no-paper", "re-targeted", "step danger, answer yes"),
        ("steps.danger.answers.0", None, "answer-removed", "step danger, answer yes"),
        ("steps.door.answers.1.only", ["park"], "condition-changed", "step door, answer classroom"),
        ("steps.door.answers.0.sets", {"area": "public"}, "facts-changed", "step door, answer staff"),
        ("steps.lot", None, "step-removed", "step lot"),
        ("steps.new", {"ask": "New?"}, "step-added", "step new"),
        ("outcomes.no-paper", None, "outcome-removed", "outcome no-paper"),
        ("outcomes.new", {"headline": "New"}, "outcome-added", "outcome new"),
        ("outcomes.no-paper.urgency", "low", "urgency-changed", "outcome no-paper"),
        ("outcomes.no-paper.call.0.role", "hr", "call-changed", "outcome no-paper"),
        ("outcomes.no-paper.call.0", None, "call-removed", "outcome no-paper"),
        ("outcomes.no-paper.do.0", LINE, "reworded", "outcome no-paper"),
        ("outcomes.no-paper.do", [LINE, {"text": "Ask for a name, a badge number and a card."}], "line-added",
         "outcome no-paper"),
        ("outcomes.wait-for-counsel.then", None, "then-removed", "outcome wait-for-counsel"),
        ("interrupts.0.to", "no-paper", "re-targeted", "interrupt unsafe"),
        ("sources.ac-4-210.title", "Another title", "reworded", "source ac-4-210"),
        ("entry.order", 2, "order-changed", "entry on the home screen"),
        ("start", "place", "re-targeted", "protocol"),
        ("checked", "2026-12-01", "checked-changed", "protocol"),
        ("version", 2, "version-changed", "protocol"),
    ],
)  # fmt: skip
def test_a_change_is_named_as_what_it_is(path: str, value: object, kind: str, place: str) -> None:
    (change,) = diff(example(), changed(path, value))
    assert (change.kind, change.place) == (kind, place)


def test_answers_in_another_order_are_one_change() -> None:
    document = [
        {"id": "no", "text": "No", "to": "place", "sets": {"danger": "no"}},
        {"id": "yes", "text": "Yes", "to": "safety-exit", "sets": {"danger": "yes"}},
    ]
    (change,) = diff(example(), changed("steps.danger.answers", document))
    assert (change.kind, change.before, change.after) == ("answers-reordered", "yes, no", "no, yes")


def test_the_readable_form_shows_both_wordings() -> None:
    assert readable(example(), changed("steps.danger.ask", "Is there danger?")) == (
        "step danger\n  ask: reworded\n    - Is anyone in danger right now?\n    + Is there danger?\n"
    )


def test_two_equal_versions_are_said_to_be_the_same() -> None:
    assert readable(example(), example()) == "protocol: the two are the same (version 1).\n"
