"""Words in the visitor's language, with types: `_()` and `ngettext()` for modules of the web layer. The names are those
that the extractor of gettext messages looks for."""

from __future__ import annotations

import flask_babel


def _(message: str, **values: object) -> str:
    """A sentence in the language of this request, with its `%(name)s` filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, count: int) -> str:
    """A sentence with a number, in the form that the number needs; `%(num)s` is the number."""
    return str(flask_babel.ngettext(one, many, count))
