"""A protocol as a static SVG picture: boxes in layers, drawn without any library. Use it through graph.py.

Colours are presentation attributes, so that the picture needs no style and obeys a strict content policy.
Long edges pass through empty places in the layers between, so that none runs across a box.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

from guidance.protocol.layout import Edge, Node, edges, layers, nodes, settle
from guidance.protocol.model import Protocol

WIDE, HIGH, GAP, ROW, LINE = 220, 64, 24, 150, 17
THROUGH = 14
LETTER = 6.4
MARGIN = 24
_FILLS = {"step": "#ffffff", "wait": "#fff3d6", "danger": "#fde3e0", "calm": "#e3eefc", "missing": "#dddddd"}


@dataclass(frozen=True)
class _Spot:
    """The middle of a box, or of the empty place through which an edge runs."""

    x: float
    y: float


@dataclass(frozen=True)
class _Run:
    """An edge with the empty places on its way."""

    edge: Edge
    through: tuple[str, ...]


def svg(protocol: Protocol) -> str:
    """The picture as SVG text, with a title and a description for assistive technology."""
    found = nodes(protocol)
    rows = layers(protocol)
    runs = _make_room(rows, [edge for edge in edges(protocol) if edge.target in found])
    spots = _spots(settle(rows, _links(runs)), found)
    width = max(spot.x for spot in spots.values()) + WIDE / 2 + MARGIN
    height = len(rows) * ROW - (ROW - HIGH) + 2 * MARGIN
    parts = [_opening(protocol, width, height)]
    parts += [_line(run, spots) for run in runs]
    parts += [_box(node, spots[id]) for id, node in found.items()]
    parts += _labels(runs, spots)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _make_room(rows: list[list[str]], found: list[Edge]) -> list[_Run]:
    """Add to the rows a place for each layer that an edge passes."""
    depth = {id: index for index, row in enumerate(rows) for id in row}
    runs = []
    for number, edge in enumerate(found):
        between = range(depth[edge.source] + 1, depth[edge.target])
        through = tuple(f"{number}:{index}" for index in between)
        for index, name in zip(between, through, strict=True):
            rows[index].append(name)
        runs.append(_Run(edge, through))
    return runs


def _links(runs: list[_Run]) -> list[tuple[str, str]]:
    links: list[tuple[str, str]] = []
    for run in runs:
        way = [run.edge.source, *run.through, run.edge.target]
        links += pairwise(way)
    return links


def _spots(rows: list[list[str]], found: Mapping[str, Node]) -> dict[str, _Spot]:
    """Places of all boxes and passages; each row is centred on the widest."""
    widths = [[WIDE if id in found else THROUGH for id in row] for row in rows]
    widest = max(sum(row) + GAP * (len(row) - 1) for row in widths)
    spots = {}
    for index, (row, sizes) in enumerate(zip(rows, widths, strict=True)):
        x = MARGIN + (widest - sum(sizes) - GAP * (len(row) - 1)) / 2
        for id, size in zip(row, sizes, strict=True):
            spots[id] = _Spot(x + size / 2, MARGIN + HIGH / 2 + index * ROW)
            x += size + GAP
    return spots


def _opening(protocol: Protocol, width: float, height: float) -> str:
    size = f"{width:.0f} {height:.0f}"
    said = f"{len(protocol.steps)} steps and {len(protocol.outcomes)} outcomes, from top to bottom."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" '
        f'aria-labelledby="graph-title graph-desc" font-family="system-ui, sans-serif" font-size="14">\n'
        f'<title id="graph-title">{escape(protocol.title)}</title>\n<desc id="graph-desc">{said}</desc>\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
    )


def _line(run: _Run, spots: Mapping[str, _Spot]) -> str:
    start, end = spots[run.edge.source], spots[run.edge.target]
    at = _Spot(start.x, start.y + HIGH / 2)
    path = [f"M {at.x:.0f} {at.y:.0f}"]
    for name in run.through:
        top = _Spot(spots[name].x, spots[name].y - HIGH / 2)
        path += [_curve(at, top), f"V {top.y + HIGH:.0f}"]
        at = _Spot(top.x, top.y + HIGH)
    path.append(_curve(at, _Spot(end.x, end.y - HIGH / 2)))
    return f'<path d="{" ".join(path)}" fill="none" stroke="#6b7785" stroke-width="1.5"/>'


def _curve(start: _Spot, end: _Spot) -> str:
    bend = (start.y + end.y) / 2
    return f"C {start.x:.0f} {bend:.0f} {end.x:.0f} {bend:.0f} {end.x:.0f} {end.y:.0f}"


def _labels(runs: list[_Run], spots: Mapping[str, _Spot]) -> Iterator[str]:
    """The answers on their edges, each moved along its edge until it covers no other."""
    taken: list[tuple[_Spot, float]] = []
    for run in runs:
        short = (wrap(run.edge.label, 30, max_lines=1, placeholder=" …") or [""])[0]
        wide = len(short) * LETTER
        tries = [_on_edge(run, spots, share) for share in (0.5, 0.62, 0.38, 0.74, 0.26, 0.86)]
        spot = next((each for each in tries if not _covers(each, wide, taken)), tries[0])
        taken.append((spot, wide))
        yield (
            f'<text x="{spot.x:.0f}" y="{spot.y + 4:.0f}" text-anchor="middle" font-size="12" fill="#1c2733" '
            f'stroke="#ffffff" stroke-width="4" paint-order="stroke">{escape(short)}'
            f"<title>{escape(run.edge.label)}</title></text>"
        )


def _covers(spot: _Spot, wide: float, taken: list[tuple[_Spot, float]]) -> bool:
    return any(
        abs(spot.y - other.y) < LINE and abs(spot.x - other.x) < (wide + other_wide) / 2 for other, other_wide in taken
    )


def _on_edge(run: _Run, spots: Mapping[str, _Spot], share: float) -> _Spot:
    """The point at a share of the first stretch of an edge, a curve that leaves and arrives upright."""
    start = spots[run.edge.source]
    end = spots[run.through[0] if run.through else run.edge.target]
    top, bottom = start.y + HIGH / 2, end.y - HIGH / 2
    over = share * share * (3 - 2 * share)
    down = 3 * (1 - share) * share * 0.5 + share**3
    return _Spot(start.x + (end.x - start.x) * over, top + (bottom - top) * down)


def _box(node: Node, spot: _Spot) -> str:
    fill = _FILLS.get(node.kind, _FILLS["calm"])
    left, top = spot.x - WIDE / 2, spot.y - HIGH / 2
    corner = 4 if node.kind == "step" else 24
    return (
        f"<g id={quoteattr('graph-' + node.id)}><title>{escape(f'{node.id}: {node.text}')}</title>"
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{WIDE}" height="{HIGH}" rx="{corner}" fill="{fill}" '
        f'stroke="#1c2733"/>{"".join(_lines(node.text, spot))}</g>'
    )


def _lines(text: str, spot: _Spot) -> Iterator[str]:
    found = wrap(text, 28, max_lines=3, placeholder=" …")
    first = spot.y - (len(found) - 1) * LINE / 2 + 5
    for index, line in enumerate(found):
        y = first + index * LINE
        yield f'<text x="{spot.x:.0f}" y="{y:.0f}" text-anchor="middle" fill="#1c2733">{escape(line)}</text>'
