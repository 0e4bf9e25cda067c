from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.translations.languages import CODES, LANGUAGES, best


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (["es-MX", "en"], "es"),
        (["de-DE", "fr-SN", "en"], "fr"),
        (["zh-CN"], "zh-Hans"),
        (["zh-Hant-TW"], "zh-Hans"),
        (["zh"], "zh-Hans"),
        (["ji"], "yi"),
        (["UR-pk"], "ur"),
        (["ht-HT", "fr"], "ht"),
        (["de", "pl"], None),
        ([], None),
        (["*"], None),
    ],
)
def test_a_browsers_wishes_find_the_first_language_that_meets_one(wishes: list[str], code: str | None) -> None:
    assert best(wishes) == code


@given(st.sampled_from(CODES), st.lists(st.sampled_from(["de", "pl-PL", "ko", "x", ""])))
def test_a_language_of_ours_is_found_behind_any_that_is_not(code: str, before: list[str]) -> None:
    assert best([*before, code.upper()]) == code


def test_three_of_the_ten_run_right_to_left_and_six_are_not_written_in_latin_letters() -> None:
    assert len(LANGUAGES) == 10
    assert {code for code, each in LANGUAGES.items() if each.direction == "rtl"} == {"ar", "ur", "yi"}
    assert {code for code, each in LANGUAGES.items() if each.phonetic} == {"zh-Hans", "ru", "bn", "ar", "ur", "yi"}
