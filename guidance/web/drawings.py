"""Drawings of templates/drawings/ for a guide page: each is put in once, as a symbol, however many steps show it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

_ROOT = re.compile(r"\s*<svg\b(?P<attributes>[^>]*)>(?P<inner>.*)</svg>\s*", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*"([^"]*)\"""")
_OF_THE_PLACE = {"xmlns", "viewBox", "role", "aria-label", "aria-hidden", "width", "height", "id"}


@dataclass(frozen=True)
class Drawing:
    """A drawing in pieces: where it shows needs `view_box` and `label`, the symbol needs `attributes` and `inner`."""

    name: str
    view_box: str
    label: Markup
    attributes: Markup
    inner: Markup


def drawings(names: Iterable[str]) -> dict[str, Drawing]:
    """The drawings by name, each read once."""
    return {name: _read(name) for name in sorted(set(names)) if name}


def _read(name: str) -> Drawing:
    text = re.sub(r"<!--.*?-->", "", render_template(f"drawings/{name}.svg"), flags=re.DOTALL)
    found = _ROOT.fullmatch(text)
    attributes = dict(_ATTRIBUTE.findall(found["attributes"])) if found else {}
    if found is None or "viewBox" not in attributes:
        raise ValueError(f"drawings/{name}.svg is not one <svg> with a viewBox")
    kept = " ".join(f'{key}="{value}"' for key, value in attributes.items() if key not in _OF_THE_PLACE)
    label, inner = attributes.get("aria-label", ""), found["inner"]
    # Our own files, already markup: escaping them again would show their source.
    return Drawing(name, attributes["viewBox"], Markup(label), Markup(kept), Markup(inner))  # noqa: S704
