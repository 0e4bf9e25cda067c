"""Sentences that are written below the web layer and said by it, in the reader's language. Any part may use it.

`N_` marks a sentence for the catalogs and leaves it as it is; `Said` adds the values that go into it. Who shows such
a sentence to a person puts it through gettext, the values afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from guidance.text import filled
from guidance.translations.languages import DEFAULT

Say = Callable[[str], str]
# As protocol/texts.py has it: (context, text, kind) -> the words to show.
Reword = Callable[[str, str, str], str]


def N_(text: str) -> str:
    """The text itself; the mark is for the extractor, which looks for this name."""
    return text


class Said(str):
    """A marked sentence with `%(name)s` gaps and what goes into them. As a text it is the English sentence."""

    __slots__ = ("text", "values")
    text: str
    values: dict[str, object]

    def __new__(cls, text: str, /, **values: object) -> Said:
        """Fill the gaps in English and remember the sentence before."""
        made = super().__new__(cls, filled(text, values))
        made.text, made.values = text, values
        return made

    def through(self, say: Say) -> str:
        """The sentence in other words, each value isolated; a value that is such a sentence is put through too."""
        values = {name: _value(value, say) for name, value in self.values.items()}
        return filled(say(self.text), values)


def english(text: str) -> str:
    """Says every sentence as it is written."""
    return text


def as_written(_context: str, text: str, _kind: str) -> str:
    """Leaves the words of protocols and scenarios as they are written."""
    return text


@dataclass(frozen=True)
class Voice:
    """The language of one message: its tag, what says marked sentences in it, and what says those of content."""

    code: str = DEFAULT
    say: Say = english
    reword: Reword = as_written


ENGLISH = Voice()


def _value(value: object, say: Say) -> object:
    return value.through(say) if isinstance(value, Said) else value
