"""The rules for typed text: what is refused, what is shown, what keeps its order, which digits are numbers."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from guidance.people.tokens import read_code
from guidance.practice.classes import read_code as read_class_code
from guidance.text import END, START, ascii_digits, filled, has_forbidden, isolated, looks_blank, neutral, turns
from guidance.text import whole_number as number

CORPUS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "corpus.yaml").read_text(encoding="utf-8"))
NAMES = [each["name"] for each in CORPUS]
anything = st.text(st.characters(), max_size=40)
hostile = st.text(st.sampled_from("a1 ا\u202e\u202c\u2066\u2067\u2068\u2069\u200f\U000e0041"), max_size=12)


@pytest.mark.parametrize("each", CORPUS, ids=NAMES)
def test_every_text_of_the_corpus_is_judged_as_it_says(each: dict[str, Any]) -> None:
    assert has_forbidden(each["text"]) == each.get("refused", False)
    assert looks_blank(each["text"]) == each.get("blank", False)
    assert neutral(each["text"]) == each.get("shown", each["text"])


@given(anything)
def test_what_is_refused_is_exactly_what_the_classes_of_unicode_say(text: str) -> None:
    def refused(each: str) -> bool:
        code = ord(each)
        control = unicodedata.category(each) in ("Cc", "Cs") and each not in "\t"
        noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
        turning = unicodedata.bidirectional(each) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        other = code in (0x2028, 0x2029) or 0x206A <= code <= 0x206F or 0xFFF9 <= code <= 0xFFFB
        return control or noncharacter or turning or other or 0xE0000 <= code <= 0xE007F

    assert has_forbidden(text) == any(map(refused, text))
    assert has_forbidden(text, lines=True) == any(refused(each) for each in text if each not in "\r\n")


def test_every_letter_that_can_turn_a_line_is_known() -> None:
    turning = {"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    every = map(chr, range(0x110000))
    missed = [each for each in every if unicodedata.bidirectional(each) in turning and not turns(each)]
    assert missed == []


@given(hostile, st.booleans())
def test_an_isolated_text_ends_inside_its_isolate(text: str, rtl: bool) -> None:
    shown, depth = isolated(text, rtl), 0
    for each in shown:
        depth += (each in "\u2066\u2067\u2068") - (each == END)
        assert depth >= 0
    assert depth == 0
    assert not any(each in shown for each in "\u202e\u202c\U000e0041")
    assert isolated(shown, rtl).count(START) <= shown.count(START) + 1


def test_values_are_isolated_as_the_sentence_needs() -> None:
    assert filled("%(who)s has it", {"who": "Ada"}) == "Ada has it"
    assert filled("%(who)s has it", {"who": "سارة"}) == f"{START}سارة{END} has it"
    assert filled("اتصل على %(n)s", {"n": "212 555 0142"}) == f"اتصل على {START}212 555 0142{END}"
    assert filled("%(a)s", {"a": 5}, rtl=True) == f"{START}5{END}"
    assert filled("100 %% of %(n)s", {"n": 3}) == "100 % of 3"


def test_digits_of_every_script_are_digits() -> None:
    digits = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Nd"]
    assert len(digits) > 600
    assert [ascii_digits(each) for each in digits] == [str(unicodedata.decimal(each)) for each in digits]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("٣", 3), ("۱۲", 12), ("৩", 3), ("３", 3), (" 12 ", 12), ("012", 12), ("", None), ("٣.٥", None), ("-1", None),
     ("1_000", None), ("½", None), ("Ⅻ", None), ("1e3", None), ("9" * 30, None)],
)  # fmt: skip
def test_numbers_are_read_in_every_script(typed: str, meant: int | None) -> None:
    assert number(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "K7QM2-9FXR3",
        "k7qm2 9fxr3",
        "K۷QM۲–۹FXR۳",
        "Ｋ７ＱＭ２－９ＦＸＲ３",
        "\u200eK7QM2\u2011৯FXR٣\u200e",
        "\u202aK7QM2-9FXR3\u202c",
    ],
)
def test_a_code_is_read_whatever_the_digits_and_the_marks_around_it(typed: str) -> None:
    assert read_code(typed) == "K7QM29FXR3"


def test_class_codes_are_read_in_the_same_way() -> None:
    assert read_class_code("٧k۴٠٠–q2m۹x") == "7K400Q2M9X"
    assert read_class_code("oilil-0oil0") == "0111100110"
