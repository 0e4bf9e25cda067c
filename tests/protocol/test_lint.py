"""The lint: what is fit for use passes, and each kind of defect is refused with its code and place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from guidance.incident.facts import load_catalog
from guidance.protocol.lint import lint, lint_library
from guidance.protocol.load import load_folder
from guidance.protocol.rules_text import phone_number
from tests.protocol.example import changed
from tests.protocol.trees import EXAMPLE

FACTS = load_catalog().vocabulary()
LONG = "I see a man at the door now. " * 9


def found(path: str, value: object) -> set[tuple[str, str]]:
    protocol = changed(path, value)
    return {(each.code, each.place) for each in lint(protocol, facts=FACTS, drawings=["paper"], protocols=["protocol"])}


def test_the_example_of_the_authoring_guide_is_fit_for_use() -> None:
    assert lint_library(load_folder(EXAMPLE), facts=FACTS, drawings=()) == ()


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        ("start", "nowhere", "unknown-target", ""),
        ("steps.danger.answers.0.to", "nowhere", "unknown-target", "danger"),
        ("steps.lot.answers", None, "dead-end", "lot"),
        ("steps.door.answers.2.to", "danger", "loop", "door"),
        ("steps.lot.answers.0.to", "lot", "loop", "lot"),
        ("steps.danger.answers.1.to", "no-paper", "unreachable", "place"),
        ("steps.danger.answers.1.id", "yes", "answer-twice", "danger"),
        ("steps.danger.answers.1.id", "back", "answer-reserved", "danger"),
        ("steps.danger.answers.1.id", "unsafe", "answer-reserved", "danger"),
        ("steps.place.answers.0", None, "place-answers", "place"),
        ("steps.place.answers.0.id", "museum", "place-answers", "place"),
        ("steps.place.answers.0.only", ["school"], "place-answers", "place"),
        ("steps.door.answers.1.only", ["garage"], "answer-never-shown", "door"),
        ("steps.door.answers.1.only", ["museum"], "site-type-unknown", "door"),
        ("steps.danger.answers.0.only", ["school"], "site-type-not-asked", "danger"),
        ("interrupts.0", None, "interrupt-missing", ""),
        ("interrupts.0.id", "back", "interrupt-id", ""),
        ("interrupts.0.to", "danger", "interrupt-target", ""),
        ("outcomes.safety-exit", None, "interrupt-target", ""),
        ("outcomes.no-paper.say", None, "outcome-incomplete", "no-paper"),
        ("outcomes.no-paper.do", None, "outcome-incomplete", "no-paper"),
        ("outcomes.no-paper.never", [], "outcome-incomplete", "no-paper"),
        ("outcomes.no-paper.call", None, "outcome-incomplete", "no-paper"),
        ("outcomes.no-paper.summary", None, "outcome-incomplete", "no-paper"),
        ("outcomes.no-paper.say", [{"text": "Wait.", "only": ["park"]}], "outcome-incomplete", "no-paper"),
        ("outcomes.no-paper.urgency", None, "urgency", "no-paper"),
        ("outcomes.no-paper.urgency", "soon", "urgency", "no-paper"),
        ("outcomes.no-paper.tone", "green", "tone", "no-paper"),
        ("outcomes.no-paper.call.0.role", "mayor", "role-unknown", "no-paper"),
        ("outcomes.no-paper.report", {"entered": "maybe"}, "fact-unknown", "no-paper"),
        ("outcomes.wait-for-counsel.then.0.protocol", "nothing", "then-unknown", "wait-for-counsel"),
        ("steps.danger.answers.0.sets", {"mood": "bad"}, "fact-unknown", "danger"),
        ("steps.danger.drawing", "castle", "drawing-unknown", "danger"),
        ("steps.danger.source", None, "source-missing", "danger"),
        ("steps.danger.source", ["rumour"], "source-unknown", "danger"),
        ("outcomes.no-paper.do", [{"text": "Wait.", "source": ["rumour"]}], "source-unknown", "no-paper"),
        ("steps.danger.confidence", None, "confidence", "danger"),
        ("steps.danger.confidence", "certain", "confidence", "danger"),
        ("sources.ac-4-210.confidence", "certain", "confidence", "sources/ac-4-210"),
        ("steps.danger.why", None, "why-missing", "danger"),
        ("urgency", "soon", "urgency", ""),
        ("version", 0, "version", ""),
        ("entry.place", "top", "entry-place", ""),
        ("steps.danger.look", LONG, "step-too-long", "danger"),
        ("steps.danger.why", LONG, "text-too-long", "danger"),
        ("outcomes.no-paper.say.0.text", LONG, "text-too-long", "no-paper"),
        ("steps.door.say.0.text", LONG, "text-too-long", "door"),
        (
            "steps.danger.why",
            "Departmental personnel should communicate administrative authorization documentation immediately.",
            "reading-grade",
            "danger",
        ),
        ("steps.danger.ask", "Is the paper valid?", "forbidden-word", "danger"),
        ("summary", "Tell an Invalid paper from a good one.", "forbidden-word", ""),
        ("interrupts.0.text", "Undocumented", "forbidden-word", ""),
        ("steps.place.answers.0.note", "Illegal  aliens", "forbidden-word", "place"),
        ("outcomes.no-paper.call.0.text", "on 212-555-0123", "phone-number", "no-paper"),
        ("steps.danger.ask", "What is their status?", "forbidden-question", "danger"),
        ("steps.danger.answers.0.text", "A citizen", "forbidden-question", "danger"),
        ("steps.danger.look", "See which country the person is from.", "forbidden-question", "danger"),
        ("steps.door.say.0.text", "Where are you from?", "forbidden-question", "door"),
    ],
)
def test_a_defect_is_refused_with_its_code_and_place(path: str, value: object, code: str, place: str) -> None:
    assert (code, f"protocol/{place}" if place else "protocol") in found(path, value)


def test_every_finding_says_what_to_do() -> None:
    (finding,) = lint(changed("steps.danger.answers.0.to", "nowhere"))
    assert str(finding) == (
        "protocol/danger: answer 'yes' leads to 'nowhere', which is no step or outcome; name one [unknown-target]"
    )


def test_a_vocabulary_that_is_not_given_is_not_checked() -> None:
    protocol = changed("steps.danger.drawing", "castle")
    assert lint(protocol) == ()


def test_a_loop_names_its_whole_way() -> None:
    messages = [each.message for each in lint(changed("steps.door.answers.2.to", "danger")) if each.code == "loop"]
    assert messages == [
        "the answers lead in a circle: danger → place → door → danger; let one of them end in an outcome"
    ]


def test_a_site_type_that_sees_no_answer_is_named() -> None:
    protocol = changed("steps.lot.answers.0.only", ["school"])
    door = protocol.steps["lot"]
    answers = tuple(replace(each, only=("school",)) for each in door.answers)
    spoilt = replace(protocol, steps={**protocol.steps, "lot": replace(door, answers=answers)})
    (message,) = [each.message for each in lint(spoilt) if each.code == "no-answer-for-site"]
    assert message == "there is no answer at garage; add one or widen `only`"


def test_words_are_counted_as_one_site_type_sees_them() -> None:
    texts = " ".join(["word"] * 20)
    answers: list[dict[str, Any]] = [
        {"id": site, "text": texts, "to": "no-paper", "only": [site]} for site in ("school", "hospital", "shelter")
    ]
    answers.append({"id": "else", "text": "Else", "to": "no-paper"})
    assert ("step-too-long", "protocol/door") not in found("steps.door.answers", answers)


@pytest.mark.parametrize(
    "text",
    ["Call 911 or 311.", "8 USC 1324, 18 USC 111", "AO 93, I-200, I-205 or I-247", "Since 2026-11-24 at 10:15",
     "10-178, 23-1201 and 4-210", "from 6 am to 10 pm"],
)  # fmt: skip
def test_official_numbers_are_no_telephone_numbers(text: str) -> None:
    assert phone_number(text) == ""


@pytest.mark.parametrize("text", ["212-555-0123", "(212) 555 0123", "+1 212.555.0123", "1-800-CALL-NOW", "dial 411"])
def test_telephone_numbers_are_seen_in_every_form(text: str) -> None:
    assert phone_number(text)
