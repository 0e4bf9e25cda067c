"""Whether a scenario fits the present version of its protocol and is fit for use. Any part above practice may use it.

Every finding is a reason to refuse. Rules about words are in rules_words.py, those about the paper in rules_paper.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from guidance.practice.load import ScenarioShelf
from guidance.practice.rules_paper import paper_findings
from guidance.practice.rules_words import word_findings
from guidance.practice.scenario import Inject, Scenario
from guidance.protocol.finding import Finding
from guidance.protocol.load import Library
from guidance.protocol.model import SITE_TYPES, Protocol
from guidance.protocol.replay import replay
from guidance.translations.mark import N_, Said
from guidance.translations.recognised import trail_problem

__all__ = ["Finding", "lint_scenario", "lint_shelf"]


def lint_scenario(scenario: Scenario, library: Library, facts: Collection[str]) -> tuple[Finding, ...]:
    """Every reason to refuse a scenario; an empty tuple means it is fit for use.

    `facts` are the ids of all facts that a report may hold. A finding's place is `scenario/place in its file`.
    """
    found = [*_head(scenario), *word_findings(scenario)]
    protocol = library.get(scenario.protocol)
    if protocol is None:
        found.append(
            _at(
                scenario,
                "unknown-protocol",
                "protocol",
                Said(N_("there is no protocol %(protocol)s"), protocol=repr(scenario.protocol)),
            )
        )
    elif scenario.site_type in SITE_TYPES:
        found += [*_path(scenario, protocol), *_injects(scenario, protocol), *paper_findings(scenario, protocol)]
        found += _decisions(scenario, protocol)
    found += _report(scenario, facts)
    return tuple(dict.fromkeys(found))


def lint_shelf(shelf: ScenarioShelf, library: Library, facts: Collection[str]) -> tuple[Finding, ...]:
    """Every reason to refuse a scenario of a shelf, in the shelf's order."""
    return tuple(each for scenario in shelf.scenarios.values() for each in lint_scenario(scenario, library, facts))


def _at(scenario: Scenario, code: str, place: str, message: str) -> Finding:
    return Finding(code, f"{scenario.id}/{place}", message)


def _head(scenario: Scenario) -> Iterator[Finding]:
    if scenario.site_type not in SITE_TYPES:
        known = ", ".join(SITE_TYPES)
        yield _at(
            scenario,
            "unknown-site-type",
            "site_type",
            Said(
                N_("%(site_type)s is no site type; they are %(known)s"), site_type=repr(scenario.site_type), known=known
            ),
        )
    if not scenario.rows:
        yield _at(scenario, "no-rows", "rows", N_("say which rows of the list of situations it covers"))
    if not scenario.decisions:
        yield _at(scenario, "no-decisions", "decisions", N_("name at least one decision that matters"))


def _path(scenario: Scenario, protocol: Protocol) -> Iterator[Finding]:
    """The expected path can be walked, enrolled or not, and ends where it says."""
    expected = scenario.expected
    if expected.outcome not in protocol.outcomes:
        message = Said(N_("%(id)s has no outcome %(place)s"), id=protocol.id, place=repr(expected.outcome))
        yield _at(scenario, "unknown-outcome", "expected.outcome", message)
    for site_type in (scenario.site_type, None):
        found = replay(protocol, expected.trail(), site_type)
        if found.problem is not None:
            place = f"expected.path[{len(found.walked)}]"
            yield _at(
                scenario,
                "broken-path",
                place,
                Said(
                    N_("cannot be walked on %(id)s: %(problem)s"), id=protocol.id, problem=trail_problem(found.problem)
                ),
            )
            return
        if found.position != expected.outcome:
            message = Said(
                N_("the path ends at %(position)s, and %(outcome)s is expected"),
                position=repr(found.position),
                outcome=repr(expected.outcome),
            )
            yield _at(scenario, "wrong-end", "expected.outcome", message)
        if found.site_type not in (None, scenario.site_type):
            message = Said(
                N_("the path answers a %(answered)s, and the scenario plays at a %(site_type)s"),
                answered=found.site_type,
                site_type=scenario.site_type,
            )
            yield _at(scenario, "wrong-site-type", "expected.path", message)


def _decisions(scenario: Scenario, protocol: Protocol) -> Iterator[Finding]:
    path = dict(scenario.expected.path)
    decided: set[str] = set()
    for index, decision in enumerate(scenario.decisions):
        place = f"decisions[{index}]"
        if decision.step not in path:
            yield _at(
                scenario,
                "decision-off-path",
                place,
                Said(N_("the expected path does not come by %(step)s"), step=repr(decision.step)),
            )
        elif path[decision.step] != decision.answer:
            message = Said(
                N_("the expected path answers %(step)s with %(given)s, not %(answer)s"),
                step=repr(decision.step),
                given=repr(path[decision.step]),
                answer=repr(decision.answer),
            )
            yield _at(scenario, "decision-off-path", place, message)
        if decision.step in decided:
            yield _at(
                scenario,
                "decision-twice",
                place,
                Said(N_("%(step)s is decided twice; keep one"), step=repr(decision.step)),
            )
        decided.add(decision.step)
        if not decision.source:
            yield _at(scenario, "no-source", place, N_("name what it rests on"))
        for id in decision.source:
            if id not in protocol.sources:
                yield _at(
                    scenario,
                    "unknown-source",
                    place,
                    Said(N_("%(protocol)s has no source %(id)s"), protocol=protocol.id, id=repr(id)),
                )


def _injects(scenario: Scenario, protocol: Protocol) -> Iterator[Finding]:
    interrupts = {interrupt.id for interrupt in protocol.interrupts}
    places = {step for step, _ in scenario.expected.path} | {scenario.expected.outcome}
    for index, inject in enumerate(scenario.injects):
        place = f"injects[{index}]"
        if not inject.place and inject.seconds < 1:
            yield _at(scenario, "inject-time", place, N_("seconds are a whole number from 1"))
        if inject.place and not _known(protocol, inject):
            lacks = N_("%(id)s has no step %(place)s") if inject.step else N_("%(id)s has no outcome %(place)s")
            yield _at(scenario, "inject-place", place, Said(lacks, id=protocol.id, place=repr(inject.place)))
        elif inject.place and inject.place not in places:
            yield _at(
                scenario,
                "inject-place",
                place,
                Said(N_("the expected path does not come by %(place)s"), place=repr(inject.place)),
            )
        if inject.expects and inject.expects not in interrupts:
            yield _at(
                scenario,
                "unknown-interrupt",
                place,
                Said(N_("%(expects)s is no interrupt of %(id)s"), expects=repr(inject.expects), id=protocol.id),
            )
        elif inject.expects and (inject.place, inject.expects) not in scenario.expected.path:
            message = Said(N_("the expected path does not answer %(expects)s there"), expects=repr(inject.expects))
            yield _at(scenario, "expects-off-path", place, message)
    yield from _sudden(scenario, interrupts)


def _known(protocol: Protocol, inject: Inject) -> bool:
    return inject.step in protocol.steps if inject.step else inject.outcome in protocol.outcomes


def _sudden(scenario: Scenario, interrupts: Collection[str]) -> Iterator[Finding]:
    """An interrupt on the path has an inject that brings it about; nobody could know of it otherwise."""
    brought = {(inject.place, inject.expects) for inject in scenario.injects}
    for index, (step, answer) in enumerate(scenario.expected.path):
        if answer in interrupts and (step, answer) not in brought:
            message = Said(N_("no inject at %(step)s expects %(answer)s"), step=repr(step), answer=repr(answer))
            yield _at(scenario, "interrupt-without-inject", f"expected.path[{index}]", message)


def _report(scenario: Scenario, facts: Collection[str]) -> Iterator[Finding]:
    report = scenario.expected.report
    if not report:
        yield _at(scenario, "no-report", "expected.report", N_("name at least one fact that a good report holds"))
    for index, fact in enumerate(report):
        if fact not in facts:
            yield _at(
                scenario,
                "unknown-fact",
                f"expected.report[{index}]",
                Said(N_("a report has no fact %(fact)s"), fact=repr(fact)),
            )
        if fact in report[:index]:
            yield _at(
                scenario,
                "fact-twice",
                f"expected.report[{index}]",
                Said(N_("%(fact)s is there twice"), fact=repr(fact)),
            )
