"""A phone whose standard font is twice as large: no page scrolls sideways, and the alert stays within reach."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserType, Page

from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server
from tests.browser.screens import COUNSEL, in_language
from tests.harness import Server

pytestmark = pytest.mark.browser

LANGUAGES = ("es", "ru", "ur")
PAGES = ("/", "/guide/visit", "/guide/visit#agency-paper", "/report", "/my-reports", "/ready", "/practice",
         "/languages", "/rights", "/alert/visit")  # fmt: skip
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ALERT = """() => {
  const shown = [...document.querySelectorAll('[data-alert]')].filter((each) => each.getClientRects().length);
  return shown.map((each) => each.getBoundingClientRect()).some(({ top, bottom, left, right, height }) =>
    top >= 0 && bottom <= innerHeight + 1 && left >= -1 && right <= innerWidth + 1 && height >= 24);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these."""
    with demo_server(tmp_path_factory.mktemp("large") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def phone(server: Server, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Page]:
    """A phone with large letters."""
    large = [*browser_type_launch_args["args"], "--blink-settings=defaultFontSize=32"]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": large})
    yield browser.new_context(base_url=server.url, **PHONE).new_page()  # type: ignore[arg-type]
    browser.close()


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_cut_off_and_the_alert_is_on_the_screen(phone: Page, code: str) -> None:
    wrong = []
    for page in PAGES:
        phone.goto("about:blank")
        phone.goto(f"/{code}{page}")
        phone.wait_for_timeout(150)
        if (wider := phone.evaluate(WIDER)) > 0:
            wrong.append(f"{page} is {wider} px too wide")
        if ("guide" in page or page == "/") and not phone.evaluate(ALERT):
            wrong.append(f"{page}: no alert button on the screen")
        if shots := os.environ.get("SHOTS"):
            phone.screenshot(path=f"{shots}/{code}{page.replace('/', '_').replace('#', '-')}.png")
    assert not wrong


def test_the_board_does_not_scroll_sideways(phone: Page, server: Server) -> None:
    phone.goto(server.run_command("sign-in-link", COUNSEL).splitlines()[0])
    phone.locator("main form button").click()
    phone.wait_for_url("**/board")
    incident = phone.locator("a[href^='/board/incidents/']").first.get_attribute("href")
    wrong = []
    for code in LANGUAGES:
        in_language(phone.context, server, code)
        for page in ("/board", incident):
            phone.goto(f"{page}")
            if (wider := phone.evaluate(WIDER)) > 0:
                wrong.append(f"{code}{page} is {wider} px too wide")
            if shots := os.environ.get("SHOTS"):
                phone.screenshot(path=f"{shots}/{code}{str(page)[:8].replace('/', '_')}{len(str(page))}.png")
    assert not wrong
