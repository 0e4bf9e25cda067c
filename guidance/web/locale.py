"""The languages of the interface: which are enabled, which one a visitor gets, which way it is written.

For the web layer alone. Words come from gettext catalogs under guidance/translations/, one per language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import babel
from flask import Flask, abort, has_request_context, request
from flask_babel import Babel, pgettext

DEFAULT = "en"
ENABLED = (DEFAULT,)


@dataclass(frozen=True)
class Language:
    """A language as pages need it: its code in addresses, its own name, and `ltr` or `rtl`."""

    code: str
    name: str
    direction: str


def language(code: str) -> Language:
    """Describe an enabled language; name and direction are those of the Unicode locale data."""
    data = babel.Locale.parse(code, sep="-")
    direction = "rtl" if data.character_order == "right-to-left" else "ltr"
    return Language(code, str(data.get_display_name() or code).capitalize(), direction)


def languages() -> tuple[Language, ...]:
    """Every enabled language, the default first."""
    return tuple(language(code) for code in ENABLED)


def current() -> str:
    """The language of this request: the address says it, else the browser's Accept-Language, else the default."""
    if not has_request_context():
        return DEFAULT
    named = (request.view_args or {}).get("locale")
    return str(named) if named in ENABLED else negotiated()


def negotiated() -> str:
    """The best enabled language for the browser's Accept-Language; the default when none fits."""
    return request.accept_languages.best_match(ENABLED) or DEFAULT


def phrase(text: str, context: str) -> str:
    """A sentence of a protocol in the current language; `context` is `<protocol>.<step>`. Untranslated: as written."""
    return str(pgettext(context, text)) if text else ""


def install(app: Flask) -> None:
    """Give the app its languages: `_()` and `language` in templates, and 404 for a language that is not enabled."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=lambda: current().replace("-", "_"))
    app.url_value_preprocessor(_only_enabled)
    app.context_processor(lambda: {"language": language(current()), "languages": languages(), "phrase": phrase})


def _only_enabled(_endpoint: str | None, values: Mapping[str, Any] | None) -> None:
    if values and "locale" in values and values["locale"] not in ENABLED:
        abort(404)
