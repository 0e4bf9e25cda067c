"""The house's own rules: arrows point down, SQL stays in the store, Flask stays in the web layer, rooms stay small."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "guidance").rglob("*.py"))
ORDER = ["store", "translations", "people", "incident", "alert", "practice", "web", "commands"]
SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b", re.S)
MOST_LINES = 350


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package(path: Path) -> str:
    parts = path.relative_to(ROOT / "guidance").parts
    return parts[0] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_down(path: Path) -> None:
    own = package(path)
    for name in imports(path):
        if name.split(".")[0] in ("flask", "flask_wtf", "flask_babel", "wtforms"):
            assert own == "web" or path.name == "app.py", f"{name} outside the web layer"
        if not name.startswith("guidance."):
            continue
        other = name.split(".")[1]
        if own == "protocol":
            assert other == "protocol", f"the protocol package uses nothing of ours: {name}"
        elif own == "server":
            assert other == "server", f"the server knows nothing of what it serves: {name}"
        elif own == "practice":
            assert other != "alert", f"practice can reach nobody: {name}"
        if own in ORDER and other in ORDER:
            assert ORDER.index(other) <= ORDER.index(own), f"{name} points upwards"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_stays_in_the_store(path: Path) -> None:
    if package(path) == "store":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not SQL.search(node.value), f"line {node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_stay_small_and_open_with_what_lives_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert ast.get_docstring(ast.parse(text)), "the module says nothing about itself"
