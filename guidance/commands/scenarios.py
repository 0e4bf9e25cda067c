"""`guidance scenarios`: check and show practice scenarios. Thin; the work is in guidance/practice/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from guidance.incident.facts import load_catalog
from guidance.practice.compare import asked, choice
from guidance.practice.lint import lint_shelf
from guidance.practice.load import ScenarioError, ScenarioShelf, load_scenarios
from guidance.practice.scenario import Paper, Scenario
from guidance.protocol.load import Library, ProtocolError, load_folder
from guidance.protocol.model import Protocol
from guidance.settings import ROOT

PROTOCOLS = ROOT / "protocols"
FOLDER = PROTOCOLS / "scenarios"
_directory = click.Path(exists=True, file_okay=False, path_type=Path)
_protocols = click.option(
    "--protocols", type=_directory, default=PROTOCOLS, help="Folder of the protocols; the project's own by default."
)


@click.group()
def scenarios() -> None:
    """Check and show practice scenarios."""


@scenarios.command()
@click.argument("folder", type=_directory, default=FOLDER)
@_protocols
def check(folder: Path, protocols: Path) -> None:
    """Read all scenarios of FOLDER and refuse what does not fit the protocols (exit code 1)."""
    library = _library(protocols)
    shelf = _shelf(folder, library)
    if not shelf.scenarios:
        raise click.ClickException(f"there is no scenario file in {folder}")
    findings = lint_shelf(shelf, library, {field.id for field in load_catalog().fields()})
    for finding in findings:
        click.echo(str(finding))
    if findings:
        count = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
        raise click.ClickException(f"{count}; the scenarios are refused until that is mended")
    for scenario in shelf.scenarios.values():
        click.echo(_summary(scenario))


@scenarios.command()
@click.argument("id")
@click.option("--folder", type=_directory, default=FOLDER, help="Folder of the scenarios.")
@_protocols
def show(id: str, folder: Path, protocols: Path) -> None:
    """Print the card of scenario ID, what happens on the way, and the expected path in words."""
    library = _library(protocols)
    shelf = _shelf(folder, library)
    scenario = shelf.get(id)
    if scenario is None:
        raise click.ClickException(f"there is no scenario {id!r}; scenarios are {', '.join(shelf.scenarios)}")
    for line in _lines(scenario, library.protocols[scenario.protocol]):
        click.echo(line)


def _library(folder: Path) -> Library:
    try:
        return load_folder(folder)
    except ProtocolError as error:
        raise click.ClickException(f"{error}\n{len(error.problems)} problems in {folder}") from error


def _shelf(folder: Path, library: Library) -> ScenarioShelf:
    try:
        return load_scenarios(folder, library)
    except ScenarioError as error:
        raise click.ClickException(f"{error}\n{len(error.problems)} problems in {folder}") from error


def _summary(scenario: Scenario) -> str:
    rows = ", ".join(map(str, scenario.rows))
    way = f"{scenario.protocol} ({scenario.site_type}) → {scenario.expected.outcome}"
    return f"{scenario.id} version {scenario.version}, checked {scenario.checked}: {way}; rows {rows}"


def _lines(scenario: Scenario, protocol: Protocol) -> Iterator[str]:
    card = scenario.card
    yield f"{scenario.title} ({scenario.id}, version {scenario.version})"
    yield f"{protocol.title} ({scenario.site_type})"
    yield from ("", card.room, card.who)
    yield from (f"“{line}”" for line in card.say)
    if card.paper is not None:
        yield from ("", *_paper(card.paper))
    if scenario.injects:
        yield from ("", "On the way:", *_injects(scenario, protocol))
    yield from ("", "Expected:", *_path(scenario, protocol))
    yield from ("", f"Counsel: {scenario.counsel}")


def _paper(paper: Paper) -> Iterator[str]:
    yield "A paper:" if paper.shown == "on_paper" else "A paper on a phone:"
    names = f"names: {paper.names}" if paper.names else ""
    signer = f"signed: {paper.signer}" if paper.signer else ""
    form = f"form {paper.form}" if paper.form else ""
    yield from (
        f"  {line}" for line in (*paper.heading, paper.title, names, paper.address, paper.dates, signer, form) if line
    )


def _injects(scenario: Scenario, protocol: Protocol) -> Iterator[str]:
    for inject in scenario.injects:
        when = f"at “{asked(protocol, inject.place)}”" if inject.place else f"after {inject.seconds} seconds"
        yield f"  {when}: {inject.text}"


def _path(scenario: Scenario, protocol: Protocol) -> Iterator[str]:
    why = {decision.step: decision.why for decision in scenario.decisions}
    for step, answer in scenario.expected.path:
        yield f"  {asked(protocol, step)} — {choice(protocol, step, answer).text}"
        if step in why:
            yield f"    {why[step]}"
    yield f"  → {asked(protocol, scenario.expected.outcome)}"
    yield f"  {'An early alert is sent.' if scenario.expected.alert else 'No early alert is needed.'}"
    yield f"  The report holds: {', '.join(scenario.expected.report)}"
