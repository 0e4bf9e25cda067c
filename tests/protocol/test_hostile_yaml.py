"""YAML that is meant to end or to fill the process that reads it. Each text is tried in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from guidance.cli import commands
from guidance.protocol.values import Node, Report
from guidance.protocol.yamlfile import LIMITS, read_yaml, read_yaml_text
from guidance.settings import ROOT

BILLION = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))])
HOSTILE = {
    "open brackets": ("[" * 30_000, "nested deeper"),
    "brackets that close": ("[" * 20_000 + "]" * 20_000, "nested deeper"),
    "open braces": ("{a: " * 10_000, "nested deeper"),
    "block lists": ("- " * 20_000 + "x", "nested deeper"),
    "explicit keys": ("? " * 20_000 + "x", "nested deeper"),
    "indented keys": ("\n".join(" " * n + "a:" for n in range(280)), "nested deeper"),
    "mixed": ("[{a: " * 8_000, "nested deeper"),
    "entities that refer to each other": (BILLION, "aliases"),
    "an entity that holds itself": ("a: &a [*a]", "aliases"),
    "a merge": ("a: &a {x: 1}\nb: {<<: *a}", "aliases"),
    "a python object": ("!!python/object/apply:os.system ['true']", "tags"),
    "a tag on a text": ("a: !!binary aGk=", "tags"),
    "very many values": ("[" + "a," * (LIMITS.values + 5) + "]", "more than"),
    "a very long text": ("a: " + "x" * (LIMITS.value_characters + 1), "longer than"),
    "a very long key": ("? " + "k" * (LIMITS.key_characters + 1) + "\n: v", "a key is longer"),
    "more than a file holds": ("a: b\n#" + "x" * LIMITS.file_bytes, "larger than"),
    "the same key": ("a: 1\na: 2", "twice"),
    "many anchors": ("[" + "&a x," * (LIMITS.values + 5) + "]", "more than"),
    "a byte that is no text": ("a: \x00", "not YAML"),
    "half a character": ("a: \ud800", "not YAML"),
    "two documents": ("a: 1\n---\nb: 2", "not YAML"),
}  # fmt: skip
READ = """
import sys
from guidance.protocol.values import Report
from guidance.protocol.yamlfile import read_yaml_text
report = Report("draft")
node = read_yaml_text(sys.stdin.buffer.read().decode("utf-8", "surrogatepass"), report)
print(node.value is None or isinstance(node.value, dict), "|", " / ".join(each.message for each in report.problems))
"""


def read_apart(text: str) -> str:
    """What a process of its own says of a text; a process that dies fails the test."""
    done = subprocess.run(
        [sys.executable, "-c", READ], input=text.encode("utf-8", "surrogatepass"), capture_output=True, cwd=ROOT,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, (done.returncode, done.stderr[-500:])
    return done.stdout.decode()


def read(text: str) -> tuple[Node, list[str]]:
    report = Report("draft")
    node = read_yaml_text(text, report)
    return node, [each.message for each in report.problems]


def test_brackets_that_end_a_recursive_reader_are_a_sentence() -> None:
    assert "nested deeper than 32 levels" in read_apart(HOSTILE["open brackets"][0])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_in_words(name: str) -> None:
    text, words = HOSTILE[name]
    _, problems = read(text)
    assert any(words in each for each in problems), problems
    assert all(len(each) < 600 for each in problems)


def test_the_problem_names_the_line() -> None:
    report = Report("draft")
    read_yaml_text("title: x\ncard:\n  room: " + "[" * 40, report)
    assert [each.line for each in report.problems] == [3]


def test_what_fits_is_read_as_before() -> None:
    node, problems = read("a: [" * 15 + "x" + "]" * 15)
    assert not problems and isinstance(node.value, dict)
    node, problems = read("[" * LIMITS.depth + "]" * LIMITS.depth)
    assert not problems and isinstance(node.value, list)


def test_a_file_is_not_read_further_than_it_may_be_long(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(3 * 1024**3)  # a sparse file: more than fits in memory with its copies
    report = Report("large.yaml")
    assert read_yaml(path, report).value is None
    assert "larger than 1024 KiB" in report.problems[0].message


@pytest.mark.parametrize("command", [["receipt"], ["protocols", "diff"]])
@pytest.mark.parametrize(
    ("content", "words"),
    [("[" * 200_000, "nested too deeply"), ("{", "not JSON"), (" " * 1_100_000, "larger than 1024 KiB")],
)
def test_a_hostile_file_on_the_command_line_is_refused_in_words(
    tmp_path: Path, command: list[str], content: str, words: str
) -> None:
    path = tmp_path / "given.json"
    path.write_text(content)
    files = [str(path)] * (2 if "diff" in command else 1)
    done = CliRunner().invoke(commands, [*command, *files])
    assert done.exit_code == 1 and words in done.output and isinstance(done.exception, SystemExit)
