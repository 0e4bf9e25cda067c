"""Every sentence of a protocol that a person reads, and the same protocol in other words. Pure; any part may use it.

One walk serves both: the extractor of translations listens to it, and pages in another language answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from guidance.protocol.model import Answer, Call, Line, Outcome, Poster, Protocol, Source, Step, Then

# (context, text, kind) -> the words to show. The context is the id of the step or outcome, the kind says what it is.
Reword = Callable[[str, str, str], str]
INTERRUPTS = "interrupts"


def reworded(protocol: Protocol, reword: Reword) -> Protocol:
    """The protocol with every text put through `reword`; ids, facts, sources' titles and the hash stay as they are.

    Words to say to officers go through it too, with the kind `say`: who shows them keeps the English beside.
    """
    id = protocol.id
    entry = replace(
        protocol.entry,
        title=reword(id, protocol.entry.title, "entry"),
        note=_maybe(reword, id, protocol.entry.note, "note"),
    )
    return replace(
        protocol,
        title=reword(id, protocol.title, "title"),
        summary=reword(id, protocol.summary, "summary"),
        entry=entry,
        poster=_poster(f"poster.{id}", protocol.poster, reword),
        steps={name: _step(step, reword) for name, step in protocol.steps.items()},
        outcomes={name: _outcome(outcome, reword) for name, outcome in protocol.outcomes.items()},
        interrupts=tuple(replace(each, text=reword(INTERRUPTS, each.text, "answer")) for each in protocol.interrupts),
        sources={name: _source(source, reword) for name, source in protocol.sources.items()},
    )


def part_context(step_id: str, uses: Mapping[str, str]) -> str:
    """The context of a step: its id, or `<part>.<id>` for a step of a shared part, wherever the part is used.

    `uses` names the part behind each use of a library.
    """
    for use in sorted(uses, key=len, reverse=True):
        if step_id.startswith(f"{use}-"):
            return f"{uses[use]}.{step_id[len(use) + 1 :]}"
    return step_id


def _maybe(reword: Reword, context: str, text: str, kind: str) -> str:
    return reword(context, text, kind) if text else ""


def _step(step: Step, reword: Reword) -> Step:
    return replace(
        step,
        ask=reword(step.id, step.ask, "ask"),
        look=_maybe(reword, step.id, step.look, "look"),
        say=_lines(step.id, step.say, reword, "say"),
        answers=tuple(_answer(step.id, each, reword) for each in step.answers),
        why=_maybe(reword, step.id, step.why, "why"),
    )


def _answer(context: str, answer: Answer, reword: Reword) -> Answer:
    note = _maybe(reword, context, answer.note, "note")
    return replace(answer, text=reword(context, answer.text, "answer"), note=note)


def _outcome(outcome: Outcome, reword: Reword) -> Outcome:
    id = outcome.id
    return replace(
        outcome,
        headline=reword(id, outcome.headline, "headline"),
        summary=_maybe(reword, id, outcome.summary, "summary"),
        say=_lines(id, outcome.say, reword, "say"),
        do=_lines(id, outcome.do, reword, "do"),
        never=_lines(id, outcome.never, reword, "never"),
        call=tuple(_call(id, each, reword) for each in outcome.call),
        why=_maybe(reword, id, outcome.why, "why"),
        then=tuple(_then(id, each, reword) for each in outcome.then),
    )


def _poster(context: str, poster: Poster, reword: Reword) -> Poster:
    return replace(
        poster,
        say=_lines(context, poster.say, reword, "say"),
        do=_lines(context, poster.do, reword, "do"),
        never=_lines(context, poster.never, reword, "never"),
        call=tuple(_call(context, each, reword) for each in poster.call),
    )


def _lines(context: str, lines: tuple[Line, ...], reword: Reword, kind: str) -> tuple[Line, ...]:
    return tuple(replace(line, text=reword(context, line.text, kind)) for line in lines)


def _call(context: str, call: Call, reword: Reword) -> Call:
    return replace(call, text=_maybe(reword, context, call.text, "call"))


def _then(context: str, then: Then, reword: Reword) -> Then:
    return replace(then, text=reword(context, then.text, "then"))


def _source(source: Source, reword: Reword) -> Source:
    return replace(
        source,
        title=reword("sources", source.title, "source"),
        note=_maybe(reword, "sources", source.note, "note"),
    )
