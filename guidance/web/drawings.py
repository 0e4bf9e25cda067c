"""Drawings of templates/drawings/ for a guide page: each is put in once, as a symbol, however many steps show it.

What stands on a drawn paper is English, as on a real one; captions and labels are in the reader's language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup, escape

_ROOT = re.compile(r"\s*<svg\b(?P<attributes>[^>]*)>(?P<inner>.*)</svg>\s*", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*"([^"]*)\"""")
SMALLEST = 9
_OF_THE_PLACE = {"xmlns", "viewBox", "role", "aria-label", "aria-hidden", "width", "height", "id"}


@dataclass(frozen=True)
class Drawing:
    """A drawing in pieces: where it shows needs `view_box` and `label`, the symbol needs `attributes` and `inner`."""

    name: str
    view_box: str
    label: Markup
    attributes: Markup
    inner: Markup


def caption(words: str, x: int, y: int, width: int, lines: int = 1, size: int = 14, leading: int = 16) -> Markup:
    """Words below or inside a drawing, in at most two lines; too long ones are written smaller, down to a limit."""
    rows = _halves(words) if lines > 1 else [words]
    widest = max(_ems(row) for row in rows) * size
    smaller = f' font-size="{max(SMALLEST, size * width / widest):.3g}"' if widest > width else ""
    shown = (f'<text x="{x}" y="{y + leading * at}"{smaller}>{escape(str(row))}</text>' for at, row in enumerate(rows))
    return Markup("".join(shown))  # noqa: S704 - numbers of our own, and words that were escaped


def drawings(names: Iterable[str]) -> dict[str, Drawing]:
    """The drawings by name, each read once."""
    return {name: _read(name) for name in sorted(set(names)) if name}


def _read(name: str) -> Drawing:
    text = re.sub(r"<!--.*?-->", "", render_template(f"drawings/{name}.svg", caption=caption), flags=re.DOTALL)
    found = _ROOT.fullmatch(text)
    attributes = dict(_ATTRIBUTE.findall(found["attributes"])) if found else {}
    if found is None or "viewBox" not in attributes:
        raise ValueError(f"drawings/{name}.svg is not one <svg> with a viewBox")
    kept = " ".join(f'{key}="{value}"' for key, value in attributes.items() if key not in _OF_THE_PLACE)
    label, inner = attributes.get("aria-label", ""), found["inner"]
    # Our own files, already markup: escaping them again would show their source.
    return Drawing(name, attributes["viewBox"], Markup(label), Markup(kept), Markup(inner))  # noqa: S704


def _halves(words: str) -> list[str]:
    """In two lines of about the same length; a script without spaces stays in one."""
    parts = words.split(" ")
    cuts = [(" ".join(parts[:at]), " ".join(parts[at:])) for at in range(len(parts) - 1, 0, -1)]
    return list(min(cuts, key=lambda cut: max(map(_ems, cut)))) if cuts else [words]


def _ems(text: str) -> float:
    """About how wide a text is, in font sizes: half for most letters, a whole one for Chinese."""
    return sum(1.0 if unicodedata.east_asian_width(each) in "WF" else 0.54 for each in text)
