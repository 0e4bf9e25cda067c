"""The catalog of facts that a report may hold, read from facts.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from guidance.text import isolated, neutral, turns

CATALOG = Path(__file__).parent / "facts.yaml"
FIELD_TYPES = frozenset({"choice", "multi", "count", "text", "moment", "rows"})


@dataclass(frozen=True)
class Option:
    """One code of a choice and its words."""

    id: str
    text: str


@dataclass(frozen=True)
class Field:
    """One fact. `max` is characters of a text, the largest count, or the number of rows."""

    id: str
    label: str
    type: str
    options: tuple[Option, ...] = ()
    max: int = 0
    help: str = ""
    source: tuple[str, ...] = ()
    columns: tuple[Field, ...] = ()

    def words(
        self, value: Any, listed: Callable[[Iterable[str]], str] = ", ".join, hour: Callable[[str], str] = str
    ) -> str:
        """The value in words, several put in one line by `listed`, moments by `hour`; codes of another version stay
        codes. Of what people typed, characters that must not be shown are replaced."""
        if self.type == "multi":
            return listed(self._word(each) for each in value)
        if self.type == "rows":
            return "; ".join(self._row(row, listed, hour) for row in value)
        return hour(str(value)) if self.type == "moment" else self._word(value)

    def _word(self, value: Any) -> str:
        return next((option.text for option in self.options if option.id == value), neutral(str(value)))

    def _row(self, row: Mapping[str, Any], listed: Callable[[Iterable[str]], str], hour: Callable[[str], str]) -> str:
        columns = (column for column in self.columns if column.id in row)
        told = ((column.label, column.words(row[column.id], listed, hour)) for column in columns)
        return listed(f"{label}: {isolated(words, turns(label))}" for label, words in told)


@dataclass(frozen=True)
class Screen:
    """Facts that are asked together, in reports of these kinds (empty: of every kind)."""

    id: str
    title: str
    help: str
    fields: tuple[Field, ...]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Catalog:
    """Every fact: those that the form asks, by screen, and those that only a trail sets."""

    screens: tuple[Screen, ...]
    trail: tuple[Field, ...]
    trail_title: str = "Answered in the guide"

    def fields(self) -> Iterator[Field]:
        """Every fact, the form's first."""
        for screen in self.screens:
            yield from screen.fields
        yield from self.trail

    def vocabulary(self) -> dict[str, frozenset[str]]:
        """Facts that a protocol may set, with the codes it may set them to."""
        return {
            field.id: frozenset(option.id for option in field.options)
            for field in self.fields()
            if field.type in {"choice", "multi"}
        }

    def described(self, facts: Mapping[str, Any]) -> list[tuple[str, list[tuple[Field, Any]]]]:
        """The facts that are given, by screen title, in the catalog's order."""
        groups = [(screen.title, screen.fields) for screen in self.screens] + [(self.trail_title, self.trail)]
        found = [
            (title, [(field, facts[field.id]) for field in fields if field.id in facts]) for title, fields in groups
        ]
        return [(title, given) for title, given in found if given]


def load_catalog(path: Path = CATALOG) -> Catalog:
    """Read the catalog; a `ValueError` names what is wrong with it."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    screens = tuple(
        Screen(each["id"], each["title"], each.get("help", ""), _fields(each["fields"]), tuple(each.get("kinds", ())))
        for each in data["screens"]
    )
    catalog = Catalog(screens, _fields(data["trail"]))
    ids = [field.id for field in catalog.fields()]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise ValueError(f"{path.name} holds these facts twice: {', '.join(twice)}")
    return catalog


def reworded(catalog: Catalog, reword: Callable[[str, str, str], str]) -> Catalog:
    """The catalog with every word put through `reword(context, text, kind)`; ids and codes stay as they are."""
    screens = tuple(
        replace(
            each,
            title=reword(f"facts.{each.id}", each.title, "title"),
            help=reword(f"facts.{each.id}", each.help, "help") if each.help else "",
            fields=_reworded(each.fields, reword),
        )
        for each in catalog.screens
    )
    trail_title = reword("facts", catalog.trail_title, "title")
    return Catalog(screens, _reworded(catalog.trail, reword), trail_title)


def _reworded(fields: Sequence[Field], reword: Callable[[str, str, str], str]) -> tuple[Field, ...]:
    return tuple(
        replace(
            each,
            label=reword(f"facts.{each.id}", each.label, "label"),
            help=reword(f"facts.{each.id}", each.help, "help") if each.help else "",
            options=tuple(
                replace(option, text=reword(f"facts.{each.id}", option.text, "option")) for option in each.options
            ),
            columns=_reworded(each.columns, reword),
        )
        for each in fields
    )


def _fields(entries: Sequence[Mapping[str, Any]]) -> tuple[Field, ...]:
    return tuple(_field(entry) for entry in entries)


def _field(entry: Mapping[str, Any]) -> Field:
    if entry["type"] not in FIELD_TYPES:
        raise ValueError(f"fact {entry['id']}: {entry['type']!r} is not one of {', '.join(sorted(FIELD_TYPES))}")
    return Field(
        id=entry["id"],
        label=entry["label"],
        type=entry["type"],
        options=tuple(Option(each["id"], each["text"]) for each in entry.get("options", ())),
        max=entry.get("max", 0),
        help=entry.get("help", ""),
        source=tuple(entry.get("source", ())),
        columns=_fields(entry.get("columns", ())),
    )
