"""Words in the visitor's language, with types: `_()` and `ngettext()` for modules of the web layer, and `said()` for
sentences that are written below it. The names are those that the extractor of gettext messages looks for."""

from __future__ import annotations

from collections.abc import Iterable

import flask_babel

from guidance.translations.mark import Said


def _(message: str, **values: object) -> str:
    """A sentence in the language of this request, with its `%(name)s` filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, count: int) -> str:
    """A sentence with a number, in the form that the number needs; `%(num)s` is the number."""
    return str(flask_babel.ngettext(one, many, count))


def said(words: str | Exception) -> str:
    """A sentence that was marked with `N_`, a `Said`, or what an exception of ours says, in the language of this
    request."""
    text: str = words.args[0] if isinstance(words, Exception) else words
    return text.through(_plain) if isinstance(text, Said) else _plain(text)


def listed(items: Iterable[str]) -> str:
    """Several things in one line, with the comma of the language; empty ones are left out."""
    comma = str(flask_babel.pgettext("between the items of a list", ", "))
    return comma.join(each for each in items if each)


def _plain(text: str) -> str:
    """An empty text has no translation: gettext keeps its own header under it."""
    return str(flask_babel.gettext(text)) if text else ""
