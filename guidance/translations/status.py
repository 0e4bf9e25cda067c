"""How far a language is: sentences that are translated, fuzzy or missing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry

from guidance.translations import catalogs
from guidance.translations.languages import LANGUAGES
from guidance.translations.message import PHONETIC


@dataclass(frozen=True)
class Progress:
    """Counts of one language's catalog. Missing and fuzzy sentences are shown in English with a mark."""

    code: str
    translated: int
    fuzzy: int
    missing: int

    @property
    def total(self) -> int:
        """All sentences."""
        return self.translated + self.fuzzy + self.missing

    @property
    def complete(self) -> bool:
        """Whether every sentence is translated."""
        return self.translated == self.total


def entries(code: str, catalog: Catalog) -> list[Entry]:
    """The sentences that a language needs: without the sounds of English where letters are Latin."""
    phonetic = LANGUAGES[code].phonetic
    return [each for each in catalog if each.id and (phonetic or each.context != PHONETIC)]


def is_translated(entry: Entry) -> bool:
    """Whether every form of a sentence has words."""
    forms = entry.string if isinstance(entry.string, list | tuple) else [entry.string]
    return bool(forms) and all(forms)


def progress(code: str, catalog: Catalog) -> Progress:
    """Count one catalog."""
    needed = entries(code, catalog)
    fuzzy = sum(1 for each in needed if each.fuzzy)
    done = sum(1 for each in needed if not each.fuzzy and is_translated(each))
    return Progress(code, done, fuzzy, len(needed) - done - fuzzy)


@functools.cache
def standing(code: str, read: Callable[[str, Path], Catalog] = catalogs.read) -> Progress:
    """Count the language's own catalog; kept for the life of the process."""
    return progress(code, read(code, catalogs.FOLDER))
