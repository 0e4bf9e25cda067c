"""A scenario as the text of a file of protocols/scenarios, in the order and the style that those files have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

Document = Mapping[str, Any]

HEAD = ("id", "version", "checked", "title", "protocol", "site_type", "rows", "summary")
PAPER = ("shown", "heading", "title", "names", "address", "dates", "signer", "form")
LIST_KEYS = frozenset({"say", "heading", "report", "source", "rows"})
WHOLE = frozenset({"version", "seconds"})


class _Line(dict[str, Any]):
    """A mapping that is written on one line."""


class _Row(list[Any]):
    """A list that is written on one line."""


class _Writer(yaml.SafeDumper):
    """Writes mappings in the order given, without aliases, and lists below their key indented."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Writer.add_representer(
    _Line, lambda writer, data: writer.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)
)
_Writer.add_representer(
    _Row, lambda writer, data: writer.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)
)


def write(document: Document) -> str:
    """The text of a file. What is empty and what no scenario has is left out; nothing is checked."""
    card, expected = _mapping(document.get("card")), _mapping(document.get("expected"))
    found: dict[str, Any] = _kept(document, HEAD)
    found["card"] = _kept(card, ("room", "who", "say"))
    paper = _kept(_mapping(card.get("paper")), PAPER)
    if paper.get("shown"):
        found["card"]["paper"] = paper
    injects = [_inject(each) for each in _listed(document.get("injects"))]
    if injects:
        found["injects"] = injects
    found["expected"] = {
        **_kept(expected, ("outcome",)),
        "path": _Row([_Row([str(part) for part in pair]) for pair in expected.get("path") or []]),
        "alert": expected.get("alert") in (True, "true"),
        **_kept(expected, ("report",)),
    }
    found["decisions"] = [
        _Line(_kept(each, ("step", "answer", "why", "source"))) for each in _listed(document.get("decisions"))
    ]
    found.update(_kept(document, ("counsel",)))
    return yaml.dump(found, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False)


def _kept(given: Document, keys: Sequence[str]) -> dict[str, Any]:
    read = {key: _value(key, given.get(key)) for key in keys}
    return {key: value for key, value in read.items() if value not in ("", [])}


def _value(key: str, value: object) -> object:
    if key in LIST_KEYS:
        items = [_plain(each) for each in value] if isinstance(value, list | tuple) else []
        return _Row([_number(each) if key == "rows" else each for each in items if each])
    text = _plain(value)
    if key in WHOLE:
        return _number(text)
    return _day(text) if key == "checked" else text


def _plain(value: object) -> str:
    """A text on one line; white space that a form brings along is one space."""
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _inject(given: Document) -> _Line:
    moment = _kept(_mapping(given.get("at")), ("step", "outcome", "seconds"))
    return _Line({"at": _Line(moment), **_kept(given, ("text", "expects"))})


def _mapping(value: object) -> Document:
    return value if isinstance(value, Mapping) else {}


def _listed(value: object) -> list[Document]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []
