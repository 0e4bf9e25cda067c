"""Open boards stay true: one stream per browser, and what is lost is said within seconds, and its return too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import phones
from tests.browser.guide import demo_server
from tests.browser.screens import COUNSEL, reader
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser
SECONDS = 8_000


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these."""
    with demo_server(tmp_path_factory.mktemp("live") / "data") as running:
        yield running


@pytest.fixture
def server(one_server: Server) -> Server:
    """The server, alive."""
    if one_server.web is None:
        one_server.start()
    return one_server


@pytest.fixture
def desk(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A signed-in browser of the committee's counsel."""
    with reader(browser, server, COUNSEL) as context:
        yield context


def pill(page: Page, words: str) -> None:
    """The page says how it is connected."""
    expect(page.locator("[data-live]")).to_have_text(words, timeout=SECONDS)


def test_seven_boards_share_one_stream_and_each_takes_an_incident_on(desk: BrowserContext, server: Server) -> None:
    streams: list[str] = []
    desk.on("request", lambda request: streams.append(request.url) if "/board/live" in request.url else None)
    pages = [desk.new_page() for _ in range(7)]
    for page in pages:
        page.goto("/board")
        pill(page, "Live")
    assert len(streams) == 1
    opened = [each["id"] for each in phones.rows(server, "incidents") if each["state"] == "open"]
    pages[6].locator("tbody tr:not([data-state=acknowledged]) form button:visible").first.click()
    wait_until(lambda: sum(each["state"] == "open" for each in phones.rows(server, "incidents")) == len(opened) - 1)
    first = pages[0].locator("[data-count=open]")
    expect(first).to_have_text(str(len(opened) - 1), timeout=SECONDS)
    pages[0].close()
    wait_until(lambda: pages[1].evaluate("1") == 1 and len(streams) >= 2, 15)


def test_a_hidden_board_holds_no_stream(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto("/board")
    pill(page, "Live")
    with page.expect_event("requestfailed", lambda request: "/board/live" in request.url, timeout=SECONDS):
        page.evaluate(
            """() => {
              Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
              document.dispatchEvent(new Event('visibilitychange'));
            }"""
        )


@pytest.mark.parametrize("where", ["board", "incident"])
def test_a_lost_server_is_said_within_seconds_and_its_return_too(
    desk: BrowserContext, server: Server, where: str
) -> None:
    page = desk.new_page()
    page.goto("/board")
    if where == "incident":
        page.locator("a.open").first.click()
        page.wait_for_url(re.compile("/board/incidents/"))
    pill(page, "Live")
    server.kill()
    pill(page, "Not live: asking again")
    server.start()
    pill(page, "Live")
    expect(page.locator("[data-news]")).to_be_hidden()
    desk.set_offline(True)
    pill(page, "Offline")
    desk.set_offline(False)
    pill(page, "Live")
    expect(page.locator("[data-news]")).to_be_hidden()


def test_an_incident_says_something_changed_only_when_something_did(desk: BrowserContext, server: Server) -> None:
    page, other = desk.new_page(), desk.new_page()
    page.goto("/board")
    addresses = [each.get_attribute("href") or "" for each in page.locator("tr[data-state=open] a.open").all()]
    page.route("**/board/live*", lambda route: route.fulfill(status=503, body="too many"))
    page.goto(addresses[0])
    pill(page, "Not live: asking again")
    page.wait_for_timeout(6_000)
    expect(page.locator("[data-news]")).to_be_hidden()
    other.goto(addresses[0])
    other.locator("[data-acknowledge]").click()
    expect(page.locator("[data-news]")).to_be_visible(timeout=SECONDS)
