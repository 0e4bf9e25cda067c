"""`guidance protocols`: check, list the paths, draw and compare protocols. Thin; the work is in guidance/protocol/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from guidance.commands.json_file import read_json_file
from guidance.incident.facts import load_catalog
from guidance.protocol import graph as drawing
from guidance.protocol.diff import readable
from guidance.protocol.lint import lint_library
from guidance.protocol.load import Library, ProtocolError, from_document, load_file, load_folder
from guidance.protocol.model import SITE_TYPES, Protocol
from guidance.protocol.paths import Path as Walk
from guidance.protocol.paths import PathError, count_paths
from guidance.protocol.paths import paths as all_paths
from guidance.settings import ROOT

FOLDER = ROOT / "protocols"
DRAWINGS = ROOT / "templates" / "drawings"
FORMATS: dict[str, Callable[[Protocol], str]] = {
    "mermaid": drawing.mermaid,
    "svg": drawing.svg,
    "outline": drawing.outline,
}

_folder = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=FOLDER,
    help="Folder of the protocols; the project's own by default.",
)


@click.group()
def protocols() -> None:
    """Check, list, draw and compare protocols."""


@protocols.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FOLDER)
@click.option(
    "--drawings",
    type=click.Path(file_okay=False, path_type=Path),
    default=DRAWINGS,
    help="Folder of the drawings that steps name.",
)
def check(folder: Path, drawings: Path) -> None:
    """Read all protocols of FOLDER and refuse what is not fit for use (exit code 1)."""
    library = _load(folder)
    names = {path.stem for path in drawings.glob("*.svg")}
    findings = lint_library(library, facts=load_catalog().vocabulary(), drawings=names)
    for finding in findings:
        click.echo(str(finding))
    if findings:
        count = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
        raise click.ClickException(f"{count}; the protocols are refused until that is mended")
    for protocol in library.protocols.values():
        click.echo(_summary(protocol))


@protocols.command()
@click.argument("protocol")
@click.option("--site-type", type=click.Choice(SITE_TYPES), help="Only what a phone at such a site can walk.")
@click.option("--count", is_flag=True, help="Print only how many paths there are.")
@_folder
def paths(protocol: str, site_type: str | None, count: bool, folder: Path) -> None:
    """List every path through PROTOCOL, one a line: site type, answers, outcome."""
    found = _named(folder, protocol)
    try:
        if count:
            click.echo(count_paths(found, site_type))
            return
        for path in all_paths(found, site_type):
            click.echo(_path(path))
    except PathError as error:
        raise click.ClickException(f"{protocol}: {error}; run `guidance protocols check`") from error


@protocols.command()
@click.argument("protocol")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="outline", show_default=True)
@_folder
def graph(protocol: str, form: str, folder: Path) -> None:
    """Draw PROTOCOL as an outline, a Mermaid flowchart or an SVG picture."""
    click.echo(FORMATS[form](_named(folder, protocol)), nl=False)


@protocols.command()
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--shared",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of shared pieces for YAML files; by default the one beside each file, or the project's.",
)
def diff(old: Path, new: Path, shared: Path | None) -> None:
    """Say what differs between OLD and NEW: protocol files (.yaml) or stored documents (.json)."""
    click.echo(readable(_one(old, shared), _one(new, shared)), nl=False)


def _load(folder: Path) -> Library:
    try:
        return load_folder(folder)
    except ProtocolError as error:
        raise click.ClickException(f"{error}\n{len(error.problems)} problems in {folder}") from error


def _named(folder: Path, id: str) -> Protocol:
    library = _load(folder)
    found = library.get(id)
    if found is None:
        known = ", ".join(library.protocols)
        raise click.ClickException(f"there is no protocol {id!r}; protocols are {known}")
    return found


def _one(path: Path, shared: Path | None) -> Protocol:
    try:
        if path.suffix == ".json":
            return from_document(read_json_file(path, "a protocol"))
        beside = path.parent / "shared"
        return load_file(path, shared or (beside if beside.is_dir() else FOLDER / "shared"))
    except ProtocolError as error:
        raise click.ClickException(f"{path}: {error}") from error


def _summary(protocol: Protocol) -> str:
    sizes = f"{len(protocol.steps)} steps, {len(protocol.outcomes)} outcomes, {count_paths(protocol)} paths"
    return f"{protocol.id} version {protocol.version}, checked {protocol.checked}: {sizes}; {protocol.hash[:12]}"


def _path(path: Walk) -> str:
    answers = " · ".join(f"{step.id}={answer.id}" for step, answer in path.taken)
    return f"{path.site_type or 'any site'}: {answers} → {path.outcome}"
