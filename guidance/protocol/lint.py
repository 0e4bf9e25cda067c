"""Whether a protocol is fit for use. Any part may use it; rules live in the rules_*.py modules beside it.

Every finding is a reason to refuse: there are no warnings that one learns to overlook.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from guidance.protocol.finding import Finding
from guidance.protocol.load import Library
from guidance.protocol.model import Protocol
from guidance.protocol.rules_pieces import Facts, piece_findings
from guidance.protocol.rules_text import text_findings
from guidance.protocol.rules_tree import reached, tree_findings

__all__ = ["Facts", "Finding", "lint", "lint_library"]


def lint(
    protocol: Protocol,
    *,
    facts: Facts | None = None,
    drawings: Collection[str] | None = None,
    protocols: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """Every reason to refuse a protocol; an empty tuple means it is fit for use.

    `facts` maps each fact of a report to its values, `drawings` are the names of the drawings there are,
    `protocols` the ids that `then` may name; what is None is not checked.
    """
    found = [*tree_findings(protocol), *piece_findings(protocol, reached(protocol), facts, drawings, protocols)]
    return tuple(dict.fromkeys([*found, *text_findings(protocol)]))


def lint_library(
    library: Library, *, facts: Facts | None = None, drawings: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """Every reason to refuse a protocol of a library, in the library's order."""
    return tuple(_each(library, facts, drawings))


def _each(library: Library, facts: Facts | None, drawings: Collection[str] | None) -> Iterator[Finding]:
    for protocol in library.protocols.values():
        yield from lint(protocol, facts=facts, drawings=drawings, protocols=library.protocols)
