"""`guidance protocols`: what a policy person sees, and the exit codes that a build relies on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guidance.commands.protocols import protocols
from guidance.protocol.load import to_document
from tests.protocol.example import changed, example
from tests.protocol.trees import EXAMPLE

FOLDER = ["--folder", str(EXAMPLE)]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(protocols, list(arguments))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "protocols"))


def test_a_sound_folder_passes_and_is_summed_up() -> None:
    result = run("check", str(EXAMPLE))
    assert result.exit_code == 0, result.output
    expected = "protocol version 1, checked 2026-11-24: 6 steps, 6 outcomes, 91 paths"
    assert result.output.startswith(expected)


def test_a_finding_makes_the_check_fail_with_its_text(folder: Path) -> None:
    path = folder / "protocol.yaml"
    path.write_text(path.read_text("utf-8").replace("Is anyone in danger right now?", "Is it valid?"), "utf-8")
    result = run("check", str(folder))
    assert result.exit_code == 1
    assert "protocol/danger: take out “valid”" in result.output
    assert "1 finding;" in result.output


def test_a_file_that_cannot_be_read_makes_the_check_fail_with_its_line(folder: Path) -> None:
    path = folder / "protocol.yaml"
    path.write_text(path.read_text("utf-8").replace("version: 1 ", "version: one "), "utf-8")
    result = run("check", str(folder))
    assert result.exit_code == 1
    assert "protocol.yaml:5: version: write a whole number here" in result.output


def test_paths_are_listed_for_a_site_type() -> None:
    result = run("paths", "protocol", "--site-type", "garage", *FOLDER)
    lines = result.output.splitlines()
    assert lines[0] == "garage: danger=yes → safety-exit"
    assert len(lines) == 9
    assert run("paths", "protocol", "--site-type", "garage", "--count", *FOLDER).output == "9\n"


@pytest.mark.parametrize(
    ("form", "start"), [("mermaid", "flowchart TD"), ("svg", "<svg "), ("outline", "They ask for the staff door.")]
)
def test_a_graph_is_drawn_in_each_form(form: str, start: str) -> None:
    assert run("graph", "protocol", "--format", form, *FOLDER).output.startswith(start)


def test_an_unknown_protocol_is_answered_with_those_there_are() -> None:
    result = run("graph", "nothing", *FOLDER)
    assert result.exit_code == 1
    assert "there is no protocol 'nothing'; protocols are protocol" in result.output


def test_a_file_is_compared_with_a_stored_document(tmp_path: Path) -> None:
    stored = tmp_path / "stored.json"
    stored.write_text(json.dumps(to_document(changed("steps.danger.ask", "Is there danger?"))), "utf-8")
    result = run("diff", str(stored), str(EXAMPLE / "protocol.yaml"))
    assert result.exit_code == 0
    assert "step danger\n  ask: reworded\n    - Is there danger?\n" in result.output


def test_a_document_that_was_tampered_with_is_not_compared(tmp_path: Path) -> None:
    stored = tmp_path / "stored.json"
    stored.write_text(json.dumps({**to_document(example()), "title": "Other"}), "utf-8")
    result = run("diff", str(stored), str(EXAMPLE / "protocol.yaml"))
    assert result.exit_code == 1
    assert "hash: does not match the content" in result.output
    stored.write_text("{", "utf-8")
    assert "is not JSON" in run("diff", str(stored), str(stored)).output
