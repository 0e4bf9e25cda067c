"""A browser that blocks cookies, and with them every storage: guides and languages work, forms say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType

from tests.engines.conftest import ALL
from tests.engines.engine import Chromium, Engine, EngineMissing, Firefox
from tests.engines.phone import Phone
from tests.harness import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def phone(
    request: pytest.FixtureRequest,
    one_server: Server,
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Phone]:
    """A phone that blocks cookies."""
    folder: Path = tmp_path_factory.mktemp("nocookies") / "profile"
    try:
        engine: Engine = (
            Chromium.without_cookies(browser_type, folder, browser_type_launch_args)
            if request.param == "chromium"
            else Firefox(folder.parent, cookies_blocked=True)
        )
    except EngineMissing as missing:
        if ALL:
            raise
        pytest.skip(f"{missing} is not on this machine")
    yield Phone(engine, one_server)
    engine.quit()


def test_nothing_is_kept(phone: Phone) -> None:
    phone.open("/en/")
    phone.run("document.cookie = 'a=b'")
    assert phone.run("return document.cookie") == ""


def test_the_globe_leads_to_spanish(phone: Phone) -> None:
    phone.open("/en/guide/visit")
    phone.tap("a[data-language]")
    phone.wait("return location.pathname === '/en/languages'")
    phone.tap('[data-languages] a[data-code="es"][href$="/es/guide/visit"]')
    phone.wait("return location.pathname === '/es/guide/visit'")
    assert phone.run("return document.documentElement.lang") == "es"


def test_the_globe_works_where_the_address_names_no_language(phone: Phone) -> None:
    phone.open("/join")
    phone.tap("a[data-language]")
    phone.tap('[data-languages] a[data-code="es"][href*="language=es"]')
    phone.wait("return location.pathname === '/join'")
    assert phone.run("return document.documentElement.lang") == "es"


def test_a_guide_is_walked_and_its_alert_button_leads_on(phone: Phone) -> None:
    phone.open("/en/guide/visit")
    first = phone.run("return location.hash")
    phone.tap("main > section a[data-answer]")
    phone.wait("return location.hash !== arguments[0]", first)
    phone.tap(".edge [data-alert]")
    phone.tap("[data-send]")
    phone.wait("return document.querySelector('#alert-dialog').innerText.match(/[0-9A-Z]{3}-[0-9A-Z]{3}/)")


@pytest.mark.parametrize("page", ["/es/", "/es/rights", "/es/practice", "/es/my-reports", "/es/report", "/es/ready"])
def test_every_open_page_shows_its_words(phone: Phone, page: str) -> None:
    phone.open(page)
    phone.sees("h1")
    assert phone.run("return document.documentElement.lang") == "es"


def test_the_plain_alert_page_says_whom_to_call(phone: Phone) -> None:
    phone.open("/en/alert/visit")
    phone.reads("main", "Call your supervisor")
    assert phone.run("return document.querySelector('main a[href=\"tel:911\"]') !== null")


def test_a_form_that_needs_a_cookie_says_so(phone: Phone) -> None:
    phone.open("/join")
    phone.run("document.querySelector('main input[name=code]').value = 'K7QM2-9FXRT'")
    phone.tap("main form button")
    phone.reads("main [data-problems]", "allow them for this site")
    assert phone.run("return document.querySelector('main input[name=code]').value") == "K7QM2-9FXRT"
