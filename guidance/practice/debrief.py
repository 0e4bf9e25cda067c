"""What a practice run teaches: the walk beside the expected one, each decision, times, what the report lacks. Pure.

`debrief` is total: whatever JSON the trail of a run is, the answer is a `Debrief`. Any part above practice may use it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from guidance.clock import from_text
from guidance.practice.compare import Choice, PathRow, asked, choice, given, side_by_side
from guidance.practice.scenario import Decision, Scenario
from guidance.protocol.model import Protocol, Source
from guidance.protocol.replay import Replay, facts_of, replay

RIGHT, WRONG, NOT_REACHED = "right", "wrong", "not_reached"


@dataclass(frozen=True)
class Run:
    """One practice run as it came from a phone.

    `trail` are entries of step, answer and at, as in a report, and may be any JSON. The moments are timezone-aware;
    `facts` are those of the practice report.
    """

    id: str
    scenario: str
    scenario_hash: str
    protocol_hash: str
    trail: Sequence[object]
    started_at: datetime
    alerted_at: datetime | None
    finished_at: datetime | None
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Judged:
    """One decision of the scenario in this run.

    `verdict` is right, wrong or not_reached by the answer that stood in the end; `put_right` says that another
    answer was given first and taken back.
    """

    step: str
    ask: str
    expected: Choice
    given: Choice | None
    verdict: str
    put_right: bool
    why: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Reason:
    """Why a run did not pass: a stable code, the step or outcome it is about (or empty), and English words."""

    code: str
    place: str
    text: str


@dataclass(frozen=True)
class Debrief:
    """What one run teaches. Seconds count from the start and are None where it never came to that or cannot be told.

    `outcome` is the outcome reached or the empty string, `left_out` are expected facts that neither the report nor
    the walk holds; they do not decide about passing. `problem` says why a trail broke off.
    """

    rows: tuple[PathRow, ...]
    decisions: tuple[Judged, ...]
    outcome: str
    outcome_right: bool
    seconds_to_outcome: float | None
    seconds_to_alert: float | None
    left_out: tuple[str, ...]
    problem: str | None
    reasons: tuple[Reason, ...]

    @property
    def passed(self) -> bool:
        """Right outcome, every decision right, the alert sent if expected, and nothing that makes the run doubtful."""
        return not self.reasons


def debrief(scenario: Scenario, protocol: Protocol, run: Run) -> Debrief:
    """Compare a run with its scenario on the version of the protocol that was walked; never raises.

    A run of another scenario or version is compared all the same, and does not pass.
    """
    found = replay(protocol, run.trail, scenario.site_type)
    mine = given(found.standing)
    decisions = tuple(_judge(protocol, each, found) for each in scenario.decisions)
    outcome = found.position if found.position in protocol.outcomes else ""
    return Debrief(
        rows=side_by_side(protocol, scenario.expected.path, mine),
        decisions=decisions,
        outcome=outcome,
        outcome_right=outcome == scenario.expected.outcome,
        seconds_to_outcome=_seconds(run.started_at, _last_moment(found)) if outcome else None,
        seconds_to_alert=_seconds(run.started_at, run.alerted_at),
        left_out=_left_out(scenario, run, facts_of(protocol, found)),
        problem=found.problem,
        reasons=tuple(_reasons(scenario, protocol, run, found, decisions)),
    )


def _judge(protocol: Protocol, decision: Decision, found: Replay) -> Judged:
    stood = [answer for step, answer in given(found.standing) if step == decision.step]
    tried = [answer for step, answer in given(found.walked) if step == decision.step]
    verdict = NOT_REACHED if not stood else RIGHT if _as_good(protocol, decision, stood[0]) else WRONG
    return Judged(
        step=decision.step,
        ask=asked(protocol, decision.step),
        expected=choice(protocol, decision.step, decision.answer),
        given=choice(protocol, decision.step, stood[0]) if stood else None,
        verdict=verdict,
        put_right=verdict == RIGHT and any(not _as_good(protocol, decision, answer) for answer in tried),
        why=decision.why,
        sources=tuple(protocol.sources[id] for id in decision.source if id in protocol.sources),
    )


def _as_good(protocol: Protocol, decision: Decision, answer: str) -> bool:
    """The expected answer, or an interrupt in its place that leads to the same outcome (or the other way round)."""
    if answer == decision.answer:
        return True
    ends = {interrupt.id: interrupt.to for interrupt in protocol.interrupts}
    step = protocol.steps.get(decision.step)
    ways = {**ends, **({each.id: each.to for each in step.answers} if step else {})}
    return (answer in ends or decision.answer in ends) and ways.get(answer) == ways.get(decision.answer)


def _reasons(
    scenario: Scenario, protocol: Protocol, run: Run, found: Replay, decisions: Sequence[Judged]
) -> Iterator[Reason]:
    yield from _doubts(scenario, protocol, run, found)
    if found.position not in protocol.outcomes:
        yield Reason("no-outcome", found.position, f"The walk stopped at “{asked(protocol, found.position)}”.")
    elif found.position != scenario.expected.outcome:
        wanted = asked(protocol, scenario.expected.outcome)
        yield Reason(
            "wrong-outcome", found.position, f"It ended at “{asked(protocol, found.position)}”, not at “{wanted}”."
        )
    for judged in decisions:
        if judged.verdict == WRONG:
            yield Reason("wrong-decision", judged.step, f"“{judged.ask}”: “{judged.expected.text}” was expected.")
        elif judged.verdict == NOT_REACHED:
            yield Reason("missed-decision", judged.step, f"“{judged.ask}” was not reached.")
    if scenario.expected.alert and run.alerted_at is None:
        yield Reason("no-alert", "", "No early alert was sent.")


def _doubts(scenario: Scenario, protocol: Protocol, run: Run, found: Replay) -> Iterator[Reason]:
    """Reasons that lie in the run itself and not in what was decided."""
    if (run.scenario, run.scenario_hash) != (scenario.id, scenario.hash):
        yield Reason("other-scenario", "", "It was run on another version of the scenario.")
    if protocol.id != scenario.protocol or run.protocol_hash != protocol.hash:
        yield Reason("other-protocol", "", "It was walked on another version of the protocol.")
    if found.problem is not None:
        yield Reason("broken-trail", found.position, f"The walk cannot be followed: {found.problem}.")


def _left_out(scenario: Scenario, run: Run, walked: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Expected facts that are missing; 0, `false` and `unknown` are answers."""
    empty: tuple[object, ...] = (None, "", [], {}, ())
    held = {name for name, value in run.facts.items() if value not in empty} | set(walked)
    return tuple(name for name in scenario.expected.report if name not in held)


def _last_moment(found: Replay) -> datetime | None:
    """When the answer that led to the present position was given, by the phone's clock."""
    try:
        return from_text(found.standing[-1].at) if found.standing else None
    except (ValueError, OverflowError):
        return None


def _seconds(start: datetime, end: datetime | None) -> float | None:
    """Seconds between; None for a moment before the start, since a clock that was set back tells nothing."""
    if end is None or end < start:
        return None
    return (end - start).total_seconds()
