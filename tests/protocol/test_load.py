"""Loading: files become self-contained protocols, and every problem is told with its file and place."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from guidance.protocol.load import ProtocolError, from_document, load_file, load_folder, to_document
from guidance.protocol.model import Line, Protocol
from tests.protocol.example import example
from tests.protocol.trees import EXAMPLE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example's folder that a test may spoil."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "protocols"))


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(ProtocolError) as refused:
        load_folder(folder)
    return [str(problem) for problem in refused.value.problems]


def test_the_head_of_a_file_is_read() -> None:
    found = example()
    assert (found.id, found.version, found.checked, found.start) == ("protocol", 1, date(2026, 11, 24), "danger")
    assert (found.entry.place, found.entry.order, found.entry.icon) == ("main", 1, "door")


def test_the_steps_of_a_part_get_the_name_of_the_use_before_their_own() -> None:
    found = example()
    assert {"paper-shown", "paper-top"} <= set(found.steps)
    assert [answer.to for answer in found.steps["lot"].answers] == ["paper-shown", "open-door"]
    assert [answer.to for answer in found.steps["paper-shown"].answers] == ["paper-top", "paper-top", "no-paper"]
    assert {answer.to for answer in found.steps["paper-top"].answers} == {"wait-for-counsel"}


def test_shared_outcomes_interrupts_and_the_sources_used_come_along() -> None:
    found = example()
    assert {"safety-exit", "entered-anyway", "emergency-claimed"} <= set(found.outcomes)
    assert [interrupt.id for interrupt in found.interrupts] == ["unsafe", "went-in", "emergency"]
    assert set(found.sources) == {"memo-2025-01", "ac-4-210"}


def test_a_line_may_be_limited_to_site_types_and_name_its_own_source() -> None:
    assert example().outcomes["wait-for-counsel"].say[1] == Line(
        "The principal will come to the door.", ("school",), ("memo-2025-01",)
    )


def test_yes_no_and_911_need_no_quotes(folder: Path) -> None:
    spoil(folder / "protocol.yaml", '{id: "yes", text: "Yes", to: safety-exit', "{id: yes, text: Yes, to: safety-exit")
    spoil(folder / "shared/outcomes.yaml", 'role: "911"', "role: 911")
    assert load_folder(folder).protocols["protocol"] == example()


def test_a_protocol_can_be_read_with_the_shared_pieces_of_another_folder(folder: Path) -> None:
    alone = folder.parent / "old.yaml"
    shutil.move(folder / "protocol.yaml", alone)
    assert load_file(alone, folder / "shared") == example()


def test_protocols_come_in_the_order_of_the_home_screen(folder: Path) -> None:
    text = (folder / "protocol.yaml").read_text(encoding="utf-8")
    for id, place, order in (("last", "more", 1), ("second", "main", 2), ("third", "main", 3)):
        changed = text.replace("id: protocol ", f"id: {id} ", 1).replace("place: main", f"place: {place}")
        (folder / f"{id}.yaml").write_text(changed.replace("order: 1", f"order: {order}"), encoding="utf-8")
    assert list(load_folder(folder).protocols) == ["protocol", "second", "third", "last"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("protocol.yaml", "version: 1 ", "version: one ", "protocol.yaml:5: version: write a whole number here"),
        ("protocol.yaml", "checked: 2026-11-24", "checked: soon", "checked: write a date like 2026-11-24 here"),
        ("protocol.yaml", "id: protocol ", "id: other ", "id: the id 'other' and the file name must be the same"),
        ("protocol.yaml", "start: danger\n", "", "'start' is missing"),
        ("protocol.yaml", "sources_note:", "remarks:", "remarks: unknown key; known here are"),
        ("protocol.yaml", "place: true", "place: maybe", "steps.place.place: write true or false here"),
        ("protocol.yaml", "to: lot}", "goto: lot}", "steps.place.answers[3].goto: unknown key"),
        ("protocol.yaml", "to: lot}", "goto: lot}", "steps.place.answers[3]: 'to' is missing"),
        ("protocol.yaml", "id: garage", "id: A Garage", "'A Garage' is no id"),
        ("protocol.yaml", "  lot:\n", "  door:\n", "steps.door: this key is there twice"),
        ("protocol.yaml", "part: paper", "part: papre", "use.paper: there is no part 'papre'; parts are: paper"),
        ("protocol.yaml", "none: no-paper", "nil: no-paper", "say where exit 'none' of part 'paper' leads"),
        ("protocol.yaml", "none: no-paper", "nil: no-paper", "part 'paper' has no exit 'nil'"),
        ("protocol.yaml", "[safety-exit,", "[safe,", "include[0]: shared/outcomes.yaml has no outcome 'safe'"),
        ("protocol.yaml", "  no-paper:\n", "  safety-exit:\n", "outcome 'safety-exit' is written here and included"),
        ("protocol.yaml", "  no-paper:\n", "  lot:\n", "'lot' is a step and an outcome; rename one"),
        ("protocol.yaml", "  no-paper:\n", "  paper:\n", "'paper' is also a step or an outcome; rename one"),
        ("protocol.yaml", "  lot:\n", "  paper-top:\n", "step 'paper-top' of the part meets a step of the same id"),
        ("protocol.yaml", "  door:\n", "  door: &d\n", None),
        ("protocol.yaml", "say: [\"Please wait", "say: [*none, \"Please wait", "this is not YAML"),
        ("shared/sources.yaml", "confidence: official", "trust: official", "shared/sources.yaml:8: ac-4-210.trust"),
        ("shared/interrupts.yaml", "to: safety-exit", "to: ''", "[0].to: write a text here; it is empty"),
        ("shared/part-paper.yaml", "to: top", "to: away", "'away' is neither a step of this part nor one of its exits"),
        ("shared/part-paper.yaml", '"exit:none"', '"exit:seen"', "no answer leads to exit 'none'"),
        ("shared/part-paper.yaml", "start: shown", "start: away", "there is no step 'away' in this part"),
        ("shared/part-paper.yaml", "part: paper", "part: papers", "must fit: part-papers.yaml"),
    ],
)  # fmt: skip
def test_a_problem_is_told_with_its_file_and_place(
    folder: Path, file: str, old: str, new: str, said: str | None
) -> None:
    spoil(folder / file, old, new)
    if said is None:
        assert load_folder(folder).protocols
    else:
        assert said in "\n".join(problems(folder))


def test_all_problems_of_all_files_are_told_at_once(folder: Path) -> None:
    spoil(folder / "protocol.yaml", "version: 1 ", "version: one ")
    spoil(folder / "protocol.yaml", "checked: 2026-11-24", "checked: soon")
    spoil(folder / "shared/sources.yaml", "confidence: mirror", "confidence: [mirror]")
    assert len(problems(folder)) == 3


def test_aliases_are_refused_since_they_hide_what_a_reader_sees(folder: Path) -> None:
    spoil(folder / "protocol.yaml", "  door:\n", "  door: &again\n")
    spoil(folder / "protocol.yaml", "  lot:\n", "  copy: *again\n  lot:\n")
    assert any("aliases" in problem for problem in problems(folder))


def test_a_folder_without_protocols_is_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path) == [f"{tmp_path}: there is no protocol file here"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a: [", b"- 1", b"just text"])
def test_a_file_that_is_no_protocol_is_a_problem(folder: Path, content: bytes) -> None:
    (folder / "other.yaml").write_bytes(content)
    assert all(problem.startswith("other.yaml") for problem in problems(folder))


def document(found: Protocol) -> dict[str, object]:
    return to_document(found)


def test_a_document_stands_on_its_own() -> None:
    found = document(example())
    assert (found["id"], found["version"], found["checked"]) == ("protocol", 1, "2026-11-24")
    assert from_document(found) == example()


def test_absent_pieces_are_left_out_of_a_document() -> None:
    steps = document(example())["steps"]
    assert isinstance(steps, dict)
    assert set(steps["danger"]) == {"ask", "why", "source", "confidence", "answers"}


def test_a_changed_document_does_not_pass_for_the_one_that_was_published() -> None:
    found = {**document(example()), "title": "Something else"}
    with pytest.raises(ProtocolError, match="hash: does not match the content"):
        from_document(found)


def test_a_document_of_a_later_format_is_refused() -> None:
    found = {**document(example()), "format": 2}
    with pytest.raises(ProtocolError, match="reads documents of format 1"):
        from_document(found)


def test_any_change_of_content_changes_the_hash(folder: Path) -> None:
    spoil(folder / "shared/outcomes.yaml", "Move away now", "Go away now")
    assert load_folder(folder).protocols["protocol"].hash != example().hash


def test_an_edition_is_one_until_a_file_says_more_and_leaves_earlier_hashes_as_they_are(folder: Path) -> None:
    assert example().edition == 1 and "edition" not in to_document(example())
    spoil(folder / "protocol.yaml", "version: 1", "version: 1\nedition: 2")
    found = load_folder(folder).protocols["protocol"]
    assert found.edition == 2 and found.hash != example().hash
    assert from_document(to_document(found)) == found


def test_an_edition_below_one_is_refused(folder: Path) -> None:
    spoil(folder / "protocol.yaml", "version: 1", "version: 1\nedition: 0")
    assert problems(folder) == ["protocol.yaml:6: edition: write a whole number from 1 here"]


def test_the_rules_of_certificates_beside_the_protocols_are_none(folder: Path) -> None:
    (folder / "certificates.yaml").write_text("pass_mark: 100\n", encoding="utf-8")
    assert list(load_folder(folder).protocols) == ["protocol"]
