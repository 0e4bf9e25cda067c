"""docs/authoring.md and the format agree: keys and vocabularies are explained, and the example uses every key."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from guidance.protocol import model
from guidance.protocol.rules_text import HIGHEST_GRADE, MOST_SAY_WORDS, MOST_STEP_WORDS, MOST_WHY_WORDS
from tests.protocol.example import example
from tests.protocol.trees import EXAMPLE

GUIDE = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text(encoding="utf-8")
PIECES = (model.Source, model.Line, model.Answer, model.Step, model.Call, model.Then, model.Outcome, model.Entry)
KEYS = sorted({each.name for piece in PIECES for each in fields(piece)})


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_explained(key: str) -> None:
    assert f"`{key}`" in GUIDE or f"{key}:" in GUIDE


@pytest.mark.parametrize(
    "word", [*model.ROLES, *model.SITE_TYPES, *model.URGENCIES, *model.TONES, *model.CONFIDENCES, "unsafe", "went-in"]
)
def test_every_word_of_a_vocabulary_is_in_the_guide(word: str) -> None:
    assert f"`{word}`" in GUIDE or f'`"{word}"`' in GUIDE


def test_the_limits_in_the_guide_are_those_of_the_lint() -> None:
    assert f"at most {MOST_STEP_WORDS} words" in GUIDE
    assert f"`why` at most {MOST_WHY_WORDS}" in GUIDE
    assert f"`say` at most {MOST_SAY_WORDS}" in GUIDE
    assert f"at most {HIGHEST_GRADE:.0f} by the Flesch-Kincaid formula" in " ".join(GUIDE.split())


def test_the_example_shows_every_key_but_a_drawing_and_an_address() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(EXAMPLE.rglob("*.yaml")))
    assert [key for key in KEYS if f"{key}:" not in text] == ["drawing", "url"]


def test_the_step_that_the_guide_quotes_stands_in_the_example() -> None:
    step = example().steps["door"]
    assert f"ask: {step.ask}\n  look: {step.look}\n" in GUIDE
    assert f"why: {step.why}\n" in GUIDE
