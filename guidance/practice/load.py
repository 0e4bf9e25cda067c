"""A folder of scenario files to a `ScenarioShelf`. Any part above practice may use it.

Reading is about form: what is missing or misspelt. Whether a scenario fits its protocol is for lint.py to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from guidance.practice.scenario import SHOWN, Card, Decision, Expected, Inject, Paper, Scenario, scenario_hash
from guidance.protocol.load import Library, Problem, ProtocolError
from guidance.protocol.values import Node, Report
from guidance.protocol.yamlfile import read_yaml
from guidance.translations.mark import N_, Said

MOMENTS = ("step", "outcome", "seconds")


class ScenarioError(ProtocolError):
    """Scenarios cannot be read; `problems` lists everything that is wrong, not only the first."""


@dataclass(frozen=True)
class ScenarioShelf:
    """All scenarios of a folder by id, in the order of the situations they cover."""

    scenarios: Mapping[str, Scenario]

    def get(self, id: str) -> Scenario | None:
        """The scenario of that id, or None."""
        return self.scenarios.get(id)

    def for_site(self, site_type: str) -> tuple[Scenario, ...]:
        """The scenarios that play at such a site."""
        return tuple(each for each in self.scenarios.values() if each.site_type == site_type)


def load_scenarios(folder: Path, library: Library) -> ScenarioShelf:
    """Read every `<id>.yaml` of a folder; a `ScenarioError` lists every problem of every file.

    A scenario of a protocol that the library does not have is a problem too. A folder that is empty or not there
    gives an empty shelf: a city may offer no practice.
    """
    problems: list[Problem] = []
    found = [_load_file(path, library, problems) for path in sorted(folder.glob("*.yaml"))]
    if problems:
        raise ScenarioError(tuple(problems))
    found.sort(key=lambda scenario: (scenario.rows, scenario.id))
    return ScenarioShelf({scenario.id: scenario for scenario in found})


def from_source(document: object, name: str = "scenario") -> Scenario:
    """Read a scenario from plain values with the keys of a file; a `ScenarioError` lists every problem.

    `name` stands for the file in those problems.
    """
    report = Report(name)
    node = Node(document, "", report)
    if not isinstance(document, Mapping):
        node.wrong(N_("a scenario is keys and values"))
        raise ScenarioError(tuple(report.problems))
    scenario = _hashed(_read_scenario(node), report)
    if report.problems:
        raise ScenarioError(tuple(report.problems))
    return scenario


def _load_file(path: Path, library: Library, problems: list[Problem]) -> Scenario:
    report = Report(path.name)
    scenario = _hashed(_read_scenario(read_yaml(path, report)), report)
    if scenario.id and scenario.id != path.stem:
        report.add("id", Said(N_("the id %(id)s and the file name must be the same"), id=repr(scenario.id)))
    if scenario.protocol and library.get(scenario.protocol) is None:
        known = ", ".join(library.protocols)
        report.add(
            "protocol",
            Said(
                N_("there is no protocol %(protocol)s; protocols are %(known)s"),
                protocol=repr(scenario.protocol),
                known=known,
            ),
        )
    problems.extend(report.problems)
    return scenario


def _hashed(scenario: Scenario, report: Report) -> Scenario:
    """The scenario with its hash; what JSON cannot hold (half a character, a huge number) is a problem."""
    try:
        return replace(scenario, hash=scenario_hash(scenario))
    except ValueError as error:
        report.add("", Said(N_("cannot be written as JSON: %(error)s"), error=error))
        return scenario


def _read_scenario(node: Node) -> Scenario:
    at = node.fields(
        "id version checked title protocol site_type rows summary card expected decisions counsel", "injects"
    )
    return Scenario(
        id=at["id"].identifier(),
        version=at["version"].integer(),
        checked=at["checked"].day(),
        title=at["title"].needed(),
        protocol=at["protocol"].identifier(),
        site_type=at["site_type"].identifier(),
        rows=tuple(item.integer() for item in at["rows"].items()),
        summary=at["summary"].needed(),
        card=_read_card(at["card"]),
        injects=tuple(_read_inject(item) for item in at["injects"].items()),
        expected=_read_expected(at["expected"]),
        decisions=tuple(_read_decision(item) for item in at["decisions"].items()),
        counsel=at["counsel"].needed(),
    )


def _read_card(node: Node) -> Card:
    at = node.fields("room who", "say paper")
    paper = None if at["paper"].value is None else _read_paper(at["paper"])
    return Card(at["room"].needed(), at["who"].needed(), at["say"].texts(), paper)


def _read_paper(node: Node) -> Paper:
    at = node.fields("shown", "heading title names address dates signer form")
    shown = at["shown"].text()
    if at["shown"].value is not None and shown not in SHOWN:
        at["shown"].wrong(Said(N_("%(shown)s is not one of %(known)s"), shown=repr(shown), known=", ".join(SHOWN)))
    return Paper(
        shown=shown,
        heading=at["heading"].texts(),
        title=at["title"].text(),
        names=at["names"].text(),
        address=at["address"].text(),
        dates=at["dates"].text(),
        signer=at["signer"].text(),
        form=at["form"].text(),
    )


def _read_inject(node: Node) -> Inject:
    at = node.fields("at text", "expects")
    moment = at["at"].fields("", " ".join(MOMENTS))
    given = [name for name in MOMENTS if moment[name].value is not None]
    if at["at"].value is not None and len(given) != 1:
        at["at"].wrong(Said(N_("write exactly one of %(known)s here"), known=", ".join(MOMENTS)))
    return Inject(
        text=at["text"].needed(),
        step=moment["step"].identifier(),
        outcome=moment["outcome"].identifier(),
        seconds=moment["seconds"].integer(),
        expects=at["expects"].identifier(),
    )


def _read_expected(node: Node) -> Expected:
    at = node.fields("outcome path alert", "report")
    path = tuple(_read_pair(item) for item in at["path"].items())
    return Expected(at["outcome"].identifier(), path, at["alert"].flag(), at["report"].texts())


def _read_pair(node: Node) -> tuple[str, str]:
    pair = node.texts()
    if len(pair) != 2:
        node.wrong(N_("write a step and an answer here, like [danger, no]"))
        return ("", "")
    return (pair[0], pair[1])


def _read_decision(node: Node) -> Decision:
    at = node.fields("step answer why source")
    return Decision(at["step"].identifier(), at["answer"].identifier(), at["why"].needed(), at["source"].texts())
