"""What a translation must keep, whatever its words: placeholders, numbers, script, length, plural forms. Pure.

Whether it is true is for people to say: docs/back-translation/ holds what an independent reader made of sixty of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry

from guidance.translations.languages import LANGUAGES, Language
from guidance.translations.message import PHONETIC
from guidance.translations.status import entries, is_translated

ALLOWED = Path(__file__).parent / "allowed.yaml"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
LONE_PERCENT = re.compile("%")
MARKUP = re.compile('[<"]')
NUMBER = re.compile(r"\d+")
MONTH = re.compile(
    "January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Nov|Dec"
)
LONG_WORD = re.compile(r"[a-z]{4,}")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Pages isolate what needs it; a control character inside a sentence would be invisible to the next translator.
BIDI_CONTROL = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Forms for exactly these numbers may leave the number itself out: "one person", "two people".
NUMBER_GAP = "%(num)s"
# Kinds that stand on a button or as a headline of a small screen, and how much longer than the English they may be.
SHORT_KINDS = ("an answer to tap", "a big button", "the big words")
LONGEST = 2.0
ALWAYS_FITS = 44  # two lines of a button, 360 px wide
WIDE = frozenset("WF")


@dataclass(frozen=True)
class Allowed:
    """What passes though a rule is against it: sentences equal to the English, and Latin words in lower case."""

    same: frozenset[str] = frozenset()
    latin: frozenset[str] = frozenset()


def read_allowed(path: Path = ALLOWED) -> Allowed:
    """The lists of allowed.yaml."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Allowed(frozenset(data["same"]), frozenset(word.lower() for word in data["latin"]))


@dataclass(frozen=True)
class Finding:
    """Something wrong with one translation: which sentence, and what."""

    code: str
    context: str
    text: str
    what: str

    def __str__(self) -> str:
        """One line for the console."""
        where = f"[{self.context}] " if self.context else ""
        return f"{self.code}: {where}{self.text!r}: {self.what}"


def check(code: str, catalog: Catalog, allowed: Allowed) -> list[Finding]:
    """Everything wrong with a catalog."""
    language = LANGUAGES[code]
    return [
        Finding(code, entry.context or "", _english(entry), what)
        for entry in entries(code, catalog)
        for what in _against(entry, language, catalog.num_plurals, allowed)
    ]


def _english(entry: Entry) -> str:
    return str(entry.id[0] if isinstance(entry.id, list | tuple) else entry.id)


def _against(entry: Entry, language: Language, plurals: int, allowed: Allowed) -> Iterator[str]:
    if entry.fuzzy:
        yield "the English changed; translate it anew"
        return
    if not is_translated(entry):
        yield "is not translated"
        return
    plural = isinstance(entry.id, list | tuple)
    forms = [str(each) for each in entry.string or ()] if plural else [str(entry.string)]
    if plural and len(forms) != plurals:
        yield f"has {len(forms)} plural forms; the language has {plurals}"
    for form in forms:
        yield from _against_form(form, entry, language, plural, allowed)


def _against_form(form: str, entry: Entry, language: Language, plural: bool, allowed: Allowed) -> Iterator[str]:
    english = _english(entry)
    sound = entry.context == PHONETIC
    wanted, found = _gaps(english, plural), _gaps(form, plural)
    if plural:
        wanted |= _gaps(str(entry.id[1]), plural)
    if wanted != found:
        yield f"placeholders differ: {sorted(wanted)} became {sorted(found)}"
    if not sound and not plural:
        yield from _against_numbers(form, english)
    if any(character.isdigit() and not character.isascii() for character in form):
        yield "write digits as 0 to 9: people compare them with what they see"
    if BIDI_CONTROL.search(form):
        yield "holds a control character for the direction of writing; pages isolate numbers themselves"
    if MARKUP.search(PLACEHOLDER.sub("", form)) and not MARKUP.search(english):
        yield "holds < or a straight quotation mark: pages read those as code; use the quotation marks of the language"
    if LONE_PERCENT.search(PLACEHOLDER.sub("", form)) and not LONE_PERCENT.search(PLACEHOLDER.sub("", english)):
        yield "holds a single %, which pages read as the start of a placeholder"
    if "\n" in form and "\n" not in english:
        yield "holds a line break"
    if form != form.strip() and english == english.strip():
        yield "begins or ends with a space"
    yield from _against_script(form, english, language, sound, allowed)
    if form == english and _has_words(english) and english not in allowed.same:
        yield "is the same as the English"
    if any(kind in comment for comment in entry.auto_comments for kind in SHORT_KINDS) and _too_long(form, english):
        yield f"is too long for a small screen: {_width(form)} where English has {_width(english)}"


def _gaps(text: str, plural: bool) -> set[str]:
    found = set(PLACEHOLDER.findall(text))
    return found - {NUMBER_GAP} if plural else found


def _has_words(text: str) -> bool:
    """More than codes, units and words as short as “No”, which languages share."""
    return LONG_WORD.search(PLACEHOLDER.sub("", text)) is not None


def _against_numbers(form: str, english: str) -> Iterator[str]:
    """Every number stays; only a month may become one."""
    wanted, found = set(NUMBER.findall(english)), set(NUMBER.findall(form))
    if not wanted <= found or (found - wanted and not MONTH.search(english)):
        yield f"numbers differ: {sorted(wanted)} became {sorted(found)}"


def _against_script(form: str, english: str, language: Language, sound: bool, allowed: Allowed) -> Iterator[str]:
    bare = PLACEHOLDER.sub("", form)
    if language.phonetic:
        known = set() if sound else {*allowed.latin, *(word.lower() for word in LATIN_WORD.findall(english))}
        strange = [word for word in LATIN_WORD.findall(bare) if not _is_known(word.lower(), known)]
        if strange:
            yield f"holds Latin letters that the English does not have: {', '.join(strange)}"
    for character in bare:
        if character.isalpha() and not _belongs(character, language):
            yield f"holds a letter of another script: {character} ({unicodedata.name(character, '?')})"
            return


def _is_known(word: str, known: set[str]) -> bool:
    """Whether the English has the word; “vest” stands in “vests”."""
    return word in known or any(each.startswith(word) for each in known if len(word) > 2)


def _belongs(character: str, language: Language) -> bool:
    name = unicodedata.name(character, "")
    return name.startswith((language.script, "LATIN")) or "MODIFIER LETTER" in name or "FEMININE ORDINAL" in name


def _too_long(form: str, english: str) -> bool:
    return _width(form) > max(ALWAYS_FITS, LONGEST * _width(english))


def _width(text: str) -> int:
    """In columns: a Chinese character is two wide; marks on letters have none (UAX 11)."""
    spaced = (
        2 if unicodedata.east_asian_width(each) in WIDE else 1 for each in text if not unicodedata.combining(each)
    )
    return sum(spaced)
