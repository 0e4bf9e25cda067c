"""The ten catalogs themselves: of today's English, complete, without a finding; and the English is plain."""

from __future__ import annotations

import functools
from collections import defaultdict

import pytest

from guidance.commands.messages import all_messages
from guidance.protocol.reading import grade, passage
from guidance.settings import ROOT
from guidance.translations import catalogs
from guidance.translations.checks import check, read_allowed
from guidance.translations.languages import LANGUAGES, TRANSLATED
from guidance.translations.message import Message
from guidance.translations.status import progress

HIGHEST_GRADE = 8.0


@functools.cache
def messages() -> tuple[Message, ...]:
    return tuple(all_messages())


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalog_is_of_todays_english_complete_and_without_a_finding(code: str) -> None:
    catalog = catalogs.read(code)
    assert {each.key for each in messages()} == {catalogs.key(entry) for entry in catalog if entry.id}
    assert [str(each) for each in check(code, catalog, read_allowed())] == []
    assert progress(code, catalog).complete
    assert catalogs.NOTICE in catalog.header_comment, "nobody has reviewed it: the catalog says so"


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_language_has_a_glossary_that_says_why(code: str) -> None:
    text = (ROOT / "docs" / "glossary" / f"{code}.md").read_text(encoding="utf-8")
    assert LANGUAGES[code].english.split(" ")[0] in text.splitlines()[0]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) > 35
    assert all(len(line.strip("|").split("|")) >= 3 for line in rows)


def test_the_english_of_pages_can_be_read_after_eight_years_of_school() -> None:
    """Flesch-Kincaid over all sentences of a file; a single button says too little to be graded."""
    of_file: dict[str, list[str]] = defaultdict(list)
    for each in messages():
        if each.place.startswith(("templates/", "guidance/web/")):
            of_file[each.place].append(each.text)
    graded = {place: grade(passage(texts)) for place, texts in of_file.items()}
    assert {place: found for place, found in graded.items() if found is not None and found > HIGHEST_GRADE} == {}
