"""A phone whose clock is wrong, or is set while a page is open: countdowns, ages, and the urgency of a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import phones
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser

HOUR = 3_600_000
# The clock of this phone is `window.off` milliseconds ahead; it can be set while the page is open, and outlives it.
OFF = """(() => {
  const Real = Date;
  window.off = Number(localStorage.getItem('off') ?? 0);
  window.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + window.off); }
    static now() { return Real.now() + window.off; }
  };
})()"""
SET = "off => { window.off = off; localStorage.setItem('off', off); }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these."""
    with demo_server(tmp_path_factory.mktemp("clocks") / "data") as running:
        yield running


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """An enrolled phone whose clock a test sets; no service worker in between."""
    made = browser.new_context(base_url=server.url, service_workers="block", **PHONE)  # type: ignore[arg-type]
    phones.enrol(made, server)
    made.add_init_script(OFF)
    yield made
    made.close()


def at(context: BrowserContext, off: int, path: str = "/en/guide/visit") -> Page:
    """A page on a phone whose clock is off by so much."""
    page = context.new_page()
    page.goto("/healthz")
    page.evaluate(SET, off)
    page.goto(path)
    return page


def begin_alert(page: Page) -> None:
    """Press and send; the seconds of undo run."""
    page.locator(".edge [data-alert]").click()
    page.locator('[data-part="confirm"] [data-send]').click()
    page.locator("[data-undo]").wait_for()


def incident_of(server: Server, before: set[str]) -> dict[str, Any]:
    """The incident of the one report that came in since."""
    wait_until(lambda: len(phones.sent_reports(server, before)) == 1, 20)
    (report,) = phones.sent_reports(server, before)
    return next(each for each in phones.rows(server, "incidents") if each["id"] == report["incident_id"])


def is_late(server: Server, incident: dict[str, Any]) -> bool:
    """Whether the timeline says that it came late."""
    events = [each for each in phones.rows(server, "incident_events") if each["incident_id"] == incident["id"]]
    return any(json.loads(each["data"]).get("late") for each in events)


@pytest.mark.parametrize("step", [-120_000, HOUR])
def test_a_clock_that_is_set_during_the_undo_changes_no_second_of_it(
    context: BrowserContext, server: Server, step: int
) -> None:
    before = phones.report_ids(server)
    page = at(context, 0)
    begin_alert(page)
    page.evaluate(SET, step)
    page.wait_for_timeout(600)
    assert page.locator("[data-undo]").is_visible()
    assert 1 <= int(page.locator("[data-seconds]").inner_text()) <= phones.UNDO_SECONDS
    page.locator('[data-part="sent"]', has_text="Received").wait_for(timeout=12_000)
    assert incident_of(server, before)["urgency"] == "urgent"


def test_a_clock_that_is_set_back_never_makes_an_age_less_than_none(context: BrowserContext) -> None:
    page = at(context, 0)
    page.clock.install()
    page.goto("/en/guide/visit")
    page.locator("span[data-elapsed]").wait_for()
    page.evaluate(SET, -HOUR)
    page.clock.fast_forward(61_000)
    expect(page.locator("span[data-elapsed]")).to_contain_text("1 min")


@pytest.mark.parametrize("off", [-3 * HOUR, 30 * HOUR])
def test_an_urgent_alert_stays_urgent_whatever_the_clock_says(
    context: BrowserContext, server: Server, off: int
) -> None:
    before = phones.report_ids(server)
    page = at(context, off)
    begin_alert(page)
    page.goto("/healthz")
    incident = incident_of(server, before)
    assert (incident["urgency"], is_late(server, incident)) == ("urgent", False)


def test_a_clock_that_is_put_right_while_an_alert_waits_makes_it_no_older(
    context: BrowserContext, server: Server
) -> None:
    before = phones.report_ids(server)
    page = at(context, -3 * HOUR, "/en/report")
    context.set_offline(True)
    entry = phones.freeze(page)
    phones.wait_for_state(page, entry, "waiting")
    page.evaluate(SET, 0)
    phones.kick(page)
    wait_until(lambda: phones.tries(page, entry) >= 2)
    page.close()
    context.set_offline(False)
    context.new_page().goto("/en/my-reports")
    incident = incident_of(server, before)
    assert (incident["urgency"], is_late(server, incident)) == ("urgent", False)


def test_a_report_that_waited_three_days_does_not_page_as_now(context: BrowserContext, server: Server) -> None:
    before = phones.report_ids(server)
    page = at(context, -72 * HOUR, "/en/report")
    context.set_offline(True)
    entry = phones.freeze(page)
    phones.wait_for_state(page, entry, "waiting")
    page.evaluate(SET, 0)
    page.close()
    context.set_offline(False)
    context.new_page().goto("/en/my-reports")
    incident = incident_of(server, before)
    assert (incident["urgency"], is_late(server, incident)) == ("normal", True)
