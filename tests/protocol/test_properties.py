"""What holds for every tree: lint, paths, replay, document and diff agree with each other."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guidance.protocol.diff import diff
from guidance.protocol.document import content_hash, from_document, to_document, with_hash
from guidance.protocol.graph import mermaid, outline, svg
from guidance.protocol.lint import lint
from guidance.protocol.load import ProtocolError
from guidance.protocol.model import SITE_TYPES, Protocol, offered
from guidance.protocol.paths import PathError, count_paths, paths
from guidance.protocol.replay import replay
from tests.protocol.trees import JSON, SITES, answer, clean_protocols, outcome, step, with_answer, with_step
from tests.protocol.trees import protocol as made

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def codes(protocol: Protocol) -> set[str]:
    return {finding.code for finding in lint(protocol)}


def ways(protocol: Protocol, id: str, site: str | None) -> int:
    """The number of ways, found the slow and plain way."""
    if id in protocol.outcomes:
        return 1
    here = protocol.steps[id]
    return sum(
        ways(protocol, each.to, each.id if here.place and site is None else site) for each in offered(here, site)
    )


@quick
@given(clean_protocols())
def test_the_lint_has_nothing_against_a_sound_tree(protocol: Protocol) -> None:
    assert lint(protocol, facts={}, drawings=(), protocols=()) == ()


@quick
@given(clean_protocols(), SITES)
def test_every_path_of_a_sound_tree_replays_to_its_outcome(protocol: Protocol, site: str | None) -> None:
    for path in islice(paths(protocol, site), 200):
        found = replay(protocol, path.trail("2026-11-24T12:00:00Z"), site)
        assert (found.problem, found.position, found.site_type) == (None, path.outcome, path.site_type)
        assert [walked.answer for walked in found.walked] == [given for _, given in path.taken]


@quick
@given(clean_protocols(), SITES)
def test_paths_are_counted_as_they_are_listed(protocol: Protocol, site: str | None) -> None:
    count = count_paths(protocol, site)
    assert count == ways(protocol, protocol.start, site)
    if count <= 300:
        listed = list(paths(protocol, site))
        assert len(listed) == len(set(map(repr, listed))) == count


@quick
@given(clean_protocols())
def test_no_site_type_is_ever_left_without_a_way(protocol: Protocol) -> None:
    assert all(count_paths(protocol, site_type) for site_type in SITE_TYPES)


@quick
@given(clean_protocols(), SITES)
def test_interrupts_hold_at_every_position_and_back_returns_there(protocol: Protocol, site: str | None) -> None:
    for path in islice(paths(protocol, site), 5):
        trail = path.trail()
        for length in range(len(trail) + 1):
            before = replay(protocol, trail[:length], site)
            for interrupt in protocol.interrupts:
                away = [*trail[:length], {"step": before.position, "answer": interrupt.id, "at": ""}]
                assert replay(protocol, away, site).position == interrupt.to
                returned = replay(protocol, [*away, {"step": interrupt.to, "answer": "back", "at": ""}], site)
                assert (returned.position, returned.problem) == (before.position, None)
                assert returned.standing == before.standing


@quick
@given(clean_protocols(), SITES)
def test_going_back_returns_to_the_earlier_position_all_the_way(protocol: Protocol, site: str | None) -> None:
    path = next(paths(protocol, site))
    trail = path.trail()
    for taken, _ in reversed(path.taken):
        trail.append({"step": replay(protocol, trail, site).position, "answer": "back", "at": ""})
        found = replay(protocol, trail, site)
        assert (found.position, found.problem) == (taken.id, None)
    assert (found.standing, found.site_type) == ((), site)


@quick
@given(clean_protocols(), JSON, st.text(max_size=6) | SITES)
def test_replay_takes_any_json(protocol: Protocol, trail: object, site: str | None) -> None:
    found = replay(protocol, trail, site)
    assert found.position == protocol.start
    assert (found.problem is None) == (trail == [] and (site is None or site in SITE_TYPES))


@quick
@given(clean_protocols(), st.data(), SITES)
def test_replay_takes_any_mixture_of_real_and_wrong_entries(
    protocol: Protocol, data: st.DataObject, site: str | None
) -> None:
    ids = st.sampled_from([*protocol.steps, *protocol.outcomes]) | JSON
    answers = st.sampled_from(["a0", "more", "back", "unsafe", *SITE_TYPES]) | JSON
    entry = st.fixed_dictionaries({"step": ids, "answer": answers}, optional={"at": JSON}) | JSON
    trail = data.draw(st.lists(entry, max_size=6))
    found = replay(protocol, trail, site)
    assert found.position in {*protocol.steps, *protocol.outcomes}
    assert (found.problem is None) == (len(found.walked) == len(trail))


@quick
@given(clean_protocols(), st.data(), SITES)
def test_a_loop_is_always_found(protocol: Protocol, data: st.DataObject, site: str | None) -> None:
    way = data.draw(st.sampled_from(list(islice(paths(protocol, site), 20)))).taken
    end = data.draw(st.integers(0, len(way) - 1))
    first = data.draw(st.integers(0, end))
    spoilt = with_answer(protocol, way[end][0].id, way[first][0].id)
    assert "loop" in codes(spoilt)
    with pytest.raises(PathError):
        sum(count_paths(spoilt, each) for each in SITE_TYPES)


@quick
@given(clean_protocols(), st.data())
def test_a_dead_end_is_always_found(protocol: Protocol, data: st.DataObject) -> None:
    here = data.draw(st.sampled_from(list(protocol.steps.values())))
    assert "dead-end" in codes(with_step(protocol, replace(here, answers=())))


@quick
@given(clean_protocols(), st.data())
def test_an_unknown_target_is_always_found(protocol: Protocol, data: st.DataObject) -> None:
    here = data.draw(st.sampled_from(sorted(protocol.steps)))
    spoilt = with_answer(protocol, here, "nowhere")
    assert "unknown-target" in codes(spoilt)
    assert "missing: nowhere" in svg(spoilt)


@quick
@given(clean_protocols())
def test_what_no_way_leads_to_is_always_found(protocol: Protocol) -> None:
    lonely = with_step(protocol, step("lonely", [answer("a", "lonely-end")]))
    lonely = replace(lonely, outcomes={**lonely.outcomes, "lonely-end": outcome("lonely-end")})
    places = {finding.place for finding in lint(lonely) if finding.code == "unreachable"}
    assert places == {"random/lonely", "random/lonely-end"}


@quick
@given(clean_protocols(), st.sampled_from(SITE_TYPES))
def test_a_site_type_without_an_answer_is_always_found(protocol: Protocol, site_type: str) -> None:
    start = protocol.steps[protocol.start]
    others = tuple(each for each in SITE_TYPES if each != site_type)
    limited = tuple(replace(each, only=others) for each in start.answers)
    found = codes(with_step(protocol, replace(start, answers=limited)))
    assert ("place-answers" if start.place else "no-answer-for-site") in found


@quick
@given(clean_protocols())
def test_a_document_brings_the_same_protocol_back_with_its_hash(protocol: Protocol) -> None:
    document = json.loads(json.dumps(to_document(protocol), sort_keys=True))
    assert from_document(document) == protocol
    assert content_hash(document) == document["hash"] == protocol.hash


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_a_document_that_is_none_is_refused_with_reasons(document: object) -> None:
    with pytest.raises(ProtocolError) as refused:
        from_document(document)
    assert refused.value.problems


@quick
@given(clean_protocols(), clean_protocols())
def test_two_protocols_differ_exactly_when_their_hashes_do(one: Protocol, other: Protocol) -> None:
    assert diff(one, one) == ()
    assert (diff(one, other) == ()) == (one.hash == other.hash)


@quick
@given(clean_protocols(), st.data())
def test_one_changed_wording_is_exactly_one_change(protocol: Protocol, data: st.DataObject) -> None:
    here = data.draw(st.sampled_from(list(protocol.steps.values())))
    changed = with_step(protocol, replace(here, ask="What is it now?"))
    (change,) = diff(protocol, changed)
    assert (change.kind, change.place, change.what) == ("reworded", f"step {here.id}", "ask")
    assert (change.before, change.after) == (here.ask, "What is it now?")


@quick
@given(clean_protocols())
def test_every_step_and_outcome_is_in_every_drawing(protocol: Protocol) -> None:
    picture, chart, text = svg(protocol), mermaid(protocol), outline(protocol)
    for id in (*protocol.steps, *protocol.outcomes):
        assert f'id="graph-{id}"' in picture
        assert f"n_{id.replace('-', '_')}" in chart
        assert id in text


def test_a_tree_of_joins_is_counted_at_once_and_listed_one_by_one() -> None:
    deep = 60
    steps = [step(f"s{n}", [answer("a", f"s{n + 1}"), answer("b", f"s{n + 1}")]) for n in range(deep)]
    last = step(f"s{deep}", [answer("a", "o0")])
    found = with_hash(made([*steps, last], ["o0"]))
    assert count_paths(found) == 2**deep
    assert len(next(paths(found)).taken) == deep + 1
