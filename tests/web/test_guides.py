from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from guidance.protocol.model import Protocol
from guidance.settings import ROOT
from guidance.web.context import NAME, Parts
from guidance.web.words import CALLS, CONFIDENCE, PLACES

Attributes = dict[str, str | None]


class Tags(HTMLParser):
    """Every start tag of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, Attributes]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str, attribute: str = "") -> list[Attributes]:
        """The attributes of each such tag that has the attribute."""
        return [held for name, held in self.found if name == tag and (not attribute or attribute in held)]


def protocols(app: Flask) -> list[Protocol]:
    here: Parts = app.extensions[NAME]
    return list(here.library.protocols.values())


def read(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.get_data(as_text=True)


def test_every_step_and_outcome_is_a_section_and_every_answer_leads_to_one(app: Flask, client: FlaskClient) -> None:
    for protocol in protocols(app):
        tags = Tags(read(client, f"/en/guide/{protocol.id}"))
        sections = {held["id"] for held in tags.of("section", "id")} - {None}
        assert {*protocol.steps, *protocol.outcomes} <= sections
        targets = {(held["href"] or "").removeprefix("#") for held in tags.of("a", "data-answer")}
        assert targets <= sections


def test_the_first_step_stands_first_so_that_it_shows_without_a_fragment(app: Flask, client: FlaskClient) -> None:
    for protocol in protocols(app):
        assert Tags(read(client, f"/en/guide/{protocol.id}")).of("section", "id")[0]["id"] == protocol.start


def test_no_identifier_is_used_twice(app: Flask, client: FlaskClient) -> None:
    for protocol in protocols(app):
        found = [held["id"] for _, held in Tags(read(client, f"/en/guide/{protocol.id}")).found if "id" in held]
        assert len(found) == len(set(found)), protocol.id


def test_a_guide_says_its_version_its_date_and_that_it_is_not_legal_advice(app: Flask, client: FlaskClient) -> None:
    for protocol in protocols(app):
        page = read(client, f"/en/guide/{protocol.id}")
        assert f"version {protocol.version}, last checked {protocol.checked:%b} {protocol.checked.day}" in page
        assert "Not legal advice. Your supervisor’s or counsel’s instruction overrides this page." in page


def test_what_answers_say_of_the_report_survives_the_page(app: Flask, client: FlaskClient) -> None:
    for protocol in protocols(app):
        page = Tags(read(client, f"/en/guide/{protocol.id}"))
        told = [json.loads(held["data-report"] or "") for held in page.of("section", "data-report")]
        assert told == [dict(outcome.report) for outcome in protocol.outcomes.values()]


def test_a_guide_holds_no_number_but_911_and_311(app: Flask, client: FlaskClient) -> None:
    for protocol in protocols(app):
        links = [held["href"] or "" for held in Tags(read(client, f"/en/guide/{protocol.id}")).of("a", "href")]
        assert {link for link in links if link.startswith("tel:")} <= {"tel:911", "tel:311"}


def test_every_source_of_a_guide_is_explained_on_the_page_of_sources(app: Flask, client: FlaskClient) -> None:
    explained = {held["id"] for held in Tags(read(client, "/en/sources")).of("li", "id")}
    for protocol in protocols(app):
        named = set(re.findall(r'href="\.\./sources#([\w-]+)"', read(client, f"/en/guide/{protocol.id}")))
        assert named and named <= explained


def test_a_drawing_is_sent_once_however_many_steps_show_it(client: FlaskClient) -> None:
    page = read(client, "/en/guide/visit")
    assert page.count('<symbol id="drawing-papers-top"') == 1
    assert page.count('href="#drawing-papers-top"') > 1


def test_pages_carry_no_inline_script_and_no_inline_style(app: Flask, client: FlaskClient) -> None:
    for name in ["", "ready", "offline", "sources", *(f"guide/{each.id}" for each in protocols(app))]:
        tags = Tags(read(client, f"/en/{name}"))
        assert all(held.get("src") for held in tags.of("script"))
        assert not tags.of("style")
        inline = {key for _, held in tags.found for key in held if key == "style" or key.startswith("on")}
        assert not inline, name


def test_every_word_of_the_vocabularies_has_words_for_people() -> None:
    from guidance.protocol import model

    assert set(CALLS) == set(model.ROLES)
    assert set(PLACES) == set(model.SITE_TYPES)
    assert set(CONFIDENCE) == set(model.CONFIDENCES)


def test_home_offers_four_entries_and_the_edge(app: Flask, client: FlaskClient) -> None:
    tags = Tags(read(client, "/en/"))
    large = [held for held in tags.of("a", "data-guide") if "entry" in (held["class"] or "")]
    assert len(large) == 4
    assert len(tags.of("a", "data-answer")) == 3
    assert {"tel:911", "tel:311"} <= {held["href"] for held in tags.of("a", "href")}


def test_an_unknown_protocol_and_an_unknown_language_are_not_found(client: FlaskClient) -> None:
    assert client.get("/en/guide/nothing").status_code == 404
    assert client.get("/xx/guide/visit").status_code == 404


def test_the_protocol_as_data_is_the_one_of_the_page(app: Flask, client: FlaskClient) -> None:
    for protocol in protocols(app):
        told = json.loads(read(client, f"/en/guide/{protocol.id}.json"))
        assert told["hash"] == protocol.hash
        assert f'data-hash="{protocol.hash}"' in read(client, f"/en/guide/{protocol.id}")


@pytest.mark.parametrize("encoding", ["gzip", "gzip, br"])
@pytest.mark.parametrize("address", ["/en/", "/en/guide/visit", "/static/css/site.css", "/static/js/walk.js"])
def test_a_browser_that_has_the_page_gets_304_and_one_that_reads_an_encoding_gets_it(
    client: FlaskClient, address: str, encoding: str
) -> None:
    plain = client.get(address)
    zipped = client.get(address, headers={"Accept-Encoding": encoding})
    assert plain.headers["Cache-Control"] == "no-cache"
    assert zipped.headers["Content-Encoding"] == encoding.split(",")[-1].strip()
    assert len(zipped.data) < len(plain.data)
    assert plain.headers["ETag"] != zipped.headers["ETag"]
    assert not plain.headers["ETag"].startswith("W/")
    again = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    assert "Accept-Encoding" in again.headers["Vary"]


def test_the_front_page_varies_with_the_language_and_the_named_one_does_not(client: FlaskClient) -> None:
    assert "Accept-Language" in client.get("/").headers["Vary"]
    assert "Accept-Language" not in client.get("/en/").headers["Vary"]


def test_the_drawings_named_by_protocols_exist(app: Flask) -> None:
    named = {step.drawing for protocol in protocols(app) for step in protocol.steps.values() if step.drawing}
    assert all((ROOT / "templates" / "drawings" / f"{name}.svg").is_file() for name in named)
