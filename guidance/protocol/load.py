"""A folder of protocol files to a `Library` of self-contained protocols. Any part may use it.

Reading is about form: what is missing or misspelt. Whether a protocol is fit for use is for lint.py to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from guidance.protocol import pieces
from guidance.protocol.document import content_hash, from_document, read_head, to_document, with_hash
from guidance.protocol.expand import EXIT, Draft, Part, Shared, Use, expand
from guidance.protocol.model import Protocol
from guidance.protocol.values import Node, Problem, ProtocolError, Report
from guidance.protocol.yamlfile import read_yaml

# Files of the same folder that are no protocols.
BESIDE = frozenset({"certificates.yaml", "rights.yaml"})

__all__ = [
    "Library",
    "Problem",
    "ProtocolError",
    "content_hash",
    "from_document",
    "load_file",
    "load_folder",
    "to_document",
]


@dataclass(frozen=True)
class Library:
    """All protocols of a folder by id, in the order in which the home screen offers them.

    `uses` names the shared part behind each use, so that a part's words are translated once.
    """

    protocols: Mapping[str, Protocol]
    uses: Mapping[str, str] = field(default_factory=dict)

    def get(self, id: str) -> Protocol | None:
        """The protocol of that id, or None."""
        return self.protocols.get(id)


def load_folder(folder: Path) -> Library:
    """Read every `<id>.yaml` of a folder with its `shared/`; a `ProtocolError` lists every problem of every file."""
    problems: list[Problem] = []
    shared = _read_shared(folder / "shared", problems)
    paths = sorted(path for path in folder.glob("*.yaml") if path.name not in BESIDE)
    if not paths:
        problems.append(Problem(str(folder), "", "there is no protocol file here"))
    read = [_read_protocol(path, shared, problems) for path in paths]
    if problems:
        raise ProtocolError(tuple(problems))
    uses = {use.id: use.part for _, draft in read for use in draft.uses}
    found = [protocol for protocol, _ in read]
    found.sort(key=lambda protocol: (protocol.entry.place != "main", protocol.entry.order, protocol.id))
    return Library({protocol.id: protocol for protocol in found}, uses)


def load_file(path: Path, shared: Path | None = None) -> Protocol:
    """Read one protocol file; `shared` is the folder of shared pieces, by default the one beside the file."""
    problems: list[Problem] = []
    pieces_found = _read_shared(shared or path.parent / "shared", problems)
    protocol, _ = _read_protocol(path, pieces_found, problems, named=False)
    if problems:
        raise ProtocolError(tuple(problems))
    return protocol


def _read_protocol(path: Path, shared: Shared, problems: list[Problem], named: bool = True) -> tuple[Protocol, Draft]:
    report = Report(path.name)
    draft = _read_draft(read_yaml(path, report))
    if named and draft.head.id and draft.head.id != path.stem:
        report.add("id", f"the id {draft.head.id!r} and the file name must be the same")
    protocol = expand(draft, shared, report)
    problems.extend(report.problems)
    return with_hash(protocol), draft


def _read_draft(node: Node) -> Draft:
    at = node.fields(
        "id version checked title summary entry urgency start steps",
        "outcomes use include sources_note edition poster",
    )
    uses = tuple(_read_use(id, each) for id, each in at["use"].mapping().items())
    return Draft(read_head(at), uses, at["include"].texts())


def _read_use(id: str, node: Node) -> Use:
    at = node.fields("part exits")
    return Use(pieces.checked_id(id, node), at["part"].needed(), at["exits"].pairs(), node.place)


def _read_shared(folder: Path, problems: list[Problem]) -> Shared:
    parts = [_read_part(path, problems) for path in sorted(folder.glob("part-*.yaml"))]
    with_file = {name: _open(folder / f"{name}.yaml") for name in ("sources", "interrupts", "outcomes")}
    shared = Shared(
        sources=pieces.read_sources(with_file["sources"]),
        interrupts=pieces.read_interrupts(with_file["interrupts"]),
        outcomes=pieces.read_outcomes(with_file["outcomes"]),
        parts={part.name: part for part in parts},
    )
    for node in with_file.values():
        problems.extend(node.report.problems)
    return shared


def _open(path: Path) -> Node:
    """The content of a shared file; a file that is not there holds nothing."""
    report = Report(f"shared/{path.name}")
    return read_yaml(path, report) if path.exists() else Node(None, "", report)


def _read_part(path: Path, problems: list[Problem]) -> Part:
    report = Report(f"shared/{path.name}")
    at = read_yaml(path, report).fields("part start exits steps")
    part = Part(at["part"].needed(), at["start"].needed(), at["exits"].texts(), pieces.read_steps(at["steps"]))
    if part.name and f"part-{part.name}" != path.stem:
        report.add("part", f"the name {part.name!r} and the file name must fit: part-{part.name}.yaml")
    _check_part(part, report)
    problems.extend(report.problems)
    return part


def _check_part(part: Part, report: Report) -> None:
    """An answer of a part stays in the part or leaves it by a declared exit."""
    allowed = set(part.steps) | {EXIT + name for name in part.exits}
    taken = set()
    for id, step in part.steps.items():
        for index, answer in enumerate(step.answers):
            taken.add(answer.to)
            if answer.to not in allowed:
                place = f"steps.{id}.answers[{index}].to"
                report.add(place, f"{answer.to!r} is neither a step of this part nor one of its exits")
    if part.start not in part.steps:
        report.add("start", f"there is no step {part.start!r} in this part")
    for name in part.exits:
        if EXIT + name not in taken:
            report.add("exits", f"no answer leads to exit {name!r}")
