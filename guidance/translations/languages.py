"""The languages of the product, as pages and translators need them. Any part may use it.

The ten are those that the City named for its know-your-rights campaign. Names are the language's own; direction and
plural forms are those of the Unicode locale data (CLDR).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import babel

DEFAULT = "en"
ALIASES = {"ji": "yi"}  # what older systems call Yiddish


@dataclass(frozen=True)
class Language:
    """A language: its BCP 47 tag, its own name, its English name, `ltr` or `rtl`, and the script it is written in.

    `script` is the start of the Unicode names of its letters. Where it is not Latin, words to say in English come
    with a line that spells their sound.
    """

    code: str
    name: str
    english: str
    direction: str
    script: str

    @property
    def phonetic(self) -> bool:
        """Whether words to say in English need a line in the reader's own letters."""
        return self.script != "LATIN"


def _language(code: str, name: str, english: str, script: str = "LATIN") -> Language:
    right_to_left = parsed(code).character_order == "right-to-left"
    return Language(code, name, english, "rtl" if right_to_left else "ltr", script)


def parsed(code: str) -> babel.Locale:
    """The locale data of a tag as addresses write it: `zh-Hans`."""
    return babel.Locale.parse(code, sep="-")


LANGUAGES = {
    each.code: each
    for each in (
        _language("en", "English", "English"),
        _language("es", "Español", "Spanish"),
        _language("zh-Hans", "简体中文", "Chinese (Mandarin)", "CJK"),
        _language("ru", "Русский", "Russian", "CYRILLIC"),
        _language("bn", "বাংলা", "Bangla", "BENGALI"),
        _language("ht", "Kreyòl ayisyen", "Haitian Creole"),
        _language("fr", "Français", "French"),
        _language("ar", "العربية", "Arabic", "ARABIC"),
        _language("ur", "اردو", "Urdu", "ARABIC"),
        _language("yi", "ייִדיש", "Yiddish", "HEBREW"),
    )
}
CODES = tuple(LANGUAGES)
TRANSLATED = tuple(code for code in CODES if code != DEFAULT)


def folder_name(code: str) -> str:
    """The name of a language's folder of catalogs, as gettext writes it: `zh_Hans`."""
    return code.replace("-", "_")


def best(tags: Iterable[str]) -> str | None:
    """The language for the first wish that one of ours meets, by its whole tag or its primary language (RFC 4647 §3.4).

    `tags` are wishes, the strongest first. Written Chinese of any region gets the one Chinese that there is.
    """
    for tag in tags:
        for code in CODES:
            if code.lower() == tag.lower():
                return code
        primary = ALIASES.get(tag.split("-")[0].lower(), tag.split("-")[0].lower())
        for code in CODES:
            if code.split("-")[0] == primary:
                return code
    return None
