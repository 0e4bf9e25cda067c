"""Words and questions: what is refused, and what only looks like it."""

from __future__ import annotations

import pytest

from guidance.protocol.language import forbidden_questions, forbidden_words
from guidance.protocol.reading import grade, passage, sentences, syllables, words


@pytest.mark.parametrize(
    "text",
    ["Is it VALID?", "invalid", "The validity of it", "an illegal immigrant", "illegal-alien", "Alien", "undocumented",
     "the paper is genuine", "A lawful warrant"],
)  # fmt: skip
def test_forbidden_words_are_found_in_any_case(text: str) -> None:
    (hit, *_) = forbidden_words(text)
    assert hit.words.lower() in text.lower()
    assert hit.reason
    assert hit.instead


@pytest.mark.parametrize(
    "text",
    ["The A-number is on the paper", "alienate", "inalienable", "A warrant signed by a judge", "Immigration Court",
     "documented", "They say it is an emergency", "What looks like a court's paper"],
)  # fmt: skip
def test_official_words_and_longer_words_do_not_trip(text: str) -> None:
    assert list(forbidden_words(text)) == []


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("What is their immigration status?", "immigration status"),
        ("Does the person have a green card?", "immigration status"),
        ("Are they here legally?", "immigration status"),
        ("What is the pupil's nationality?", "nationality or citizenship"),
        ("A U.S. citizen", "nationality or citizenship"),
        ("Which country do they come from?", "country of origin"),
        ("Where is the person from?", "country of origin"),
        ("An immigrant", "country of origin"),
        ("Where was she born?", "birthplace or date of birth"),
        ("Place of birth", "birthplace or date of birth"),
        ("Which language do they speak?", "somebody's language"),
        ("They speak only Spanish", "somebody's language"),
        ("What is the name of the patient?", "names of members of the public"),
        ("Write the pupil’s full name", "names of members of the public"),
        ("Names of any witnesses?", "names of members of the public"),
    ],
)
def test_a_question_about_a_person_is_refused(text: str, about: str) -> None:
    assert about in {hit.reason for hit in forbidden_questions(text)}


@pytest.mark.parametrize(
    "text",
    [
        "U.S. Citizenship and Immigration Services",
        "Office of Immigrant Affairs",
        "What is the officer's name?",
        "Does it name a person or a place?",
        "Which agency are they from?",
        "Whom do they ask for?",
        "A pupil",
        "Do not ask about anyone's status.",
        "Look at the heading. Never ask where they were born.",
        "Is it the address of this place?",
    ],
)
def test_a_question_about_officers_or_papers_stands(text: str) -> None:
    assert list(forbidden_questions(text)) == []


@pytest.mark.parametrize(
    ("word", "count"),
    [("wait", 1), ("called", 1), ("paper", 2), ("city", 2), ("open", 2), ("officer", 3), ("agency", 3),
     ("supervisor", 4), ("non-public", 3), ("immigration", 4), ("i-200", 1), ("311", 1)],
)  # fmt: skip
def test_syllables_are_counted(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_short_text_has_no_grade_of_its_own() -> None:
    assert grade("Immigration authorities") is None


def test_plain_words_read_more_easily_than_official_ones() -> None:
    plain = grade("I am not allowed to let you in. Please wait outside. I am calling our counsel now.")
    official = grade(
        "Personnel are administratively unauthorized to facilitate admission pending communication with departmental "
        "representatives."
    )
    assert plain is not None
    assert official is not None
    assert plain < 5 < 12 < official


def test_each_text_of_a_passage_ends_a_sentence() -> None:
    joined = passage(["Yes", "", "Is it here?", "Wait."])
    assert joined == "Yes. Is it here? Wait."
    assert sentences(joined) == 3
    assert sentences("The U.S. Court of N.Y. is here.") == 1
    assert words("Form I-200, a judge’s paper.") == ["Form", "I-200", "a", "judge’s", "paper"]
