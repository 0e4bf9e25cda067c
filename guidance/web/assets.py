"""Files of static/ as they are served: as written, without comments and indentation.

Half of a commented module is comments, and a phone on a bad network should not wait for them. Every statement stays on
its line, so a browser's tools show what the repository shows.
"""

from __future__ import annotations

import re
from pathlib import Path

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_BLOCK = re.compile(r"^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*$", re.MULTILINE)
_LINE = re.compile(r"^[ \t]*//.*$", re.MULTILINE)
# A type inside a line of code. No string or pattern of ours holds these characters.
_TYPE = re.compile(r"/\*\* @type [^*]*\*/ ?")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def served(path: Path) -> bytes:
    """What a browser gets for a file of static/."""
    if path.suffix not in {".js", ".css"}:
        return path.read_bytes()
    text = without_comments(path.read_text(encoding="utf-8"), line_comments=path.suffix == ".js")
    if path.suffix == ".css":
        return _INDENT.sub("", text).encode()
    return _TYPE.sub("", text if "`" in _without_short_templates(text) else _INDENT.sub("", text)).encode()


def without_comments(text: str, line_comments: bool = True) -> str:
    """Empty the lines that hold nothing but a comment. Comments after code, and lines of code, stay as they are."""
    text = _BLOCK.sub(lambda found: "\n" * found[0].count("\n"), text)
    return _LINE.sub("", text) if line_comments else text


def _without_short_templates(text: str) -> str:
    """The text without template literals that end on their line: only in longer ones does indentation mean anything."""
    return re.sub(r"`[^`\n]*`", "", text)
