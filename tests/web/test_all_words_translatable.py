"""No page shows a sentence that a catalog could not translate: every GET page of the whole application, with data,
in a language that puts each message in brackets. What stays outside must be a name, a code or a date."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from guidance.app import create_app
from guidance.clock import FixedClock
from guidance.people.demo import load_city
from guidance.practice.drafts import check_text
from guidance.protocol.replay import replay
from guidance.settings import ROOT, Settings
from guidance.store.db import Store
from guidance.translations.languages import LANGUAGES
from guidance.translations.mark import Said
from guidance.translations.recognised import READING_PROBLEMS, recognised, trail_problem
from guidance.web import locale
from guidance.web.context import NAME, Parts
from tests.people.town import COUNSEL, OAK, Town, press
from tests.practice.classroom import TRAINER, open_class
from tests.practice.runs import SHELF
from tests.practice.shelf import facts, library
from tests.reports import VISIT
from tests.web import everything
from tests.web.desk import SCHOOL, page_of
from tests.web.pseudo import Pseudo, left_in_english

# Spanish: a language in which words to say stay English, marked as such.
CODE = "es"
CODES = re.compile(
    r"#?\b(?:[0-9A-Z]{2,5}-[0-9A-Z]{2,5}|[0-9a-f]{6,64}|EST|\d\d:\d\d(?::\d\d)?|localhost\S*|https?://\S+|"
    r"\d{4}-\d\d-\d\dT[\d:.]+Z?|[0-9A-F]{4,8}|\d{1,2} [a-z]{3,4} \d{4})\b|'[\w.-]+'"
)
# Answers for programs, files and scripts: none is a page.
NO_PAGE = re.compile(r"\.json$|^/api/|/live$|^/static/|\.(csv|js|ico|webmanifest)$|^/(health|ready)z$|/export$")


@pytest.fixture
def town(settings: Settings, store: Store, clock: FixedClock) -> Town:
    """The demo city in the language of brackets."""
    return Town(create_app(settings, clock, lambda _code: Pseudo()), store, settings, clock)


def speaking(client: FlaskClient) -> FlaskClient:
    """A browser whose owner chose the language."""
    client.set_cookie(locale.COOKIE, CODE)
    return client


def given_names(app: Flask) -> set[str]:
    """Names that an installation is given: of places, people and files. Nobody translates them."""
    here: Parts = app.extensions[NAME]
    city = load_city()
    found = {here.settings.city, *everything.TYPED, *(each.name for each in LANGUAGES.values())}
    found |= {f"{each.title} (changed)" for each in here.scenarios.scenarios.values()}
    for agency in city["agencies"]:
        found |= {agency["name"], agency["short"], *(each["label"] for each in agency["contacts"])}
        for site in agency["sites"]:
            found |= {site["name"], *(each["label"] for each in site["contacts"])}
    for person in city["people"]:
        found |= {person["name"], person["title"]}
    return {name for name in found if name}


def pages(town: Town) -> Iterator[tuple[str, FlaskClient]]:
    """The address of every page with data in it, and who opens it."""
    here: Parts = town.app.extensions[NAME]
    incidents, code, classes = everything.incidents(town), everything.certificate(town), everything.classroom(town)
    site = town.site_id(SCHOOL)
    anyone, phone = speaking(town.browser()), speaking(town.phone(SCHOOL))
    counsel, oak, trainer = (speaking(town.browser(who)) for who in (COUNSEL, OAK, TRAINER))
    public = ["", "languages", "my-reports", "offline", "practice", "practice/debrief", "practice/report", "ready",
              "report", "rights", "rights/card", "sources", "translations"]  # fmt: skip
    public += [f"{way}/{id}" for id in here.library.protocols for way in ("guide", "practice/guide", "alert", "poster")]
    yield from ((f"/{CODE}/{each}", anyone) for each in public)
    yield from ((each, anyone) for each in (
        "/", "/join", "/practice/join", "/sign-in", "/sign-in?next=/board", "/sign-in/nothing", "/verify",
        f"/verify/{code}", "/verify/AAAAA-AAAAA", f"/certificate/{code}", f"/{CODE}/nowhere", "/join/AAAAA-AAAAA",
        town.join_path(SCHOOL), town.link(COUNSEL), "/practice/join/AAA-AAA", "/board",
        "/certificate/reminder/nothing", everything.reminder(town),
    ))  # fmt: skip
    yield from ((each, phone) for each in ("/joined", f"/{CODE}/alert/visit", town.join_path(SCHOOL)))
    yield from ((each, counsel) for each in (
        "/board", "/board?tab=all", "/board?tab=closed", "/readiness", "/sign-in", *map(page_of, incidents),
    ))  # fmt: skip
    own = ("/board", f"/board/sites/{site}/join", "/readiness", page_of(incidents[0]))
    yield from ((each, oak) for each in own)
    drafts = [everything.draft(town, origin) for origin in ("", "school-pupil-immigration-court")]
    yield from ((each, trainer) for each in (
        "/trainer", "/trainer/scenarios", "/trainer/results/school-pupil-immigration-court",
        f"/trainer/results/school-staff-stairs?site={site}", "/trainer/results/office-walks-past", *classes, *drafts,
    ))  # fmt: skip


def test_every_page_is_made_of_sentences_that_a_catalog_can_translate(town: Town) -> None:
    names, seen, faults = given_names(town.app), set(), []
    for address, client in pages(town):
        answer = client.get(address)
        if answer.status_code in (301, 302, 303):
            continue
        assert answer.status_code in (200, 404, 410), f"{address}: {answer.status_code}"
        adapter = town.app.url_map.bind("localhost")
        if not address.endswith("/nowhere"):
            seen.add(adapter.match(address.partition("?")[0], return_rule=True)[0].rule)
        for fault in left_in_english(answer.get_data(as_text=True), names, CODES):
            faults.append(f"{address} {fault}")
    rules = {rule.rule for rule in town.app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    assert not faults, "\n".join(dict.fromkeys(faults))
    assert {rule for rule in rules - seen if not NO_PAGE.search(rule)} == set(), "pages that nobody looked at"


def test_what_a_form_refuses_is_told_in_the_same_way(town: Town) -> None:
    incident, site = town.report(SCHOOL), town.site_id(SCHOOL)
    made = open_class(town, title="A class of ours")
    long = "1" * 600
    refused = [
        ("", "/join", "", {"code": "nowhere"}), ("", "/join", "", {}), ("", "/verify", "", {"code": "nowhere"}),
        ("", "/practice/join", "", {"code": town.class_code(made), "nickname": ""}),
        ("", "/practice/join", "", {"code": "AAA"}),
        (COUNSEL, page_of(incident), "/note", {"text": long}), (COUNSEL, page_of(incident), "/note", {"text": ""}),
        (COUNSEL, page_of(incident), "/note", {"text": "1", "audience": "nowhere"}),
        (COUNSEL, page_of(incident), "/close", {"reason": "nowhere"}), (COUNSEL, page_of(incident), "/close", {}),
        (COUNSEL, page_of(incident), "/close", {"reason": "other"}),
        (OAK, "/readiness", f"/sites/{site}", {"staff": "-1"}), (OAK, "/readiness", f"/sites/{site}", {"staff": "x"}),
        (TRAINER, "/trainer", "/classes", {"title": long}),
        (TRAINER, "/trainer", "/classes", {"title": "1", "scenarios": "nowhere"}),
        (TRAINER, "/trainer", "/assignments", {"from_on": "x"}),
        (TRAINER, "/trainer", "/assignments", {"scenario": "office-walks-past", "sites": site, "from_on": "2026-11-24",
                                               "due_on": "2026-11-25"}),
        (TRAINER, "/trainer", "/assignments", {"scenario": "school-staff-stairs", "sites": site, "due_on": "2026-11-20",
                                               "from_on": "2026-11-24"}),
        (TRAINER, f"/trainer/classes/{made.id}", "/reveal", {"number": "0"}),
        (TRAINER, f"/trainer/classes/{made.id}", "/reveal", {"number": "1"}),
        (TRAINER, f"/trainer/classes/{made.id}", "/action", {}),
    ]  # fmt: skip
    names = given_names(town.app) | {long}
    for who, page, act, fields in refused:
        answer = press(speaking(town.browser(who)), page, fields, to=page + act)
        told = answer.get_data(as_text=True)
        assert answer.status_code < 500 and "data-problems" in told, f"{page}{act} {fields}"
        assert not list(left_in_english(told, names, CODES)), f"{page}{act} {fields}"


@pytest.mark.parametrize(
    "trail",
    [
        None,
        ["x"],
        [{"step": 1, "answer": 2}],
        [{"step": "nowhere", "answer": "no"}],
        [{"step": VISIT.start, "answer": "back"}],
        [{"step": VISIT.start, "answer": "nowhere"}],
    ],
    ids=str,
)
def test_every_problem_of_a_trail_is_known(trail: object) -> None:
    for site_type in ("school", None, "castle"):
        problem = replay(VISIT, trail, site_type).problem
        assert problem is None or isinstance(trail_problem(problem), Said), problem


def test_every_complaint_about_a_draft_is_known() -> None:
    texts = ["", "x", "- x", "id: [x]", "id: *x", "id: X Y\nid: x\nversion: x\nchecked: x\nrows: x\ncard: x\nnew: 1"]
    texts += ["[x]: 1", "title: ''\nexpected: {alert: 7, path: [x]}\ndecisions: [x]\ninjects: [{at: {}}]", "a: {"]
    for text in texts:
        for each in check_text(text, library(), facts()).complaints:
            known = each.message if isinstance(each.message, Said) else recognised(each.message, READING_PROBLEMS)
            assert isinstance(known, Said) or known.startswith("write "), f"{text!r}: {each.message}"


def test_scripts_hold_no_sentence() -> None:
    """Words of scripts stand in pages. What is thrown or logged is for whoever mends it."""
    literal = re.compile(r"""(["'`])((?:(?!\1)[^\\])*)\1""")
    sentence = re.compile(r"^(?!use strict)[A-Z]?[a-z’']+(?: [a-z’']+)+[.?!:…]?$")
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        if path.name == "practice-replay.js":
            continue  # says why a walk broke off as the server does; the debrief tells it by a code
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code = re.sub(r"//.*|^\s*\*.*|/\*.*?\*/", "", line)
            if "Error(" in code or "console." in code or "class" in code.lower():
                continue
            found = [match[2] for match in literal.finditer(code) if sentence.search(match[2])]
            assert not found, f"{path.name}:{number} {found}"


def test_scenarios_are_in_the_language_of_the_address_and_officers_speak_english(town: Town) -> None:
    client = town.browser()
    english, other = (client.get(f"/{code}/practice/scenarios.json").get_json()["scenarios"] for code in ("en", CODE))
    for written, found in zip(SHELF.scenarios.values(), other, strict=True):
        card = found["card"]
        assert card.get("say", []) == list(written.card.say) and len(card.get("say_means", [])) == len(written.card.say)
        paper = list(written.card.paper.heading) if written.card.paper else []
        assert found["hash"] == written.hash and card.get("paper", {}).get("heading", []) == paper
        told = [
            found["title"],
            found["summary"],
            found["counsel"],
            card["room"],
            card["who"],
            *card.get("say_means", []),
        ]
        told += [each["why"] for each in found["decisions"]] + [each["text"] for each in found["injects"]]
        told += [each["ask"] for each in found["expected"]["path"]]
        told += [each["label"] for each in found["expected"]["report"]]
        assert all(each.startswith("⟦") and each.endswith("⟧") for each in told)
    assert [each["id"] for each in english] == [each["id"] for each in other]
