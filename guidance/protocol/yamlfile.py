"""YAML text to plain values, with line numbers. For the loader only.

Every scalar stays the text it was written as: `yes`, `no`, `911` and dates need no quotes.
Duplicate keys, aliases and tags are refused, since all of them hide what a reader of the file believes to see.
Size, depth and the number of values are counted on the parser's events before any tree is built: composing recurses in
C, so that text nested deeply enough ends the process (https://github.com/yaml/pyyaml/issues/591).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from guidance.protocol.values import Node, Report

LOADER = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader


@dataclass(frozen=True)
class Limits:
    """The most that a YAML text may hold: bytes, levels, values, and characters of one value and of one key."""

    file_bytes: int = 1024 * 1024
    depth: int = 32
    values: int = 50_000
    value_characters: int = 20_000
    key_characters: int = 200


LIMITS = Limits()


class _TooMuch(Exception):
    """The text exceeds a limit; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Reader:
    """Turns the nodes of one YAML file into dicts, lists and texts."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.lines: dict[str, int] = {}
        self.seen: set[int] = set()
        report.lines = self.lines

    def value(self, node: yaml.Node, place: str) -> object:
        self.lines[place] = node.start_mark.line + 1
        if id(node) in self.seen:
            self.report.add(place, "aliases (*name) are not read; write the piece out")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, f"{place}[{index}]") for index, item in enumerate(node.value)]
        return str(node.value)

    def mapping(self, node: yaml.MappingNode, place: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.report.add(place, "a key must be a plain text")
                continue
            name = str(key.value)
            if len(name) > LIMITS.key_characters:
                self.report.add(place, f"a key is longer than {LIMITS.key_characters} characters; shorten it")
                continue
            under = f"{place}.{name}" if place else name
            if name in found:
                self.report.add(under, "this key is there twice")
            found[name] = self.value(value, under)
            self.lines[under] = key.start_mark.line + 1
        return found


def read_yaml(path: Path, report: Report) -> Node:
    """Read one file into a `Node`; text that is no YAML is a problem in the report and an empty value."""
    try:
        with path.open("rb") as file:
            content = file.read(LIMITS.file_bytes + 1)
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        if len(content) <= LIMITS.file_bytes:
            report.add("", f"this is not YAML: {' '.join(str(error).split())}")
            return Node(None, "", report)
        text = content.decode("utf-8", "replace")
    except OSError as error:
        report.add("", f"cannot be read: {error.strerror}")
        return Node(None, "", report)
    return read_yaml_text(text, report)


def read_yaml_text(text: str, report: Report) -> Node:
    """Read YAML that is not in a file, as `read_yaml` does."""
    try:
        _require_modest(text)
        root = yaml.compose(text, Loader=LOADER)
        value = None if root is None else _Reader(report).value(root, "")
    except _TooMuch as error:
        report.lines = {"": error.line}
        report.add("", str(error))
        return Node(None, "", report)
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        report.add("", f"this is not YAML: {' '.join(str(error).split())[:500]}")
        return Node(None, "", report)
    if root is None:
        report.add("", "the file is empty")
    return Node(value, "", report)


def _require_modest(text: str) -> None:
    """Raise `_TooMuch` for a text that exceeds a limit, and a YAML error where the events end in one."""
    if len(text.encode("utf-8", "surrogatepass")) > LIMITS.file_bytes:
        raise _TooMuch(f"this is larger than {LIMITS.file_bytes // 1024} KiB; split or shorten it", 1)
    depth = values = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if not isinstance(event, yaml.NodeEvent):
            continue
        values += 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        if getattr(event, "tag", None) is not None:  # an alias has none
            raise _TooMuch("tags (!name) are not read; leave them out", line)
        if depth > LIMITS.depth:
            raise _TooMuch(f"this is nested deeper than {LIMITS.depth} levels; close a bracket or indent less", line)
        if values > LIMITS.values:
            raise _TooMuch(f"this has more than {LIMITS.values} values; shorten it", line)
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > LIMITS.value_characters:
            raise _TooMuch(f"a text is longer than {LIMITS.value_characters} characters; shorten it", line)
