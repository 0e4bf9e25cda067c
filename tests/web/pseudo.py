"""A language that puts every sentence in brackets, and a reader of pages that finds words outside of them.

`Saved %(time)s` becomes `⟦Saved ⟧%(time)s⟦⟧`: what fills a gap stands outside, so that it must be a sentence in
brackets itself, or something that a page is given and nobody translates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from babel.support import NullTranslations

GAP = re.compile(r"(%\(\w+\)[sd]|\{\w+\})")
IN_BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
HEARD = frozenset({"aria-label", "aria-description", "alt", "title", "placeholder", "label", "content"})
# What is not for reading, what is written for machines, and what is set apart since it is a name or an address.
SILENT = frozenset({"script", "style", "code", "kbd", "pre", "textarea", "bdi"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
# Attributes for scripts that hold ids, addresses and facts, never sentences.
FOR_SCRIPTS = frozenset({"data-only", "data-kinds"})
NO_WORDS = re.compile(r"^\s*[\[{]|^[\w./?&=:#-]*$")


class Pseudo(NullTranslations):
    """The language itself."""

    def gettext(self, message: str) -> str:
        return "⟦" + GAP.sub(r"⟧\1⟦", message) + "⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, singular: str, plural: str, num: int) -> str:
        return self.ngettext(singular, plural, num)

    # The names that Flask-Babel asks for.
    ugettext, ungettext, upgettext, unpgettext = gettext, ngettext, pgettext, npgettext


class Reader(HTMLParser):
    """Collects what a person sees or hears of a page, with the place where it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[tuple[str, bool, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        inside = self._open[-1] if self._open else ("", False, False)
        silent = inside[1] or tag in SILENT or ("lang" in given and tag != "html")
        # What stands on a drawn paper is in print; captions are not.
        printed = inside[2] or given.get("font-family", "").startswith("Georgia")
        if not silent:
            self.found += [(f"{tag}[{name}]", value) for name, value in given.items() if self._heard(tag, name, value)]
        if tag not in VOID:
            self._open.append((tag, silent, printed))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(each[0] == tag for each in self._open):
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        tag, silent, printed = self._open[-1] if self._open else ("", False, False)
        if data.strip() and not silent and not printed:
            self.found.append((tag, data.strip()))

    @staticmethod
    def _heard(tag: str, name: str, value: str) -> bool:
        if name in HEARD:
            return tag != "meta"
        return name.startswith("data-") and name not in FOR_SCRIPTS and not NO_WORDS.search(value)


def left_in_english(page: str, given: Iterable[str], codes: re.Pattern[str]) -> Iterator[str]:
    """Every piece of a page with letters that are neither in brackets, nor `given`, nor codes."""
    names = sorted(given, key=len, reverse=True)
    for place, words in Reader(page).found:
        rest = words
        for name in names:
            rest = rest.replace(name, " ")
        # A line may be cut in two where it is drawn, and a source's name after its first words.
        rest = re.sub(r"^[^⟦⟧]*⟧|⟦[^⟦⟧]*$", " ", IN_BRACKETS.sub(" ", rest))
        rest = codes.sub(" ", GAP.sub(" ", rest))
        if re.search(r"[^\W\d_]", rest):
            yield f"{place}: {words[:160]!r} leaves {rest.split()!r}"
