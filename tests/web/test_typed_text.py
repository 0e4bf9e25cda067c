"""What people typed disturbs nothing: on every page, in a language of each direction; forms say what they refuse."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from guidance.app import create_app
from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.store.db import Store
from tests.people.town import COUNSEL, OAK, Town, press
from tests.practice.classroom import TRAINER, open_class
from tests.web import test_all_words_translatable as every
from tests.web.desk import SCHOOL, page_of
from tests.web.isolation import Reader

MARK = "XQZ7"
# An Arabic word, an override and an isolate that are never closed, and a tag.
HOSTILE = f"{MARK} مرحبا \u202eabc\u2066 9\U000e0041"
TYPED = {
    "agencies": ("name",),
    "sites": ("name",),
    "contacts": ("label",),
    "people": ("name", "title"),
    "practice_classes": ("title",),
    "practice_participants": ("nickname",),
    "practice_notes": ("text", "owner"),
    "scenario_drafts": ("title",),
}


@pytest.fixture
def town(settings: Settings, store: Store, clock: FixedClock) -> Town:
    """The demo city with a city's name and a hotline that try to turn the page."""
    own = replace(settings, city=HOSTILE, rights_hotline_name=HOSTILE)
    return Town(create_app(own, clock), store, own, clock)


def spoil(town: Town) -> None:
    """Put hostile text into everything that people type, as older versions took it in."""
    with town.store.transaction() as db:
        for table, columns in TYPED.items():
            for number, (rowid,) in enumerate(db.execute(f"SELECT rowid FROM {table}").fetchall()):
                for column in columns:
                    words = f"{HOSTILE} {number}"
                    db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (words, rowid))
        db.execute("UPDATE incident_events SET data = json_set(data, '$.text', ?) WHERE kind LIKE '%_note'", (HOSTILE,))
        bodies = db.execute("SELECT rowid, body FROM report_revisions").fetchall()
        for rowid, text in bodies:
            body = json.loads(text)
            body["facts"] = {**body.get("facts", {}), "markings": HOSTILE, "free_text": HOSTILE,
                             "officers": [{"name": HOSTILE, "badge": "12"}]}  # fmt: skip
            for entry in body["trail"][:1]:
                entry["answer"] = HOSTILE
            db.execute("UPDATE report_revisions SET body = ? WHERE rowid = ?", (json.dumps(body), rowid))


@pytest.mark.parametrize("code", ["en", "ur"])
def test_no_typed_text_stands_outside_an_isolating_element(
    town: Town, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(every, "CODE", code)
    pages = [each for each in every.pages(town) if "/guide/" not in each[0] and "/poster/" not in each[0]]
    spoil(town)
    faults, marked = [], 0
    for address, client in pages:
        answer = client.get(address)
        if answer.status_code in (301, 302, 303):
            continue
        page = answer.get_data(as_text=True)
        marked += MARK in page
        faults += [f"{address} {each}" for each in Reader(page, MARK).faults]
    assert not faults, "\n".join(dict.fromkeys(faults))
    assert marked > 20


@pytest.mark.parametrize("code", ["ar", "ur", "yi"])
def test_numbers_and_codes_keep_their_order_in_pages_from_right_to_left(town: Town, code: str) -> None:
    phone = every.speaking(town.phone(SCHOOL))
    with town.store.transaction() as db:
        db.execute("UPDATE contacts SET phone = '212 555 0142 x7'")
    page = phone.get(f"/{code}/alert/visit").get_data(as_text=True)
    assert '<bdi class="notranslate" dir="ltr" translate="no">212 555 0142 x7</bdi>' in page
    assert 'href="tel:2125550142;ext=7"' in page


REFUSED = ["a\u202eb", "a\u2066b", "a\x00b", "a\x1bb", "a\u2028b", "a\U000e0041b", "a\ufdd0b"]
BLANK = ["\u3164", "\u2800\u2800", "\u115f", "\u200b\u200d", "\u0301"]


@pytest.mark.parametrize("typed", REFUSED)
def test_a_report_is_never_refused_for_a_character(town: Town, typed: str) -> None:
    facts = {"free_text": f"before {typed} after", "officers": [{"name": typed}]}
    incident = town.report(SCHOOL, facts=facts)
    page = town.browser(COUNSEL).get(page_of(incident)).get_data(as_text=True)
    assert "before a\ufffdb after" in page
    assert not Reader(page, MARK).faults


def places(town: Town) -> Iterator[tuple[FlaskClient, str, str, dict[str, str], str]]:
    """Each form in which a text is typed: who, the page, where it goes, the other fields, the field."""
    made, incident = open_class(town, title="Morning"), town.report(SCHOOL)
    trainer, counsel = town.browser(TRAINER), town.browser(COUNSEL)
    leads = f"/trainer/classes/{made.id}"
    scenario = {"scenarios": "school-staff-stairs", "kind": "class"}
    yield trainer, "/trainer", "/trainer/classes", scenario, "title"
    yield trainer, leads, f"{leads}/note", {}, "text"
    yield trainer, leads, f"{leads}/action", {"owner": "Ben"}, "text"
    yield trainer, leads, f"{leads}/action", {"text": "Do it"}, "owner"
    yield town.browser(), "/practice/join", "/practice/join", {"code": town.class_code(made)}, "nickname"
    yield counsel, page_of(incident), f"{page_of(incident)}/note", {"audience": "desk"}, "text"
    yield counsel, page_of(incident), f"{page_of(incident)}/close", {"reason": "other"}, "text"


def test_forms_refuse_control_characters_and_blank_names_and_keep_what_was_typed(town: Town) -> None:
    for client, page, to, fields, field in places(town):
        for typed in (*REFUSED, *BLANK):
            answer = press(client, page, {**fields, field: typed}, to=to)
            text = answer.get_data(as_text=True)
            assert answer.status_code == 400, f"{to} {field} took {typed!r}"
            words = "holds an invisible control character. Type it again" if typed in REFUSED else "Nobody could see"
            also = "Say in a few words|The note is empty|Write something first"
            assert words in text or (typed in BLANK and re.search(also, text)), f"{to} {field} {typed!r}"
            kept = typed.replace("\x00", "\ufffd")
            assert typed in text or kept in text or typed not in REFUSED, f"{to} {field} lost {typed!r}"
        good = press(client, page, {**fields, field: "می\u200cخواہم র\u200d্য"}, to=to)
        assert good.status_code == 303, f"{to} {field}"


def test_a_draft_says_where_an_invisible_character_is(town: Town) -> None:
    trainer = town.browser(TRAINER)
    where = press(trainer, "/trainer/scenarios", {"origin": "school-staff-stairs"}).headers["Location"]
    page = trainer.get(where).get_data(as_text=True)
    yaml = re.search(r"data-yaml>(.*?)</textarea>", page, re.S)
    assert yaml
    text = html.unescape(yaml.group(1)).replace("title: ", 'title: "a\\u202Eb" #', 1)
    answer = press(trainer, where, {"yaml": text}).get_data(as_text=True)
    assert "this holds an invisible control character" in answer


@pytest.mark.parametrize("typed", ["٤", "۴", "৪", "４", " 4 "])
def test_staff_counts_are_understood_in_every_script(town: Town, typed: str) -> None:
    oak, site = town.browser(OAK), town.site_id(SCHOOL)
    assert press(oak, "/readiness", {"staff": typed}, to=f"/readiness/sites/{site}").status_code == 303
    assert 'value="4"' in oak.get("/readiness").get_data(as_text=True)


def test_a_staff_count_that_is_none_stays_in_the_field(town: Town) -> None:
    oak, site = town.browser(OAK), town.site_id(SCHOOL)
    answer = press(oak, "/readiness", {"staff": "about ten"}, to=f"/readiness/sites/{site}")
    assert answer.status_code == 400
    assert 'value="about ten"' in answer.get_data(as_text=True)


def test_codes_are_understood_in_every_script(town: Town) -> None:
    code = town.join_path(SCHOOL).rpartition("/")[2]
    arabic = code.translate({ord(str(digit)): 0x660 + digit for digit in range(10)})
    answer = press(town.browser(), "/join", {"code": f"\u202a{arabic[:5]}–{arabic[5:]}\u202c"})
    assert answer.headers["Location"] == f"/join/{code}"
    made = open_class(town)
    bangla = town.class_code(made).translate({ord(str(digit)): 0x9E6 + digit for digit in range(10)})
    assert press(town.browser(), "/practice/join", {"code": bangla, "nickname": "Rosa"}).status_code == 303
    verified = press(town.browser(), "/verify", {"code": "AAAAA-AAAA۵"})
    assert verified.headers["Location"] == "/verify/AAAAA-AAAA5"
