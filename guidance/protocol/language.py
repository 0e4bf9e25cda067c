"""Words no protocol may use and things no question may ask, read once from forbidden.yaml. For the lint.

Grounds: the desk describes and counsel decides; General Municipal Law 996-a bars asking about status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("forbidden.yaml")
_FORBIDS = re.compile(r"^\W*(do not|don[’']t|never|no one|nobody|you (need|must|may|should) not)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Hit:
    """A text that may not stand: the words found, why, and what to do instead."""

    words: str
    reason: str
    instead: str


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    reason: str
    instead: str


@dataclass(frozen=True)
class _Rules:
    words: tuple[_Rule, ...]
    asked: tuple[_Rule, ...]
    left_alone: re.Pattern[str]


def forbidden_words(text: str) -> Iterator[Hit]:
    """Words in a text that no protocol may use."""
    yield from _hits(_rules().words, text)


def forbidden_questions(text: str) -> Iterator[Hit]:
    """What a question, answer or hint would ask and may not; sentences that forbid asking are no questions."""
    asking = " ".join(each for each in _SENTENCE.split(text) if not _FORBIDS.match(each))
    yield from _hits(_rules().asked, asking)


def _hits(rules: tuple[_Rule, ...], text: str) -> Iterator[Hit]:
    plain = _rules().left_alone.sub(" ", text)
    for rule in rules:
        found = rule.pattern.search(plain)
        if found:
            yield Hit(found.group(), rule.reason, rule.instead)


@cache
def _rules() -> _Rules:
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    words = tuple(_Rule(_whole(_phrases(e["words"])), e["reason"], e["instead"]) for e in data["words"])
    asked = tuple(_Rule(_whole(e["patterns"]), e["about"], "ask what can be seen") for e in data["asked"])
    return _Rules(words, asked, _whole(_phrases(data["left_alone"])))


def _phrases(phrases: list[str]) -> list[str]:
    return [r"[\s-]+".join(re.escape(word) for word in re.split("[ -]", phrase)) for phrase in phrases]


def _whole(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)
