"""Scenario files are read strictly, keep their content hash, and go to a phone whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from guidance.commands.scenarios import scenarios
from guidance.practice.document import to_document
from guidance.practice.load import ScenarioError, from_source, load_scenarios
from guidance.practice.scenario import Scenario, scenario_hash, to_source
from tests.practice.shelf import FOLDER, Spoil, findings, library, protocol_of, scenario, shelf, spoilt

FULL = "shelter-other-address"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one scenario, to be spoilt."""
    made = tmp_path / "scenarios"
    made.mkdir()
    shutil.copy(FOLDER / f"{FULL}.yaml", made)
    return made


def change(folder: Path, old: str, new: str) -> None:
    path = folder / f"{FULL}.yaml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(ScenarioError) as refused:
        load_scenarios(folder, library())
    return [str(problem) for problem in refused.value.problems]


def test_a_scenario_holds_what_its_file_says() -> None:
    found = scenario(FULL)

    assert (found.protocol, found.site_type, found.rows) == ("visit", "shelter", (19,))
    assert found.card.paper is not None
    assert found.card.paper.heading == ("UNITED STATES DISTRICT COURT", "Eastern District of New York")
    assert found.expected.path[0] == ("danger", "no")
    assert (found.injects[0].step, found.injects[0].seconds) == ("paper-address", 0)
    assert found.decisions[1].source == ("papers-address", "public-areas")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: one", f"{FULL}.yaml:2: version: write a whole number here"),
        ("title: One number off", "titel: One number off", "titel: unknown key; known here are id, version"),
        ("  alert: true\n", "", "expected: 'alert' is missing"),
        ("  alert: true", "  alert: maybe", "expected.alert: write true or false here"),
        ("[paper-address, other]", "[paper-address]", "expected.path[11]: write a step and an answer here"),
        ("shown: on_paper", "shown: on_wall", "card.paper.shown: 'on_wall' is not one of on_paper, on_phone"),
        ("at: {step: paper-address}", "at: {step: x, seconds: 5}", "injects[0].at: write exactly one of step, outcome"),
        ("at: {step: paper-address}", "at: {seconds: -5}", "injects[0].at.seconds: write a whole number here"),
        ("protocol: visit", "protocol: party", "protocol: there is no protocol 'party'; protocols are visit"),
        (f"id: {FULL}", "id: other", "id: the id 'other' and the file name must be the same"),
        ("summary: ", "summary: *card ", "this is not YAML"),
    ],
)
def test_a_problem_is_told_with_its_file_and_place(folder: Path, old: str, new: str, message: str) -> None:
    change(folder, old, new)

    assert any(message in problem and problem.startswith(f"{FULL}.yaml") for problem in problems(folder))


def test_every_problem_of_every_file_is_told(folder: Path) -> None:
    change(folder, "version: 1", "version: one")
    change(folder, "  alert: true\n", "")
    (folder / "empty.yaml").write_text("", "utf-8")

    found = problems(folder)

    assert len(found) >= 3
    assert any(problem.startswith("empty.yaml: the file is empty") for problem in found)


def test_a_folder_without_scenarios_offers_none(tmp_path: Path) -> None:
    assert load_scenarios(tmp_path / "none", library()).scenarios == {}


@pytest.mark.parametrize("found", shelf().scenarios.values(), ids=lambda each: each.id)
def test_the_plain_form_reads_back_to_the_same_scenario(found: Scenario) -> None:
    document = json.loads(json.dumps(to_source(found)))

    assert from_source(document) == found
    assert scenario_hash(found) == found.hash


@pytest.mark.parametrize(
    "document",
    [None, [], "visit", {}, {"id": 5}, {"card": [], "expected": "x"}, {"version": 2**70}, {"counsel": "\ud800"}],
)
def test_what_is_no_scenario_is_refused_with_reasons(document: object) -> None:
    with pytest.raises(ScenarioError) as refused:
        from_source(document)
    assert refused.value.problems


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(to_source(scenario(FULL)))), JSON)
def test_a_scenario_with_anything_in_one_place_is_read_or_refused(key: str, value: object) -> None:
    try:
        found = from_source({**to_source(scenario(FULL)), key: value})
    except ScenarioError as refused:
        assert refused.problems
    else:
        assert found.hash == scenario_hash(found)
        assert all(finding.place.startswith(f"{found.id}/") for finding in findings(found))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain.update(counsel="Please wait."),
        lambda plain: plain["expected"].update(alert=False),
        lambda plain: plain["card"]["paper"].update(form="AO 94"),
        lambda plain: plain["injects"].pop(),
    ],
)
def test_any_change_of_the_text_gives_another_hash(spoil: Spoil) -> None:
    assert spoilt(FULL, spoil).hash != scenario(FULL).hash


def test_scenarios_are_found_by_site_type() -> None:
    assert {each.site_type for each in shelf().for_site("garage")} == {"garage"}
    assert shelf().get("nothing") is None


def test_a_phone_gets_all_that_a_debrief_needs() -> None:
    found = scenario("hospital-phone-old-date")
    document = to_document(found, protocol_of(found), {"paper_copy": "Is there a copy or a photo?"})

    assert json.loads(json.dumps(document)) == document
    assert document["hash"] == found.hash
    assert document["protocol"]["hash"] == protocol_of(found).hash  # type: ignore[index]
    assert document["card"]["paper"]["shown"] == "on_phone"  # type: ignore[index]
    expected = document["expected"]
    assert isinstance(expected, dict)
    assert expected["path"][-1] == {
        "step": "paper-dates",
        "ask": "Is today within its dates?",
        "answer": "past",
        "text": "No, the date has passed",
    }
    assert expected["outcome"] == {"id": "court-paper", "headline": "They still wait. Counsel decides."}
    assert {"id": "paper_copy", "label": "Is there a copy or a photo?"} in expected["report"]
    decisions = document["decisions"]
    assert isinstance(decisions, list)
    assert decisions[-1]["why"].startswith("The last day on it has passed.")
    assert decisions[-1]["sources"] == ["Guide on how long a search warrant may be used"]


def test_an_interrupt_on_the_path_has_its_words_too() -> None:
    found = scenario("office-walks-past")
    document = to_document(found, protocol_of(found), {})

    assert document["expected"]["path"][-1]["text"] == "They went in"  # type: ignore[index]
    assert document["injects"][0]["expects"] == "went-in"  # type: ignore[index]


def test_the_check_passes_and_sums_up() -> None:
    result = CliRunner().invoke(scenarios, ["check"])

    assert result.exit_code == 0, result.output
    assert "office-lobby-wait version 1, checked 2026-11-24: visit (office) → public-area; rows 1\n" in result.output


def test_the_check_fails_with_the_scenario_and_the_place(folder: Path) -> None:
    change(folder, "[who, non-local]", "[who, nobody]")

    result = CliRunner().invoke(scenarios, ["check", str(folder)])

    assert result.exit_code == 1
    assert f"{FULL}/expected.path[1]: cannot be walked on visit: entry 1: 'who' has no answer 'nobody'" in result.output


def test_the_check_of_an_empty_folder_fails(tmp_path: Path) -> None:
    result = CliRunner().invoke(scenarios, ["check", str(tmp_path)])

    assert result.exit_code == 1
    assert "there is no scenario file" in result.output


def test_a_scenario_is_shown_in_words() -> None:
    output = CliRunner().invoke(scenarios, ["show", "office-walks-past"]).output

    assert "“We need to see the desks in the back.”" in output
    assert "  at “What do they show you?”: One of them pushes the gate and all three go in.\n" in output
    assert "  What do they show you? — They went in\n" in output
    assert "  → Step aside. Do not follow close.\n" in output


def test_an_unknown_scenario_is_answered_with_those_there_are() -> None:
    result = CliRunner().invoke(scenarios, ["show", "nothing"])

    assert result.exit_code == 1
    assert "there is no scenario 'nothing'; scenarios are office-lobby-wait" in result.output
