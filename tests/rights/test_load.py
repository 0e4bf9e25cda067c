"""The file of rights is read strictly, and its content keeps the rules of everything people read under stress."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from guidance.protocol.reading import grade, passage, words
from guidance.protocol.rules_text import HIGHEST_GRADE
from guidance.protocol.values import ProtocolError
from guidance.rights.load import MOST_WORDS, load_rights
from guidance.rights.model import CARDS, HELP, Rights, reworded
from guidance.settings import ROOT

PROTOCOLS = ROOT / "protocols"
LONG = "word " * (MOST_WORDS + 1)
HARD = "Departmental personnel communicate administrative authorization documentation, notwithstanding confidentiality."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The file and its sources, to be spoilt."""
    (tmp_path / "shared").mkdir()
    shutil.copy(PROTOCOLS / "rights.yaml", tmp_path)
    shutil.copy(PROTOCOLS / "shared" / "sources.yaml", tmp_path / "shared")
    return tmp_path


def known() -> Rights:
    return load_rights(PROTOCOLS / "rights.yaml")


def problems(folder: Path) -> list[str]:
    with pytest.raises(ProtocolError) as refused:
        load_rights(folder / "rights.yaml")
    return [str(problem) for problem in refused.value.problems]


def spoil(folder: Path, old: str, new: str) -> None:
    path = folder / "rights.yaml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), "utf-8")


FIRST = "{text: You may ask for an interpreter., source: [rights-named], confidence: mirror}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: one", "rights.yaml:8: version: write a whole number here"),
        ("intro: You", "lead: You", "lead: unknown key; known here are version, checked, title, intro"),
        ("  - id: help", "  - id: Help!", "'Help!' is no id"),
        ("  - id: help", "  - id: home", "there are two sections 'home'; rename one"),
        ("  - id: help", "  - id: aid", "there is no section 'help'; pages show telephone numbers in it"),
        ("confidence: mirror}\n      - {say: \"I need", "confidence: sure}\n      - {say: \"I need",
         "'sure' is unknown; write one of primary"),
        (FIRST, FIRST.replace("[rights-named]", "[rumour]"), "'rumour' is unknown; add it to shared/sources.yaml"),
        (FIRST, FIRST.replace("[rights-named]", "[]"), "name the source that this rests on"),
        (FIRST, FIRST.replace("source: [rights-named], ", ""), "'source' is missing"),
        (FIRST, FIRST.replace("{text", "{say: Hello., text"), "write either 'text' or 'say'"),
        (FIRST, FIRST.replace("text: You may ask for an interpreter., ", ""), "write either 'text' or 'say'"),
        (FIRST, FIRST.replace("confidence: mirror", "confidence: mirror, card: [wall]"),
         "'wall' is unknown; write one of sheet, wallet"),
        (FIRST, FIRST.replace("You may ask for an interpreter.", LONG),
         f"has {MOST_WORDS + 1} words; cut it to {MOST_WORDS}"),
        (FIRST, FIRST.replace("an interpreter.", "a valid paper."), "take out “valid”"),
        (FIRST, FIRST.replace("an interpreter.", "help at 800-354-0365."), "take out the number 800-354-0365"),
        ("title: Filming", f"title: {HARD!r}", "is above 8; use shorter sentences and shorter words"),
        ("advice: This is general information, not legal advice. For your own case, ask a lawyer.", "advice: ''",
         "advice: write a text here; it is empty"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(folder: Path, old: str, new: str, message: str) -> None:
    spoil(folder, old, new)

    assert any(message in each for each in problems(folder)), problems(folder)


def test_a_file_that_is_not_there_is_told(folder: Path) -> None:
    (folder / "rights.yaml").unlink()

    assert any("cannot be read" in each for each in problems(folder))


def test_every_section_is_easy_to_read() -> None:
    for section in known().sections:
        found = grade(passage([section.title, *(line.text for line in section.lines)]))
        assert found is None or found <= HIGHEST_GRADE, section.id


def test_every_line_is_short_and_names_its_ground() -> None:
    rights = known()
    for section in rights.sections:
        for line in section.lines:
            assert len(words(line.text)) <= MOST_WORDS
            assert line.source and set(line.source) <= set(rights.sources)
            assert line.confidence


def test_the_three_rights_that_the_city_names_come_first_with_their_words_to_say() -> None:
    first = known().sections[0]
    said = " ".join(line.text for line in first.lines if line.spoken)

    assert all(word in said for word in ("silent", "lawyer", "interpreter"))


@pytest.mark.parametrize("card", CARDS)
def test_each_card_has_words_to_say_what_never_to_do_and_where_to_get_help(card: str) -> None:
    rights = known()

    assert len(list(rights.on_card(card, spoken=True))) >= 5
    sections = {section.id for section, _ in rights.on_card(card, spoken=False)}
    assert {"never", HELP} <= sections


def test_nothing_says_that_anyone_should_lie_run_or_hide() -> None:
    bad = [line.text for section in known().sections for line in section.lines if line.text.startswith("Never")]

    assert any("lie" in each for each in bad)
    assert any("false papers" in each for each in bad)
    assert any("run" in each for each in bad)


def test_rewording_reaches_every_sentence_once_and_leaves_ids_alone() -> None:
    heard: list[tuple[str, str, str]] = []

    def reword(context: str, text: str, kind: str) -> str:
        heard.append((context, text, kind))
        return f"<{text}>"

    rights = known()
    found = reworded(rights, reword)

    assert [each.id for each in found.sections] == [each.id for each in rights.sections]
    assert ("rights.everyone", "I want to speak with a lawyer.", "say") in heard
    assert ("rights", rights.title, "title") in heard
    for section, before in zip(found.sections, rights.sections, strict=True):
        assert section.title == f"<{before.title}>"
        assert [line.text for line in section.lines] == [f"<{line.text}>" for line in before.lines]
        assert [line.source for line in section.lines] == [line.source for line in before.lines]
    assert all(source.title.startswith("<") for source in found.sources.values())
