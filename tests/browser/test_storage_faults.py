"""Whatever the phone's storage does, an alert goes out when there is a network, and no button is dead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import phones
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server
from tests.browser.storage_faults import ALWAYS, DIES, OFTEN
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these."""
    with demo_server(tmp_path_factory.mktemp("storage") / "data") as running:
        yield running


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """An enrolled phone, without a service worker in between, that notes every rejection that nobody hears."""
    made = browser.new_context(base_url=server.url, service_workers="block", **PHONE)  # type: ignore[arg-type]
    phones.enrol(made, server)
    made.add_init_script(OFTEN)
    yield made
    made.close()


def alert_from_home(page: Page) -> None:
    """Press the alert button and a kind, and send."""
    page.locator(".edge [data-alert]").click()
    page.locator('[data-choice="inside"], [data-choice="visit"]').first.click()
    send(page)


def send(page: Page) -> None:
    """Send what the dialog asks about, and let the five seconds pass."""
    page.locator('[data-part="confirm"] [data-send]').click()
    page.locator("[data-undo]").wait_for()
    page.clock.fast_forward(phones.UNDO_SECONDS * 1000 + 500)


def filed_once(server: Server, before: set[str]) -> str:
    """The one report that came in since, verified."""
    wait_until(lambda: len(phones.sent_reports(server, before)) == 1, 15)
    (report,) = phones.sent_reports(server, before)
    found = [each for each in phones.rows(server, "report_revisions") if each["report_id"] == report["id"]]
    assert [each["revision"] for each in found] == [1]
    assert found[0]["verified"]
    return str(report["id"])


def nothing_unheard(page: Page) -> None:
    """No rejection went where nobody hears it."""
    assert page.evaluate("window.unheard") == []


@pytest.mark.parametrize("fault", ALWAYS)
def test_an_alert_from_home_goes_out_directly(context: BrowserContext, server: Server, fault: str) -> None:
    before = phones.report_ids(server)
    context.add_init_script(f"(() => {{ {ALWAYS[fault]} }})()")
    page = context.new_page()
    page.clock.install()
    page.goto("/en/")
    alert_from_home(page)
    page.locator('[data-part="sent"]', has_text="Received").wait_for(timeout=20_000)
    filed_once(server, before)
    nothing_unheard(page)


def test_storage_that_dies_after_loading_stops_neither_the_alert_nor_that_it_got_worse(
    context: BrowserContext, server: Server
) -> None:
    before = phones.report_ids(server)
    context.add_init_script(f"(() => {{ {DIES} }})()")
    page = context.new_page()
    page.clock.install()
    page.goto("/en/guide/visit")
    page.locator("[data-answer=no]:visible").first.click()
    page.wait_for_function("document.querySelector('[data-alert]').childNodes.length > 0")
    page.evaluate("window.dies = true")
    page.locator(".edge [data-alert]").click()
    send(page)
    page.locator('[data-part="sent"]', has_text="Received").wait_for()
    report = filed_once(server, before)
    page.locator('[data-part="sent"] [data-close]').click()
    page.locator(".edge [data-answer=went-in]").click()
    page.locator(".edge [data-alert]", has_text="Tell them it got worse").click()
    send(page)

    def revisions() -> list[dict[str, Any]]:
        return [each for each in phones.rows(server, "report_revisions") if each["report_id"] == report]

    wait_until(lambda: len(revisions()) == 2, 15)
    assert "went-in" in [each["answer"] for each in json.loads(revisions()[1]["body"])["trail"]]
    nothing_unheard(page)


def test_a_tab_of_another_version_that_holds_the_storage_stops_no_alert(
    context: BrowserContext, server: Server
) -> None:
    before = phones.report_ids(server)
    other = context.new_page()
    other.goto("/healthz")
    other.evaluate("new Promise(done => indexedDB.open('guidance', 1).onsuccess = event => done(window.held = 1))")
    page = context.new_page()
    page.clock.install()
    page.goto("/en/")
    alert_from_home(page)
    page.locator('[data-part="sent"]', has_text="Received").wait_for()
    filed_once(server, before)
    nothing_unheard(page)


@pytest.mark.parametrize("fault", ["opening never answers", "transactions never end", "the disk is full"])
def test_the_details_are_sent_though_nothing_can_be_kept(context: BrowserContext, server: Server, fault: str) -> None:
    before = phones.report_ids(server)
    context.add_init_script(f"(() => {{ {ALWAYS[fault]} }})()")
    page = context.new_page()
    page.goto("/en/report")
    page.locator('label.chip:has([value="visit"])').first.click(timeout=20_000)
    page.locator("[data-next]").click()
    phones.finish_form(page)
    page.locator('[data-screen="sent"]', has_text="Received").wait_for()
    filed_once(server, before)
    nothing_unheard(page)


def test_without_storage_and_network_the_page_says_to_stay_and_whom_to_call(
    context: BrowserContext, server: Server
) -> None:
    before = phones.report_ids(server)
    context.add_init_script(f"(() => {{ {ALWAYS['the disk is full']} }})()")
    page = context.new_page()
    page.clock.install()
    page.goto("/en/")
    page.locator("[data-where]", has_text="School").wait_for()
    page.locator(".edge [data-alert]").click()
    page.locator('[data-choice="visit"]').click()
    context.set_offline(True)
    send(page)
    sent = page.locator('[data-part="sent"]')
    sent.get_by_text("Keep this page open").wait_for()
    assert sent.locator('a.call[href^="tel:"]').count() > 0
    context.set_offline(False)
    sent.get_by_text("Received").wait_for()
    filed_once(server, before)
    nothing_unheard(page)


def test_an_undone_alert_that_could_not_be_kept_is_never_sent(context: BrowserContext, server: Server) -> None:
    before = phones.report_ids(server)
    context.add_init_script(f"(() => {{ {ALWAYS['the disk is full']} }})()")
    page = context.new_page()
    page.clock.install()
    page.goto("/en/")
    page.locator(".edge [data-alert]").click()
    page.locator('[data-choice="visit"]').click()
    page.locator('[data-part="confirm"] [data-send]').click()
    page.locator("[data-undo]").wait_for()
    page.clock.fast_forward(1_000)
    page.locator("[data-undo]").click()
    page.get_by_text("Undone. Nothing was sent.").wait_for()
    page.clock.fast_forward(60_000)
    page.wait_for_timeout(500)
    assert phones.report_ids(server) == before


def test_without_secure_hashing_the_button_leads_to_the_plain_page(context: BrowserContext, server: Server) -> None:
    before = phones.report_ids(server)
    context.add_init_script("SubtleCrypto.prototype.digest = () => Promise.reject(new DOMException('no'))")
    page = context.new_page()
    page.goto("/en/")
    page.locator(".edge [data-alert]").click()
    page.locator('[data-choice="visit"]').click()
    page.locator('[data-part="confirm"] [data-send]').click()
    page.wait_for_url("**/en/alert/visit?report=*")
    page.get_by_role("button", name="Send the alert").click()
    page.get_by_text("Received").wait_for()
    assert filed_once(server, before) in page.url
