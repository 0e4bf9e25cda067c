"""`protocols/rights.yaml` to `Rights`, by the rules of protocol files: every problem is told with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from guidance.protocol.language import forbidden_words
from guidance.protocol.model import CONFIDENCES, Source
from guidance.protocol.pieces import read_sources
from guidance.protocol.reading import grade, passage, words
from guidance.protocol.rules_text import HIGHEST_GRADE, phone_number
from guidance.protocol.values import Node, ProtocolError, Report
from guidance.protocol.yamlfile import read_yaml
from guidance.rights.model import CARDS, HELP, SAY, TEXT, Line, Rights, Section

MOST_WORDS = 20


def load_rights(path: Path) -> Rights:
    """Read the file with the `shared/sources.yaml` beside it; a `ProtocolError` lists everything that is wrong."""
    report, beside = Report(path.name), Report("shared/sources.yaml")
    known = read_sources(read_yaml(path.parent / "shared" / "sources.yaml", beside))
    found = _rights(read_yaml(path, report), known)
    problems = (*beside.problems, *report.problems)
    if problems:
        raise ProtocolError(problems)
    return found


def _rights(node: Node, known: Mapping[str, Source]) -> Rights:
    at = node.fields("version checked title intro advice sections")
    sections = tuple(_section(item, known) for item in at["sections"].items())
    if not sections:
        at["sections"].wrong("write at least one section")
    ids = [each.id for each in sections]
    if sections and HELP not in ids:
        at["sections"].wrong(f"there is no section {HELP!r}; pages show telephone numbers in it")
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        at["sections"].wrong(f"there are two sections {id!r}; rename one")
    head = [_sentence(at[name]) for name in ("title", "intro", "advice")]
    _readable(node, head)
    used = {id for section in sections for id in section.cited}
    return Rights(
        version=at["version"].integer(),
        checked=at["checked"].day(),
        title=head[0],
        intro=head[1],
        advice=head[2],
        sections=sections,
        sources={id: known[id] for id in sorted(used) if id in known},
    )


def _section(node: Node, known: Mapping[str, Source]) -> Section:
    at = node.fields("id title lines")
    lines = tuple(_line(item, known) for item in at["lines"].items())
    if not lines:
        at["lines"].wrong("write at least one line")
    title = _sentence(at["title"])
    _readable(node, [title, *(line.text for line in lines)])
    return Section(at["id"].identifier(), title, lines)


def _line(node: Node, known: Mapping[str, Source]) -> Line:
    at = node.fields("source confidence", "text say card")
    kinds = [kind for kind in (TEXT, SAY) if at[kind].value is not None]
    if isinstance(node.value, Mapping) and len(kinds) != 1:
        node.wrong(f"write either {TEXT!r} or {SAY!r}")
    kind = kinds[0] if kinds else TEXT
    source, confidence, card = at["source"].texts(), at["confidence"].text(), at["card"].texts()
    if not source and at["source"].value is not None:
        at["source"].wrong("name the source that this rests on")
    _among(at["source"], source, known)
    _among(at["confidence"], () if at["confidence"].value is None else (confidence,), CONFIDENCES)
    _among(at["card"], card, CARDS)
    return Line(_sentence(at[kind]), kind, source, confidence, card)


def _among(node: Node, values: tuple[str, ...], known: Mapping[str, Source] | tuple[str, ...]) -> None:
    for value in values:
        if value not in known:
            one_of = f"write one of {', '.join(known)}" if isinstance(known, tuple) else "add it to shared/sources.yaml"
            node.wrong(f"{value!r} is unknown; {one_of}")


def _sentence(node: Node) -> str:
    """A text that is short, holds no telephone number and no word that a protocol may not use."""
    text = node.needed()
    for message in _against(text):
        node.wrong(message)
    return text


def _against(text: str) -> Iterator[str]:
    count = len(words(text))
    if count > MOST_WORDS:
        yield f"this has {count} words; cut it to {MOST_WORDS}"
    for hit in forbidden_words(text):
        yield f"take out “{hit.words}”: {hit.reason}; {hit.instead}"
    number = phone_number(text)
    if number:
        yield f"take out the number {number}: settings hold numbers, a text names only 911 and 311"


def _readable(node: Node, texts: list[str]) -> None:
    found = grade(passage(texts))
    if found is not None and found > HIGHEST_GRADE:
        node.wrong(f"reading grade {found:.1f} is above {HIGHEST_GRADE:.0f}; use shorter sentences and shorter words")
