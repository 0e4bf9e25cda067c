"""Each rule of the checks refuses what it is there for, and lets good translations pass."""

from __future__ import annotations

import pytest

from guidance.translations import catalogs
from guidance.translations.checks import Allowed, check, read_allowed
from guidance.translations.message import PHONETIC, Message

ANSWER = "an answer to tap; at most two short lines"


def findings(code: str, message: Message, *forms: str, allowed: Allowed | None = None) -> list[str]:
    """What the checks say of one translation."""
    catalog = catalogs.template([message])
    catalog.locale = code.replace("-", "_")
    (entry,) = [each for each in catalog if each.id]
    entry.string = forms if message.plural else forms[0]
    return [each.what for each in check(code, catalog, allowed or Allowed())]


@pytest.mark.parametrize(
    ("code", "english", "translation", "complaint"),
    [
        ("es", "Call %(who)s", "Llame", "placeholders differ"),
        ("es", "{n} left", "Quedan {m}", "placeholders differ"),
        ("fr", "Call 911", "Appelez le 991", "numbers differ"),
        ("bn", "Call 911", "৯১১ নম্বরে ফোন করুন", "write digits as 0 to 9"),
        ("ur", "Say no.", "\u202bنہیں کہیں۔\u202c", "control character"),
        ("ru", "Show the paper", "Покажите paper", None),
        ("ru", "Show the paper", "Покажите документ OK", "Latin letters that the English does not have: OK"),
        ("ru", "Say no", "Скажіть ні, вібачте אל", "another script"),
        ("ht", "They went in", "They went in", "the same as the English"),
        ("ht", "I-247 or AO 93", "I-247 oswa AO 93", None),
        ("es", "AO 93", "AO 93", None),
        ("es", "Say no", " Diga que no", "begins or ends with a space"),
        ("es", "Say no", "Diga <b>no</b>", "holds <"),
        ("es", "“Immigration Court”", 'La "Immigration Court"', "straight quotation mark"),
        ("es", "Say no", "", "is not translated"),
        ("zh-Hans", "On 13 January 2025", "2025年1月13日", None),
        ("zh-Hans", "Within 13 days", "1月13日以内", "numbers differ"),
    ],
)
def test_a_rule_refuses_what_it_is_for(code: str, english: str, translation: str, complaint: str | None) -> None:
    found = findings(code, Message("", english, "a.html"), translation)
    if complaint is None:
        assert found == []
    else:
        assert any(complaint in each for each in found), found


def test_what_stands_on_a_button_may_not_grow_beyond_a_small_screen() -> None:
    short = Message("who", "They refused", "visit.yaml", comment=ANSWER)
    assert findings("es", short, "Se negaron") == []
    assert "too long" in findings("es", short, "Dijeron que de ninguna manera iban a mostrarlo")[0]
    assert findings("es", Message("", "They refused", "a.html"), "Dijeron que de ninguna manera iban a mostrarlo") == []


def test_every_plural_form_is_there_and_only_the_number_may_be_left_out() -> None:
    message = Message("", "%(num)s person at %(site)s", "a.html", plural="%(num)s people at %(site)s")
    assert findings("es", message, "una persona en %(site)s", "%(num)s personas en %(site)s") == []
    assert "placeholders differ" in findings("es", message, "una persona", "%(num)s personas en %(site)s")[0]
    assert "has 2 plural forms; the language has 3" in findings("ru", message, "%(site)s", "%(num)s %(site)s")


def test_a_line_that_spells_the_sound_is_in_the_readers_letters_alone() -> None:
    said = Message(PHONETIC, "Call 911 now.", "visit.yaml")
    assert findings("ru", said, "Кол найн уан уан нау.") == []
    assert "Latin letters" in findings("ru", said, "Кол nine уан уан нау.")[0]
    assert findings("es", said, "") == [], "letters are Latin: there is no such line"


def test_a_changed_sentence_is_a_finding() -> None:
    catalog = catalogs.template([Message("", "Say no", "a.html")])
    catalog.locale = "es"
    (entry,) = [each for each in catalog if each.id]
    entry.string, entry.flags = "Diga no", {"fuzzy"}
    (found,) = check("es", catalog, Allowed())
    assert "the English changed" in str(found) and "Say no" in str(found)


def test_what_is_allowed_is_read_from_its_file() -> None:
    allowed = read_allowed()
    assert "Guidance" in allowed.same and "hr" in allowed.latin
    assert findings("es", Message("", "Guidance", "a.html"), "Guidance", allowed=allowed) == []
