"""Words in the visitor's language, with types: `_()` and `ngettext()` for modules of the web layer, and `said()` for
sentences that are written below it. The names are those that the extractor of gettext messages looks for."""

from __future__ import annotations

from collections.abc import Iterable

import flask_babel

from guidance.text import filled
from guidance.translations.mark import Said


def _(message: str, **values: object) -> str:
    """A sentence in the language of this request, with its `%(name)s` filled in, each isolated as the line needs."""
    sentence = str(flask_babel.gettext(message))
    return filled(sentence, values, right_to_left()) if values else sentence


def ngettext(one: str, many: str, count: int) -> str:
    """A sentence with a number, in the form that the number needs; `%(num)s` is the number."""
    return filled(form_of(one, many, count), {"num": count}, right_to_left())


def form_of(one: str, many: str, count: int) -> str:
    """The sentence for a number in the form that the number needs, its gaps still open."""
    return str(flask_babel.get_domain().get_translations().ungettext(one, many, count))


def right_to_left() -> bool:
    """Whether the language of this request is written from right to left."""
    locale = flask_babel.get_locale()
    return locale is not None and locale.text_direction == "rtl"


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
