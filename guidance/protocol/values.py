"""Reading plain values (from YAML or JSON) into typed ones while collecting every problem with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Problem:
    """Something in a file or document that cannot be read: where, and what to do about it."""

    file: str
    place: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        place = f" {self.place}:" if self.place else ""
        return f"{self.file}{line}:{place} {self.message}"


class ProtocolError(Exception):
    """Protocols cannot be read; `problems` lists everything that is wrong, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass
class Report:
    """Collects the problems of one file; `lines` maps places to line numbers."""

    file: str
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(self.file, place, message, self._line(place)))

    def _line(self, place: str) -> int:
        while place and place not in self.lines:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        return self.lines.get(place, 0)


@dataclass(frozen=True)
class Node:
    """A value, its place in the file, and the report that takes its problems.

    Each reader returns the typed value, or a neutral one after reporting what it expected.
    """

    value: object
    place: str
    report: Report

    def wrong(self, message: str) -> None:
        """Report a problem here."""
        self.report.add(self.place, message)

    def under(self, key: str) -> str:
        """The place of a key below this value."""
        return f"{self.place}.{key}" if self.place else key

    def fields(self, required: str, optional: str = "") -> dict[str, Node]:
        """The named values of a mapping; space-separated names say which keys must and which may be there."""
        given = self.mapping()
        must, may = required.split(), optional.split()
        for key in given:
            if key not in must and key not in may:
                Node(None, self.under(key), self.report).wrong(f"unknown key; known here are {', '.join(must + may)}")
        if isinstance(self.value, Mapping):
            for key in must:
                if key not in given:
                    self.wrong(f"{key!r} is missing")
        return {key: given.get(key, Node(None, self.under(key), self.report)) for key in must + may}

    def mapping(self) -> dict[str, Node]:
        """The values of a mapping by key."""
        if self.value is None:
            return {}
        if not isinstance(self.value, Mapping):
            self.wrong("write keys and values here")
            return {}
        return {str(key): Node(value, self.under(str(key)), self.report) for key, value in self.value.items()}

    def items(self) -> Iterator[Node]:
        """The entries of a list."""
        if self.value is None:
            return
        if not isinstance(self.value, list | tuple):
            self.wrong("write a list here")
            return
        for index, value in enumerate(self.value):
            yield Node(value, f"{self.place}[{index}]", self.report)

    def text(self) -> str:
        """A text with outer white space removed; absent means empty."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            self.wrong("write a text here")
            return ""
        return " ".join(self.value.split())

    def needed(self) -> str:
        """A text that may not be empty."""
        text = self.text()
        if not text and isinstance(self.value, str):
            self.wrong("write a text here; it is empty")
        return text

    def identifier(self) -> str:
        """An id: lower-case letters, digits and single hyphens."""
        text = self.text()
        if self.value is not None and not ID.fullmatch(text):
            self.wrong(f"{text!r} is no id; use lower-case letters, digits and hyphens")
        return text

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.needed() for item in self.items())

    def pairs(self) -> dict[str, str]:
        """A mapping of texts to texts."""
        return {key: node.needed() for key, node in self.mapping().items()}

    def integer(self) -> int:
        """A whole number from 0."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and self.value >= 0:
            return self.value
        if isinstance(self.value, str) and re.fullmatch("[0-9]{1,9}", self.value):
            return int(self.value)
        if self.value is not None:
            self.wrong("write a whole number here")
        return 0

    def flag(self) -> bool:
        """`true` or `false`; absent means false."""
        if self.value not in (None, True, False, "true", "false"):
            self.wrong("write true or false here")
        return self.value in (True, "true")

    def day(self) -> date:
        """A date like 2026-11-24."""
        try:
            return date.fromisoformat(self.value if isinstance(self.value, str) else "")
        except ValueError:
            if self.value is not None:
                self.wrong("write a date like 2026-11-24 here")
            return date.min
