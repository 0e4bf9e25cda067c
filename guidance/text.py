"""The rules for text that people type: which characters are refused, how it is shown inside other words, and which
digits count as numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

# First strong isolate … pop directional isolate (UAX 9): what stands between keeps its own order and disturbs nothing.
START, END = "\u2068", "\u2069"
# Stands where a character was that must not be shown.
REPLACEMENT = "\ufffd"
# Isolates of every kind; the catalogs put English into a right-to-left page with the first.
_STARTS = "\u2066\u2067\u2068"

# What is said of such a text, after the name of what holds it; the command line and settings are English.
HIDDEN = "holds an invisible control character. Type it again instead of pasting it."

# Characters that no script needs and that hide, reverse or break what stands around them: C0 and C1 controls, half
# characters, line and paragraph separators, bidi embeddings, overrides and isolates (Trojan Source, CVE-2021-42574),
# deprecated format characters, interlinear annotations, tags, noncharacters. Tab and line ends are judged apart.
_NONCHARACTERS = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
_CLASS = (
    "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u206a-\\u206f"
    "\\ud800-\\udfff\\ufdd0-\\ufdef\\ufff9-\\ufffb\\U000e0000-\\U000e007f" + _NONCHARACTERS
)
FORBIDDEN = re.compile(f"[{_CLASS}\u2066-\u2069]")
_RUNS = re.compile(f"[{_CLASS}]+")
# Right-to-left letters, Arabic numbers, and the marks that set a direction: an English line needs care around these.
TURNS = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# Letters and symbols that look like nothing at all: Hangul fillers, an empty Braille cell, a null note head.
_EMPTY = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")


def has_forbidden(text: str, lines: bool = False) -> bool:
    """Whether a text holds a character that is refused; `lines` says that line ends may stand in it."""
    return bool(FORBIDDEN.search(text)) or (not lines and bool(re.search("[\n\r]", text)))


def neutral(text: str) -> str:
    """The text for showing: each run of refused characters becomes one replacement character (U+FFFD).

    Isolates that are closed stay: our own sentences hold them, and they cannot reach beyond their end.
    """
    return _balanced(_RUNS.sub(REPLACEMENT, text))


def looks_blank(text: str) -> bool:
    """Whether nobody would see anything of a text: spaces, controls, marks on nothing, and fillers."""
    return all(each in _EMPTY or unicodedata.category(each)[0] in "CMZ" for each in text)


def turns(text: str) -> bool:
    """Whether a text holds anything that can change the order of what stands around it."""
    return bool(TURNS.search(text))


def isolated(text: str, rtl: bool) -> str:
    """A text, number, code or address, ready to stand inside a line of words.

    In a right-to-left line (`rtl`) everything is isolated, since digits and Latin letters are reordered there; in a
    left-to-right line only what can turn its neighbors.
    """
    shown = neutral(text)
    return f"{START}{shown}{END}" if shown and (rtl or turns(shown)) and not _is_isolated(shown) else shown


def filled(sentence: str, values: Mapping[str, object], rtl: bool = False) -> str:
    """A sentence with `%(name)s` gaps and what goes into them, each value isolated as the sentence needs.

    A sentence with right-to-left letters is a right-to-left line; `rtl` tells it of one without letters.
    """
    rtl = rtl or turns(sentence)
    return sentence % {name: isolated(str(value), rtl) for name, value in values.items()}


def ascii_digits(text: str) -> str:
    """The text with every decimal digit of any script as 0 to 9 (Unicode property Nd, after NFKC)."""
    return "".join(_digit(each) for each in unicodedata.normalize("NFKC", text))


def whole_number(text: str) -> int | None:
    """The number that somebody typed, in the digits of any script; None when it is none.

    Spaces around it and marks of direction, which keyboards of right-to-left scripts bring along, do not matter.
    """
    plain = re.sub("[\u200e\u200f\u061c]", "", ascii_digits(text)).strip()
    return int(plain) if re.fullmatch("[0-9]{1,18}", plain) else None


def plain_code(typed: str) -> str:
    """A code as somebody typed or pasted it: capitals, digits of any script; no spaces, dashes or invisible marks."""
    return "".join(each for each in ascii_digits(typed).upper() if unicodedata.category(each) not in _SKIPPED)


_SKIPPED = frozenset({"Zs", "Zl", "Zp", "Pd", "Cc", "Cf"})


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _balanced(text: str) -> str:
    """The text with each isolate that is never closed, and each close of none, replaced."""
    if not re.search("[\u2066-\u2069]", text):
        return text
    characters, opened = list(text), list[int]()
    for place, each in enumerate(characters):
        if each in _STARTS:
            opened.append(place)
        elif each == END and opened:
            opened.pop()
        elif each == END:
            characters[place] = REPLACEMENT
    for place in opened:
        characters[place] = REPLACEMENT
    return "".join(characters)


def _is_isolated(text: str) -> bool:
    """Whether a text is one isolate already, made here, so that it is not taken apart again."""
    inside = text[1:-1]
    return text[:1] == START and text[-1:] == END and START not in inside and END not in inside
