"""Catalogs: what is missing or changed is shown in English with a mark, what is known is found wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from guidance.translations import catalogs
from guidance.translations.catalogs import MARKED, Words
from guidance.translations.message import PHONETIC, Message
from guidance.translations.status import progress

HOW = Message("", "How are you?", "a.html")
NO = Message("danger", "No", "visit.yaml")
NO_PART = Message("paper-checker.top", "No", "part.yaml")
MANY = Message("", "%(num)s person", "b.html", plural="%(num)s people")
SOUND = Message(PHONETIC, "Good day.", "visit.yaml")


def words_of(
    code: str, folder: Path, translated: dict[tuple[str, str], str | tuple[str, ...]], *messages: Message
) -> Words:
    """The words of a catalog on disk with these translations, compiled as the product does it."""
    catalog = catalogs.updated(catalogs.read(code, folder), messages)
    for entry in catalog:
        if entry.id and catalogs.key(entry) in translated:
            entry.string = translated[catalogs.key(entry)]
    catalogs.write(code, catalog, folder)
    return Words(catalogs.compiled(code, folder))


def test_a_sentence_without_a_translation_is_marked_english(tmp_path: Path) -> None:
    found = words_of("ur", tmp_path, {}, HOW, NO, MANY)
    assert found.gettext(HOW.text) == MARKED.format(HOW.text)
    assert found.pgettext("danger", "No") == MARKED.format("No")
    assert found.ngettext(MANY.text, MANY.plural, 3) == MARKED.format("%(num)s people")


def test_a_changed_sentence_turns_fuzzy_and_is_english_again_until_somebody_looked(tmp_path: Path) -> None:
    words_of("es", tmp_path, {HOW.key: "¿Cómo está?"}, HOW)
    changed = Message("", "How are you today?", "a.html")
    catalog = catalogs.updated(catalogs.read("es", tmp_path), [changed])
    catalogs.write("es", catalog, tmp_path)
    (entry,) = [each for each in catalogs.read("es", tmp_path) if each.id]
    assert entry.fuzzy and entry.string == "¿Cómo está?"
    assert f'#| msgid "{HOW.text}"' in catalogs.po_path("es", tmp_path).read_text(encoding="utf-8")
    assert Words(catalogs.compiled("es", tmp_path)).gettext(changed.text) == MARKED.format(changed.text)
    counted = progress("es", catalogs.read("es", tmp_path))
    assert (counted.translated, counted.fuzzy, counted.missing) == (0, 1, 0)


def test_what_is_gone_from_the_product_is_gone_from_the_catalog(tmp_path: Path) -> None:
    words_of("es", tmp_path, {HOW.key: "¿Cómo está?"}, HOW, NO)
    assert [each.id for each in catalogs.updated(catalogs.read("es", tmp_path), [NO]) if each.id] == ["No"]


def test_the_context_decides_and_a_shared_step_is_found_under_every_name_that_protocols_give_it(tmp_path: Path) -> None:
    found = words_of("ru", tmp_path, {NO.key: "Нет", NO_PART.key: "Ничего"}, NO, NO_PART)
    assert found.pgettext("danger", "No") == "Нет"
    assert found.pgettext("resident-paper-top", "No") == "Ничего"
    assert found.pgettext("step-of-an-older-version", "No") in ("Нет", "Ничего")
    assert found.find("danger", "Never said") is None


def test_a_sound_is_never_taken_for_a_meaning_nor_a_meaning_for_a_sound(tmp_path: Path) -> None:
    said = Message("identified", SOUND.text, "visit.yaml")
    found = words_of("ru", tmp_path, {said.key: "Добрый день."}, said, SOUND)
    assert found.find(PHONETIC, SOUND.text) is None
    found = words_of("ru", tmp_path, {said.key: "", SOUND.key: "Гуд дэй."}, said, SOUND)
    assert found.find("identified", SOUND.text) is None


def test_a_number_takes_the_form_that_the_language_has_for_it(tmp_path: Path) -> None:
    forms = ("%(num)s человек", "%(num)s человека", "%(num)s людей")
    found = words_of("ru", tmp_path, {MANY.key: forms}, MANY)
    assert [found.ngettext(MANY.text, MANY.plural, n) for n in (21, 3, 11)] == list(forms)


def test_the_same_catalog_is_the_same_file_and_compiling_ahead_changes_nothing_but_time(tmp_path: Path) -> None:
    words_of("yi", tmp_path, {HOW.key: "װאָס מאַכט איר?"}, HOW, SOUND)
    path = catalogs.po_path("yi", tmp_path)
    before, made = path.read_bytes(), catalogs.compiled("yi", tmp_path)
    catalogs.write("yi", catalogs.read("yi", tmp_path), tmp_path)
    assert path.read_bytes() == before
    catalogs.compile_all(["yi"], tmp_path)
    assert catalogs.compiled("yi", tmp_path) == made
    (ready,) = path.parent.glob("*.mo")
    words_of("yi", tmp_path, {HOW.key: "אַנדערש"}, HOW, SOUND)
    assert Words(catalogs.compiled("yi", tmp_path)).gettext(HOW.text) == "אַנדערש", "an old compiled file is never used"
    catalogs.compile_all(["yi"], tmp_path)
    assert ready not in set(path.parent.glob("*.mo"))


def test_english_says_what_is_written() -> None:
    assert catalogs.words("en").gettext(HOW.text) == HOW.text
    assert not catalogs.lacks("en", "danger", "Anything")


@pytest.mark.parametrize("code", ["es", "fr", "ht"])
def test_sounds_are_counted_only_where_letters_are_not_latin(code: str, tmp_path: Path) -> None:
    words_of(code, tmp_path, {}, HOW, SOUND)
    assert progress(code, catalogs.read(code, tmp_path)).total == 1
