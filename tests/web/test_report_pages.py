from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from guidance.clock import FixedClock
from guidance.incident.facts import load_catalog
from guidance.settings import ROOT, Settings
from guidance.store.db import Store
from guidance.web import cookies
from tests.people.town import COUNSEL, Town, text
from tests.reports import VISIT, Place, a_place, body, walked

PAGES = ("/en/report", "/en/my-reports")
ALERT = "/en/alert/visit"


class Elements(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def values(self, attribute: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [held[attribute] for _tag, held in self.found if attribute in held]


@pytest.fixture
def place(store: Store, clock: FixedClock) -> Place:
    with store.transaction() as db:
        return a_place(db, clock)


@pytest.fixture
def phone(client: FlaskClient, place: Place, settings: Settings) -> FlaskClient:
    client.set_cookie(cookies.device_cookie(settings), place.token)
    return client


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    held = [attributes for tag, attributes in Elements(text).found if tag == "input"]
    return {each["name"]: each["value"] for each in held if each.get("type") == "hidden"}


def count(store: Store, table: str) -> int:
    with store.reader() as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_form_and_my_reports_are_the_same_for_everyone_so_that_phones_may_keep_them(
    app: Flask, phone: FlaskClient
) -> None:
    for address in PAGES:
        answer = phone.get(address)
        assert "Set-Cookie" not in answer.headers
        assert answer.get_data() == app.test_client(use_cookies=False).get(address).get_data()


def test_the_form_asks_every_fact_of_the_catalog_and_no_other(client: FlaskClient) -> None:
    asked = set(Elements(page(client, "/en/report")).values("data-field"))
    catalog = load_catalog()
    columns = {column.id for field in catalog.fields() for column in field.columns}
    assert asked - columns - {"kind"} == {field.id for field in catalog.fields()} - columns


def test_every_choice_of_the_form_can_be_answered_with_i_do_not_know(client: FlaskClient) -> None:
    text = page(client, "/en/report")
    for fieldset in re.findall(r'<fieldset class="field" data-field="(?!kind|attested).*?</fieldset>', text, re.DOTALL):
        if 'data-type="rows"' not in fieldset:
            assert re.search(r'value="(unknown|cannot_tell|not_said|)"', fieldset), fieldset[:80]


def test_no_identifier_of_the_form_stands_twice_and_every_label_has_its_field(client: FlaskClient) -> None:
    elements = Elements(page(client, "/en/report"))
    ids = elements.values("id")
    assert len(ids) == len(set(ids))
    assert set(elements.values("for")) <= set(ids)


def test_every_word_that_a_script_says_stands_on_its_page(client: FlaskClient) -> None:
    shared = {"progress.js", "words.js", "outbox.js"}
    for address, own in (
        ("/en/report", {"report.js", "check.js", "form-fields.js", "mistakes.js", "alert.js"}),
        ("/en/my-reports", {"my-reports.js"}),
        ("/en/guide/visit", {"alert.js"}),
    ):
        words = set(Elements(page(client, address)).values("data-word"))
        scripts = [(ROOT / "static" / "js" / name).read_text(encoding="utf-8") for name in own | shared]
        said = {each for script in scripts for each in re.findall(r'\bsay\("([\w-]+)"', script)}
        assert said <= words, f"{address} lacks {said - words}"


def test_without_javascript_the_form_says_what_to_do(client: FlaskClient) -> None:
    text = page(client, "/en/report")
    (words,) = re.findall(r"<noscript>(.*?)</noscript>", text, re.DOTALL)
    assert "call your supervisor" in words
    assert f'href="{ALERT}"' in words


def test_an_enrolled_phone_without_javascript_files_an_alert_by_one_button(
    phone: FlaskClient, store: Store, place: Place
) -> None:
    form = hidden(page(phone, ALERT))
    answer = phone.post(ALERT, data=form)
    assert answer.status_code == 303
    assert answer.headers["Cache-Control"] == "no-store"
    with store.reader() as db:
        (report,) = db.execute("SELECT * FROM reports").fetchall()
        (incident,) = db.execute("SELECT * FROM incidents").fetchall()
    assert (report["id"], report["device_id"]) == (form["report"], place.device_id)
    assert (incident["kind"], incident["site_id"], incident["verified"]) == ("visit", place.site.id, 1)
    assert incident["urgency"] == VISIT.urgency
    assert count(store, "alerts") == 1
    assert incident["code"] in page(phone, answer.headers["Location"])


def test_the_button_pressed_twice_files_one_alert(phone: FlaskClient, store: Store) -> None:
    form = hidden(page(phone, ALERT))
    places = {phone.post(ALERT, data=form).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert (count(store, "reports"), count(store, "report_revisions"), count(store, "alerts")) == (1, 1, 1)


def test_a_phone_that_has_not_joined_gets_no_button_but_is_told_to_call(client: FlaskClient, store: Store) -> None:
    text = page(client, ALERT)
    assert "<form" not in text
    assert 'href="tel:911"' in text
    client.post(ALERT, data={"report": "00000000-0000-4000-8000-000000000000"})
    assert count(store, "reports") == 0


@pytest.mark.parametrize("wrong", [{"csrf_token": "stale"}, {"report": "not-an-id"}, {"report": ""}])
def test_a_form_that_is_stale_or_changed_is_shown_again_and_files_nothing(
    phone: FlaskClient, store: Store, wrong: dict[str, str]
) -> None:
    answer = phone.post(ALERT, data={**hidden(page(phone, ALERT)), **wrong})
    assert answer.status_code in {200, 400}
    assert "Send the alert" in answer.get_data(as_text=True)
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert count(store, "reports") == 0


def test_what_became_of_an_alert_is_shown_to_the_phone_that_filed_it_alone(
    phone: FlaskClient, app: Flask, store: Store, settings: Settings, clock: FixedClock
) -> None:
    where = phone.post(ALERT, data=hidden(page(phone, ALERT))).headers["Location"]
    with store.transaction() as db:
        other = a_place(db, clock, "Elm Avenue School")
    stranger = app.test_client()
    assert "Your alert" not in page(stranger, where)
    stranger.set_cookie(cookies.device_cookie(settings), other.token)
    assert "Your alert" not in page(stranger, where)
    assert "Your alert" in page(phone, where)


def test_an_alert_about_nothing_that_is_known_is_not_found(phone: FlaskClient) -> None:
    assert phone.get("/en/alert/nothing").status_code == 404


def test_what_a_later_revision_adds_stands_on_the_board_beside_what_came_before(
    app: Flask, store: Store, settings: Settings, clock: FixedClock
) -> None:
    town = Town(app, store, settings, clock)
    phone, report_id = town.phone("Oak Street School"), str(uuid4())
    revisions: list[dict[str, Any]] = [
        {"trail": walked(clock, "agency-paper"), "facts": {"still_there": "yes", "officers_count": 2}},
        {"facts": {"still_there": "no", "purpose": "A routine matter"}},
    ]
    for number, members in enumerate(revisions, start=1):
        sent = body(clock, number, **members)
        headers = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}
        assert phone.put(f"/api/reports/{report_id}", json=sent, headers=headers).status_code == 201
    with store.reader() as db:
        (incident,) = db.execute("SELECT incident_id FROM reports WHERE id = :id", {"id": report_id}).fetchone()
    shown = text(town.browser(COUNSEL).get(f"/board/incidents/{incident}"))
    assert "How many officers? 2" in shown and "A routine matter" in shown and "No, they left" in shown
    assert VISIT.outcomes["agency-paper"].headline in shown
