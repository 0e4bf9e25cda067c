"""YAML text to plain values, with line numbers. For the loader only.

Every scalar stays the text it was written as: `yes`, `no`, `911` and dates need no quotes.
Duplicate keys and aliases are refused, since both hide what a reader of the file believes to see.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from guidance.protocol.values import Node, Report

LOADER = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader


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
            under = f"{place}.{name}" if place else name
            if name in found:
                self.report.add(under, "this key is there twice")
            found[name] = self.value(value, under)
            self.lines[under] = key.start_mark.line + 1
        return found


def read_yaml(path: Path, report: Report) -> Node:
    """Read one file into a `Node`; text that is no YAML is a problem in the report and an empty value."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        report.add("", f"this is not YAML: {' '.join(str(error).split())}")
        return Node(None, "", report)
    except OSError as error:
        report.add("", f"cannot be read: {error.strerror}")
        return Node(None, "", report)
    return read_yaml_text(text, report)


def read_yaml_text(text: str, report: Report) -> Node:
    """Read YAML that is not in a file, as `read_yaml` does."""
    try:
        root = yaml.compose(text, Loader=LOADER)
        value = None if root is None else _Reader(report).value(root, "")
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        report.add("", f"this is not YAML: {' '.join(str(error).split())}")
        return Node(None, "", report)
    if root is None:
        report.add("", "the file is empty")
    return Node(value, "", report)
