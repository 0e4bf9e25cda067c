"""Know your rights: settings are shown, numbers keep their order, cards and posters hold what they must."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from guidance.app import create_app
from guidance.clock import FixedClock
from guidance.protocol.load import load_folder
from guidance.protocol.rules_text import phone_number
from guidance.settings import ROOT, Settings
from guidance.translations.languages import CODES

IDS = tuple(load_folder(ROOT / "protocols").protocols)


def text(client: FlaskClient, path: str, base_url: str = "http://localhost") -> str:
    response = client.get(path, base_url=base_url)
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def browser(settings: Settings, clock: FixedClock, **said: Any) -> FlaskClient:
    return create_app(replace(settings, **said), clock).test_client()


@pytest.mark.parametrize("code", CODES)
def test_the_pages_open_in_every_language_without_signing_in(client: FlaskClient, code: str) -> None:
    for path in ("rights", "rights/card", "poster/visit"):
        page = text(client, f"/{code}/{path}")
        assert f'<html lang="{code}"' in page
        assert "Set-Cookie" not in client.get(f"/{code}/{path}").headers


def test_home_leads_to_the_rights_and_they_lead_to_the_card(client: FlaskClient) -> None:
    assert 'href="/en/rights"' in text(client, "/en/")
    assert 'href="/en/rights/card"' in text(client, "/en/rights")


def test_ready_leads_to_the_posters(client: FlaskClient) -> None:
    assert 'href="/en/poster/visit"' in text(client, "/en/ready")


def test_the_number_can_be_called_and_keeps_its_order(client: FlaskClient) -> None:
    page = text(client, "/ar/rights")

    assert 'href="tel:18003540365"' in page
    assert '<bdi class="notranslate" dir="ltr" translate="no">1-800-354-0365</bdi>' in page
    assert len(re.findall(r"1-800-354-0365", page)) == len(
        re.findall(r'<bdi class="notranslate" dir="ltr" translate="no">1-800-354-0365</bdi>', page)
    )


def test_hours_are_said_in_the_readers_way(client: FlaskClient) -> None:
    plain = re.sub("[\u2068\u2069]", "", text(client, "/en/rights"))
    assert re.search("Monday to Friday, 9:00.AM to 6:00.PM", plain)


def test_words_to_say_stay_english_and_left_to_right(client: FlaskClient) -> None:
    quote = r'<q class="notranslate"( lang="en" dir="ltr")? translate="no">I want to speak with a lawyer.</q>'
    for path in ("/ur/rights", "/ur/rights/card"):
        assert re.search(r'<p( lang="en" dir="ltr")?>' + quote, text(client, path))


def test_without_a_date_a_page_says_that_nobody_checked(client: FlaskClient) -> None:
    page = text(client, "/en/rights")
    assert "Nobody has checked this number and its hours yet." in page
    assert "Nobody has checked this yet." in page


def test_with_a_date_a_page_says_when(settings: Settings, clock: FixedClock) -> None:
    checked = browser(settings, clock, rights_hotline_checked="2026-11-20", rights_311_checked="2026-11-21")
    for path in ("/en/rights", "/en/rights/card"):
        page = text(checked, path)
        assert "Number and hours checked on Nov 20, 2026." in page
        assert "Nobody has checked" not in page


def test_a_city_says_who_answers_and_when_in_its_own_words(settings: Settings, clock: FixedClock) -> None:
    said = {
        "rights_hotline_name": "Help <b>& Co</b>",
        "rights_hotline_number": "+1 (212) 555-0100",
        "rights_hotline_hours": "day and night",
        "rights_311_words": 'legal "help"',
    }
    page = text(browser(settings, clock, **said), "/en/rights")

    assert "Help &lt;b&gt;&amp; Co&lt;/b&gt;" in page
    assert 'href="tel:+12125550100"' in page
    assert "day and night" in page
    assert "legal &#34;help&#34;" in page


def test_without_a_number_there_is_no_hotline(settings: Settings, clock: FixedClock) -> None:
    none = browser(settings, clock, rights_hotline_number="", rights_311_words="")
    for path in ("/en/rights", "/en/rights/card"):
        page = text(none, path)
        assert "Hotline" not in page.split("sources", 1)[0]
        assert "tel:" not in page


@pytest.mark.parametrize("path", ["/xx/rights", "/en/rights/cards", "/en/poster/nothing", "/xx/poster/visit"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_page_says_that_it_is_no_legal_advice(client: FlaskClient) -> None:
    for path in ("/en/rights", "/en/rights/card"):
        assert "not legal advice" in text(client, path)
    assert "Not legal advice." in text(client, "/en/poster/visit")


def test_its_sources_are_on_the_page_of_sources(client: FlaskClient) -> None:
    page = text(client, "/en/rights")
    listed = text(client, "/en/sources")
    ids = set(re.findall(r'href="sources#([a-z0-9-]+)"', page))

    assert {"rights-named", "rights-booklet", "legal-help"} <= ids
    assert all(f'id="{id}"' in listed for id in ids)
    assert "from a copy of a news report; counsel must confirm" in page


def test_the_card_leads_by_its_code_to_the_page_in_its_language(settings: Settings, clock: FixedClock) -> None:
    city = browser(settings, clock, base_url="https://guidance.city.example")
    page = text(city, "/fr/rights/card", "https://guidance.city.example")

    assert page.count('class="qr"') == 2
    assert re.sub("<wbr>", "", page).count("https://guidance.city.example/fr/rights</bdi>") == 2


def test_the_english_card_is_in_english_alone_and_offers_every_language(client: FlaskClient) -> None:
    page = text(client, "/en/rights/card")

    assert page.count('<q class="notranslate" translate="no">I want to speak with a lawyer.</q>') == 2
    assert "sheet two" not in page and "sheet two" in text(client, "/fr/rights/card")
    assert all(f'href="/{code}/rights/card"' in page for code in CODES)


@pytest.mark.parametrize("id", IDS)
def test_a_poster_says_what_its_protocol_says(client: FlaskClient, id: str) -> None:
    protocol = load_folder(ROOT / "protocols").protocols[id]
    page = text(client, f"/en/poster/{id}")

    for line in (*protocol.poster.say, *protocol.poster.do, *protocol.poster.never):
        assert line.text in page
    for each in protocol.interrupts:
        assert each.text in page and protocol.outcomes[each.to].headline in page
    assert f"version {protocol.version}" in page
    assert "/en/guide/" + id in page.replace("<wbr>", "")
    assert not phone_number(re.sub(r"<[^>]+>", " ", page.split('<article class="poster">')[1]).replace("2026", ""))


def test_a_poster_in_another_language_keeps_the_words_to_say_english(client: FlaskClient) -> None:
    page = text(client, "/es/poster/visit")

    said = "I am not able to let you in. Please wait while I call our legal office."
    assert f'<q class="notranslate" lang="en" dir="ltr" translate="no">{said}</q>' in page
    assert '<p class="means">' in page


def test_nothing_on_these_pages_runs_inline(client: FlaskClient) -> None:
    for path in ("/en/rights", "/en/rights/card", "/en/poster/visit"):
        page = text(client, path)
        assert not re.search(r"\son[a-z]+=|\sstyle=|<style|<script(?![^>]*\ssrc=)", page)
