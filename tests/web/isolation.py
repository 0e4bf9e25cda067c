"""A reader of pages that finds typed text outside of an isolating element, and characters that must not be shown."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

from guidance.text import END, START, neutral
from tests.web.pseudo import HEARD, VOID

# Their content is set apart by every browser, or is for machines.
APART = frozenset({"bdi", "textarea", "script", "style"})


class Reader(HTMLParser):
    """Collects where `marker` stands in the order of other words, and texts that are not neutral."""

    def __init__(self, page: str, marker: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._marker = marker
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in HEARD & given.keys():
            self._look(f"{tag}[{name}]", given[name])
        inside = bool(self._open and self._open[-1][1])
        if tag not in VOID:
            self._open.append((tag, inside or tag in APART or ("dir" in given and tag != "html")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(each[0] == tag for each in self._open):
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        tag, apart = self._open[-1] if self._open else ("", False)
        if tag in ("textarea", "script", "style"):
            return
        if not apart:
            self._look(tag, data)
        elif neutral(data) != data:
            self.faults.append(f"{tag}: {data[:120]!r} holds what must not be shown")

    def _look(self, place: str, text: str) -> None:
        if neutral(text) != text:
            self.faults.append(f"{place}: {text[:120]!r} holds what must not be shown")
        if any(self._marker in piece for piece in outside(text)):
            self.faults.append(f"{place}: {text[:120]!r} is not isolated")


def outside(text: str) -> Iterator[str]:
    """The pieces of a text that stand in no isolate."""
    depth, piece = 0, ""
    for each in text:
        if each == START:
            depth += 1
        elif each == END:
            depth -= 1
        elif not depth:
            piece += each
            continue
        yield piece
        piece = ""
    yield piece
