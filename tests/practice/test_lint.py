"""The lint refuses a scenario that does not fit its protocol, its card or the house's language, and says where."""

from __future__ import annotations

import pytest

from guidance.practice.lint import lint_shelf
from guidance.practice.load import ScenarioShelf
from guidance.practice.scenario import Scenario
from guidance.protocol.load import Library
from tests.practice.shelf import Spoil, facts, findings, protocol_of, scenario, shelf, spoilt, without_answer

PAPER = "shelter-other-address"
WALKED = "office-walks-past"


def codes(found: Scenario, protocols: Library | None = None) -> set[tuple[str, str]]:
    return {(each.code, each.place.partition("/")[2]) for each in findings(found, protocols)}


def path(plain: dict[str, dict[str, list[list[str]]]]) -> list[list[str]]:
    return plain["expected"]["path"]


def write(place: str, value: object) -> Spoil:
    """Put a value at a dotted place of the plain form."""

    def spoil(plain: object) -> None:
        *way, last = place.split(".")
        for name in way:
            plain = plain[int(name)] if isinstance(plain, list) else plain[name]  # type: ignore[index]
        plain[int(last) if isinstance(plain, list) else last] = value  # type: ignore[index]

    return spoil


@pytest.mark.parametrize("id", shelf().scenarios)
def test_a_renamed_answer_breaks_the_scenarios_that_give_it_and_says_which_and_where(id: str) -> None:
    found = scenario(id)
    places = [pair for pair in found.expected.path if pair[0] in protocol_of(found).steps]
    step, answer = next(pair for pair in reversed(places) if answer_of(found, pair))
    index = found.expected.path.index((step, answer))

    broken = lint_shelf(ScenarioShelf({id: found}), without_answer(protocol_of(found), step, answer), facts())

    assert f"{id}/expected.path[{index}]" in {each.place for each in broken if each.code == "broken-path"}
    assert all(each.place.startswith(f"{id}/") for each in broken)


def answer_of(found: Scenario, pair: tuple[str, str]) -> bool:
    return pair[1] in {each.id for each in protocol_of(found).steps[pair[0]].answers}


@pytest.mark.parametrize(
    ("id", "spoil", "code", "place"),
    [
        (PAPER, lambda plain: path(plain).pop(3), "broken-path", "expected.path[3]"),
        (PAPER, lambda plain: path(plain).pop(), "wrong-end", "expected.outcome"),
        (PAPER, write("expected.outcome", "party"), "unknown-outcome", "expected.outcome"),
        (PAPER, write("site_type", "palace"), "unknown-site-type", "site_type"),
        (PAPER, write("site_type", "office"), "broken-path", "expected.path[3]"),
        (PAPER, write("rows", []), "no-rows", "rows"),
        (PAPER, write("decisions", []), "no-decisions", "decisions"),
        (PAPER, write("decisions.0.step", "local-matter"), "decision-off-path", "decisions[0]"),
        (PAPER, write("decisions.1.answer", "this"), "decision-off-path", "decisions[1]"),
        (PAPER, lambda plain: plain["decisions"].append(plain["decisions"][0]), "decision-twice", "decisions[2]"),
        (PAPER, write("decisions.0.source", ["hearsay"]), "unknown-source", "decisions[0]"),
        (PAPER, write("decisions.0.source", []), "no-source", "decisions[0]"),
        (PAPER, write("injects.0.at", {"step": "local-matter"}), "inject-place", "injects[0]"),
        (PAPER, write("injects.0.at", {"step": "party"}), "inject-place", "injects[0]"),
        (PAPER, write("injects.0.at", {"outcome": "no-paper"}), "inject-place", "injects[0]"),
        (PAPER, write("injects.0.at", {"seconds": 0}), "inject-time", "injects[0]"),
        (PAPER, write("injects.0.expects", "party"), "unknown-interrupt", "injects[0]"),
        (PAPER, write("injects.0.expects", "went-in"), "expects-off-path", "injects[0]"),
        (WALKED, lambda plain: plain["injects"][0].pop("expects"), "interrupt-without-inject", "expected.path[6]"),
        (PAPER, write("expected.report", ["shoe_size"]), "unknown-fact", "expected.report[0]"),
        (PAPER, write("expected.report", ["paper_copy", "paper_copy"]), "fact-twice", "expected.report[1]"),
        (PAPER, write("expected.report", []), "no-report", "expected.report"),
        (PAPER, write("card.who", "Call 212 555 0100 for them."), "phone-number", "card.who"),
        (PAPER, write("counsel", "This warrant is not valid."), "forbidden-word", "counsel"),
        (PAPER, write("card.say.0", "What is their citizenship?"), "forbidden-question", "card.say[0]"),
        (PAPER, write("card.who", "Agent Miller stands there."), "person-named", "card.who"),
        (PAPER, write("injects.0.text", "He asks for a man called Jorge."), "person-named", "injects[0]"),
        (PAPER, write("card.paper.names", "Jane Roe at 48 Elm Street"), "person-named", "card.paper.names"),
        (PAPER, write("card.paper.signer", "Hon. Roe"), "person-named", "card.paper.signer"),
        (PAPER, write("injects.0.text", "They walk. " * 20), "text-too-long", "injects[0]"),
        (
            PAPER,
            write("counsel", "Organizational considerations necessitate comprehensive institutional deliberation."),
            "reading-grade",
            "counsel",
        ),
    ],
)
def test_a_spoilt_scenario_is_refused_at_its_place(id: str, spoil: Spoil, code: str, place: str) -> None:
    assert (code, place) in codes(spoilt(id, spoil))


@pytest.mark.parametrize(
    ("id", "spoil"),
    [
        (PAPER, write("card.paper.heading", ["DEPARTMENT OF HOMELAND SECURITY"])),
        (PAPER, write("card.paper.heading", ["IMMIGRATION COURT"])),
        (PAPER, write("card.paper.heading", ["A MEMO"])),
        (PAPER, write("card.paper.signer", "Deportation Officer")),
        (PAPER, write("card.paper.signer", "Immigration Judge")),
        (PAPER, write("card.paper.form", "I-200")),
        (PAPER, write("card.paper.shown", "on_phone")),
        (PAPER, lambda plain: plain["card"]["paper"].pop("address")),
        (PAPER, lambda plain: plain["card"].pop("paper")),
        ("hospital-ward-form", write("card.paper.heading", ["UNITED STATES DISTRICT COURT"])),
        ("hospital-arrest-paper", write("card.paper.address", "40 Elm Street")),
        ("hospital-phone-old-date", lambda plain: plain["card"]["paper"].pop("dates")),
        ("park-mixed-paper", write("card.paper.signer", "Magistrate Judge")),
    ],
)
def test_a_paper_and_the_answers_about_it_must_agree(id: str, spoil: Spoil) -> None:
    assert ("paper-and-path", "card.paper") in codes(spoilt(id, spoil))


@pytest.mark.parametrize("answer", ["agency", "immigration-court"])
def test_immigration_court_may_be_described_as_an_agency_but_never_as_a_court(answer: str) -> None:
    id = "school-pupil-immigration-court"
    fitting = spoilt(id, lambda plain: path(plain)[7].__setitem__(1, answer))
    court = spoilt(id, lambda plain: path(plain)[7].__setitem__(1, "court"))

    assert "paper-and-path" not in {code for code, _ in codes(fitting)}
    assert ("paper-and-path", "card.paper") in codes(court)


def test_a_protocol_that_is_gone_is_told() -> None:
    assert ("unknown-protocol", "protocol") in codes(scenario(PAPER), Library({}))


def test_a_source_that_a_protocol_no_longer_names_is_told() -> None:
    found = scenario("garage-one-space")
    assert codes(found) == set()
    assert ("unknown-source", "decisions[0]") in codes(spoilt(found.id, write("decisions.0.source", ["ferpa-2"])))
