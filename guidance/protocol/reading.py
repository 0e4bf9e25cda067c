"""How hard a text is to read: the Flesch-Kincaid grade. For the lint; no other part needs it.

The grade of a single line of five words means nothing, so callers measure a whole step or a whole outcome
(`passage` joins its texts, each at least one sentence), and a text under `FEWEST_WORDS` has no grade.
Formula: Kincaid, Fishburne, Rogers and Chissom, 1975.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pyphen

FEWEST_WORDS = 12
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_END = re.compile(r"[.!?…]+[\"”’')\]]*(?:\s|$)")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_SILENT = re.compile(r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyscxzgh])es$")
_VOWELS = re.compile("[aeiouy]+")


def passage(texts: Iterable[str]) -> str:
    """Texts as one passage; each ends a sentence even where it has no full stop."""
    found = [text for text in texts if text]
    return " ".join(text if _END.search(text[-2:]) else f"{text}." for text in found)


def words(text: str) -> list[str]:
    """The words of a text; a hyphenated word, a form number and a number are one word each."""
    return _WORD.findall(text)


def sentences(text: str) -> int:
    """The number of sentences, at least 1; the dots of abbreviations such as U.S. end none."""
    return max(1, len(_END.findall(_DOTTED.sub(" x ", text))))


def grade(text: str) -> float | None:
    """The school grade from which a text is understood, or None for a text too short to tell."""
    found = words(text)
    if len(found) < FEWEST_WORDS:
        return None
    per_word = sum(syllables(word.lower()) for word in found) / len(found)
    return 0.39 * len(found) / sentences(text) + 11.8 * per_word - 15.59


@cache
def syllables(word: str) -> int:
    """The syllables of a lower-case word, at least 1.

    pyphen never parts a word near its ends, so that it finds one syllable in "city"; groups of vowels, a silent
    end left aside, are counted as well, and the larger number holds.
    """
    return sum(_part_syllables(part) for part in re.split("[-’']", word) if len(part) > 1) or 1


def _part_syllables(part: str) -> int:
    by_vowels = len(_VOWELS.findall(_SILENT.sub("", part)))
    return max(1, by_vowels, len(_breaks().positions(part)) + 1)


@cache
def _breaks() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US")
