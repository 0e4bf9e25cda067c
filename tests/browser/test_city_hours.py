"""Hours on desk pages are the city's, whatever zone the browser is set to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from guidance.city_time import zone_named
from guidance.clock import from_text
from tests.browser.guide import demo_server
from tests.harness import Server

pytestmark = pytest.mark.browser
NEW_YORK = zone_named("America/New_York")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo_server(tmp_path_factory.mktemp("hours") / "data") as running:
        yield running


@pytest.fixture
def desk(browser: Browser, city: Server) -> Iterator[Page]:
    """A trainer of the whole city and counsel travel: their browser is set to Tokyo."""
    context = browser.new_context(base_url=city.url, timezone_id="Asia/Tokyo")
    page = context.new_page()
    link = re.search(r"\S+/sign-in/\S+", city.run_command("sign-in-link", "counsel@city.example"))
    assert link
    page.goto(link[0])
    page.locator("main form button").click()
    yield page
    context.close()


def test_an_incident_shows_the_citys_hours(desk: Page) -> None:
    desk.goto("/board?tab=all")
    desk.locator("a.open").first.click()
    expect(desk.locator("time[data-clock][title]").first).to_be_visible()
    for each in desk.locator("time[data-clock]").all():
        moment = from_text(each.get_attribute("datetime") or "").astimezone(NEW_YORK)
        assert f"{moment:%H:%M}" in each.inner_text(), each.get_attribute("datetime")
