"""Which language a visitor gets, and how pages say things in it.

Words come from the catalogs under guidance/translations/, one per language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from babel.support import NullTranslations
from flask import Flask, abort, has_request_context, request
from flask_babel import Babel, Domain, get_domain, get_locale, pgettext

from guidance.translations import catalogs
from guidance.translations.languages import CODES, DEFAULT, LANGUAGES, Language, best, folder_name
from guidance.translations.message import PHONETIC

ENABLED = CODES
# Set by the phone itself when somebody chooses a language (static/js/reader.js); only our own tags count.
COOKIE = "guidance-language"
Translator = Callable[[str], NullTranslations]


class Catalogs(Domain):  # type: ignore[misc]
    """Where Flask-Babel finds the words of a language: our catalogs, which mark what they lack."""

    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self.translator = translator

    def get_translations(self) -> NullTranslations:
        """The words of the language in charge here; outside of a request the default's."""
        return self.translator(str(get_locale() or DEFAULT).replace("_", "-"))


def language(code: str) -> Language:
    """Describe an enabled language."""
    return LANGUAGES[code]


def languages() -> tuple[Language, ...]:
    """Every enabled language, the default first."""
    return tuple(LANGUAGES.values())


def current() -> str:
    """The language of this request: the address says it, else the phone's choice, else the browser's wishes."""
    if not has_request_context():
        return DEFAULT
    named = (request.view_args or {}).get("locale")
    return str(named) if named in ENABLED else negotiated()


def negotiated() -> str:
    """The language chosen on this phone, else the best for the browser's Accept-Language, else the default.

    A phone that blocks cookies names its choice in the address.
    """
    chosen = request.args.get("language") or request.cookies.get(COOKIE)
    if chosen in ENABLED:
        return str(chosen)
    return best(tag for tag, _quality in request.accept_languages) or DEFAULT


def phrase(text: str, context: str) -> str:
    """A sentence of a protocol in the current language, else in marked English; `context` is the id of its step."""
    return str(pgettext(context, text)) if text else ""


def reword(context: str, text: str, kind: str) -> str:
    """`phrase` in the form that the walks over protocols, scenarios and facts ask for."""
    return phrase(text, context)


def meaning(text: str, context: str) -> str:
    """What English words to say mean in the reader's language; empty for readers of English."""
    return "" if current() == DEFAULT else phrase(text, context)


def sound(text: str) -> str:
    """How English words to say sound, in the reader's letters; empty where those are Latin or nobody wrote it yet."""
    words = get_domain().get_translations()
    if not LANGUAGES[current()].phonetic or not isinstance(words, catalogs.Words):
        return ""
    return words.find(PHONETIC, text) or ""


def install(app: Flask, translator: Translator = catalogs.words, time_zone: str = "UTC") -> None:
    """Give the app its languages: `_()` and `language` in templates, and 404 for a language that is not enabled.

    Hours are shown in `time_zone`, a name of the IANA database.
    """
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_DEFAULT_TIMEZONE"] = time_zone
    domain = Catalogs(translator)
    Babel(app, locale_selector=lambda: folder_name(current()))
    app.extensions["babel"].instance.domain_instance = domain
    app.url_value_preprocessor(_only_enabled)
    app.context_processor(
        lambda: {
            "language": language(current()),
            "time_zone": time_zone,
            "languages": languages(),
            "phrase": phrase,
            "meaning": meaning,
            "sound": sound,
        }
    )


def _only_enabled(_endpoint: str | None, values: Mapping[str, Any] | None) -> None:
    if values and "locale" in values and values["locale"] not in ENABLED:
        abort(404)
