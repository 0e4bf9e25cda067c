"""What earns a certificate and how long it lives: protocols/certificates.yaml, read and held against the scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guidance.practice.load import ScenarioError, ScenarioShelf
from guidance.protocol.model import SITE_TYPES
from guidance.protocol.values import Node, Report
from guidance.protocol.yamlfile import read_yaml

ROLES = ("front_desk", "security", "supervisor")
HIGHEST_MARK = 100


@dataclass(frozen=True)
class RoleRules:
    """One role: its title, and the ids of the required scenarios by site type."""

    title: str
    required: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Rules:
    """`pass_mark` is per cent of the required scenarios; `months` is how long certificates and runs count;
    `remind_days` is how long before its end a reminder goes out."""

    pass_mark: int
    months: int
    remind_days: int
    roles: Mapping[str, RoleRules]

    def required(self, role: str, site_type: str) -> tuple[str, ...]:
        """The required scenarios; empty when no certificate is given for that role there."""
        found = self.roles.get(role)
        return found.required.get(site_type, ()) if found else ()

    def needed(self, role: str, site_type: str) -> int:
        """How many of the required scenarios must be passed."""
        return -(-len(self.required(role, site_type)) * self.pass_mark // 100)


def load_rules(path: Path, shelf: ScenarioShelf) -> Rules:
    """Read the rules; a `ScenarioError` lists every problem, among them scenarios that are not there."""
    report = Report(path.name)
    at = read_yaml(path, report).fields("pass_mark months remind_days roles")
    rules = Rules(
        _number(at["pass_mark"], 1, HIGHEST_MARK),
        _number(at["months"], 1, 120),
        _number(at["remind_days"], 0, 365),
        {id: _role(id, node, shelf) for id, node in at["roles"].mapping().items()},
    )
    for role in ROLES:
        if role not in rules.roles:
            report.add("roles", f"the role {role!r} is missing")
    if report.problems:
        raise ScenarioError(tuple(report.problems))
    return rules


def _role(id: str, node: Node, shelf: ScenarioShelf) -> RoleRules:
    if id not in ROLES:
        node.wrong(f"{id!r} is no role; they are {', '.join(ROLES)}")
    at = node.fields("title required")
    required = at["required"].fields(" ".join(SITE_TYPES))
    return RoleRules(at["title"].needed(), {type: _scenarios(type, each, shelf) for type, each in required.items()})


def _scenarios(site_type: str, node: Node, shelf: ScenarioShelf) -> tuple[str, ...]:
    ids = node.texts()
    if not ids:
        node.wrong("name at least one scenario")
    for index, id in enumerate(ids):
        scenario = shelf.get(id)
        if scenario is None:
            node.report.add(f"{node.place}[{index}]", f"there is no scenario {id!r}")
        elif scenario.site_type != site_type:
            node.report.add(f"{node.place}[{index}]", f"{id!r} is for the type {scenario.site_type}, not {site_type}")
        if id in ids[:index]:
            node.report.add(f"{node.place}[{index}]", f"{id!r} is there twice")
    return ids


def _number(node: Node, least: int, most: int) -> int:
    number = node.integer()
    if not least <= number <= most:
        node.wrong(f"write a whole number from {least} to {most}")
    return number
