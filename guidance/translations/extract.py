"""Finds the sentences of the interface: in Python modules and in templates, by Babel's own extractor.

The sentences of protocols, scenarios and facts are collected by whoever knows them (guidance/commands/translations.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

from guidance.translations.message import Message

METHODS = [("guidance/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.svg", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true"}, "templates/**.svg": {"trimmed": "true"}}
# What marks a sentence, with the arguments that hold its text; the lazy forms are those of Flask-Babel.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "N_": None,
}
COMMENT_TAGS = ("Translators:",)


def interface_messages(root: Path) -> Iterator[Message]:
    """Every marked sentence under guidance/ and templates/, in the order of the files."""
    for folder in ("guidance", "templates"):
        found = extract_from_dir(
            root / folder, _below(folder), _options_below(folder), KEYWORDS, COMMENT_TAGS, strip_comment_tags=True
        )
        for name, _line, text, comments, context in found:
            one, many = text if isinstance(text, tuple) else (text, "")
            yield Message(context or "", one, f"{folder}/{name}", many, " ".join(comments))


def _below(folder: str) -> list[tuple[str, str]]:
    return [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in METHODS if pattern.startswith(folder)]


def _options_below(folder: str) -> dict[str, dict[str, str]]:
    return {pattern.removeprefix(f"{folder}/"): value for pattern, value in OPTIONS.items()}
