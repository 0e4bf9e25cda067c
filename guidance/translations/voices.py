"""The voice of a language, for messages that are written outside of a request: e-mails."""

from __future__ import annotations

from guidance.translations import catalogs
from guidance.translations.languages import DEFAULT, LANGUAGES
from guidance.translations.mark import ENGLISH, Voice


def voice(code: str) -> Voice:
    """What says sentences in a language of ours; English for any other."""
    if code == DEFAULT or code not in LANGUAGES:
        return ENGLISH
    return Voice(
        code,
        lambda text: str(catalogs.words(code).gettext(text)),
        lambda context, text, _kind: catalogs.translate(code, context, text),
    )
