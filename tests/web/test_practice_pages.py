from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from guidance.settings import ROOT
from guidance.web import precache
from guidance.web.context import NAME, Parts
from guidance.web.practice_pages import wanted
from tests.web.test_guides import Tags, read

PAGES = ("practice", "practice/report", "practice/debrief", "practice/guide/visit", "practice/guide/after")
REAL_ONLY = {"alert.js", "outbox.js", "guide.js", "report.js", "edge.js", "my-reports.js", "progress.js"}
IMPORT = re.compile(r'^(?:import|export)\b[^"]*"\./([\w-]+\.js)";$|\bimport\("\./([\w-]+\.js)"\)', re.MULTILINE)


def here(app: Flask) -> Parts:
    found: Parts = app.extensions[NAME]
    return found


def told(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/en/practice/scenarios.json").get_json()
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_practice_page_says_so_in_its_root_title_header_and_footer(client: FlaskClient, page: str) -> None:
    text = read(client, f"/en/{page}")
    assert re.search(r"<html [^>]*\bdata-practice>", text)
    assert "<title>PRACTICE · " in text
    assert "practice" in (Tags(text).of("body", "class")[0]["class"] or "").split()
    header = text[text.index("<header") : text.index("</header>")]
    footer = text[text.index("<footer") : text.index("</footer>")]
    assert "PRACTICE" in header and "PRACTICE" in footer
    assert "This is real: leave practice" in header


@pytest.mark.parametrize("page", PAGES)
def test_no_practice_page_loads_what_sends_a_real_alert_or_dials(client: FlaskClient, page: str) -> None:
    text = read(client, f"/en/{page}")
    scripts = [(held["src"] or "").rpartition("/")[2] for held in Tags(text).of("script", "src")]
    assert scripts and not reached(scripts) & REAL_ONLY
    assert "tel:" not in text and "data-alert " not in text and "/alert/" not in text


def reached(scripts: list[str]) -> set[str]:
    """Every module that some page's scripts bring along."""
    found: set[str] = set()
    left = list(scripts)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            text = (ROOT / "static" / "js" / name).read_text(encoding="utf-8")
            left.extend(one or other for one, other in IMPORT.findall(text))
    return found


def test_no_real_page_brings_a_module_of_practice() -> None:
    for name in REAL_ONLY | {"home.js", "ready.js", "boot.js"}:
        assert not [each for each in reached([name]) if each.startswith("practice")], name


def test_no_module_of_practice_names_the_address_of_reports() -> None:
    for path in (ROOT / "static" / "js").glob("practice-*.js"):
        assert "api/reports" not in path.read_text(encoding="utf-8"), path.name


def test_the_practice_guide_is_the_same_protocol(app: Flask, client: FlaskClient) -> None:
    for protocol in here(app).library.protocols.values():
        real, practice = (Tags(read(client, f"/en/{way}/{protocol.id}")) for way in ("guide", "practice/guide"))
        assert practice.of("section", "id")[: len(real.of("section", "id"))] == real.of("section", "id")
        assert practice.of("a", "data-answer") == real.of("a", "data-answer")
        for attribute in ("data-hash", "data-start", "data-version"):
            assert practice.of("main")[0][attribute] == real.of("main")[0][attribute]


def test_no_identifier_is_used_twice(app: Flask, client: FlaskClient) -> None:
    for page in (*PAGES, *(f"practice/guide/{each}" for each in here(app).library.protocols)):
        found = [held["id"] for _, held in Tags(read(client, f"/en/{page}")).found if "id" in held]
        assert len(found) == len(set(found)), page


def test_an_unknown_protocol_or_language_is_not_found(client: FlaskClient) -> None:
    assert client.get("/en/practice/guide/nothing").status_code == 404
    assert client.get("/xx/practice").status_code == 404


def test_the_phone_gets_every_scenario_and_what_a_debrief_needs_of_its_protocol(
    app: Flask, client: FlaskClient
) -> None:
    parts, found = here(app), told(client)
    assert [each["id"] for each in found["scenarios"]] == list(parts.scenarios.scenarios)
    for each in found["scenarios"]:
        outline = found["protocols"][each["protocol"]["id"]]
        assert outline["hash"] == each["protocol"]["hash"] == parts.library.protocols[outline["id"]].hash
        assert each["expected"]["outcome"]["id"] in outline["outcomes"]
        assert all(fact["label"] != fact["id"] for fact in each["expected"]["report"])


def test_the_practice_report_can_ask_for_all_that_a_scenario_expects_of_it(app: Flask, client: FlaskClient) -> None:
    parts = here(app)
    asked = {held["data-field"] for held in Tags(read(client, "/en/practice/report")).of("fieldset", "data-field")}
    asked |= {held["data-field"] for held in Tags(read(client, "/en/practice/report")).of("div", "data-field")}
    form = {field.id for screen in parts.catalog.screens for field in screen.fields}
    assert wanted(parts.scenarios.scenarios.values()) & form <= asked
    assert not asked & {"attested", "free_text", "work_contact"}


def test_everything_of_practice_is_kept_for_use_without_a_network(app: Flask) -> None:
    kept = precache.pages("en", here(app).library.protocols)
    assert {"/en/practice", "/en/practice/report", "/en/practice/debrief", "/en/practice/scenarios.json"} <= set(kept)
    assert {f"/en/practice/guide/{each}" for each in here(app).library.protocols} <= set(kept)
    assert "/static/icons/practice.svg" in precache.static_files()


def test_the_words_that_scripts_of_practice_say_stand_in_their_pages(client: FlaskClient) -> None:
    for page, entry in (
        ("practice", "practice-home.js"),
        ("practice/report", "practice-report.js"),
        ("practice/debrief", "practice-debrief-page.js"),
        ("practice/guide/visit", "practice-guide.js"),
    ):
        there = {held["data-word"] for held in Tags(read(client, f"/en/{page}")).of("span", "data-word")}
        own = [name for name in reached([entry]) if name.startswith("practice-") and name != "practice-runs.js"]
        texts = [(ROOT / "static" / "js" / name).read_text(encoding="utf-8") for name in own]
        said = {word for text in texts for word in re.findall(r'\bsay\("([\w-]+)"', text)}
        assert said <= there, page


def test_the_data_is_one_json_object_for_everyone(client: FlaskClient) -> None:
    first = client.get("/en/practice/scenarios.json")
    client.set_cookie("guidance-class", "someone")
    assert client.get("/en/practice/scenarios.json").data == first.data
    assert json.loads(first.data)["format"] == 1
