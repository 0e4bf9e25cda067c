"""The alert under a shaking thumb: silent storage, a page that goes away, two taps, and what got worse since."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from guidance.protocol.load import load_folder
from guidance.protocol.paths import paths
from guidance.settings import ROOT
from tests.browser import phones
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server, expect_step, last_walk, tap
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser

SILENT = "IDBFactory.prototype.open = () => new EventTarget()"


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these; a test that killed it leaves it to the next to start."""
    with demo_server(tmp_path_factory.mktemp("alerts") / "data") as running:
        yield running


@pytest.fixture
def server(one_server: Server) -> Server:
    """The server, alive."""
    if one_server.web is None:
        one_server.start()
    return one_server


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A phone that has joined nothing, without a service worker in between."""
    made = browser.new_context(base_url=server.url, service_workers="block", **PHONE)  # type: ignore[arg-type]
    yield made
    made.close()


@pytest.fixture
def joined(context: BrowserContext, server: Server) -> Page:
    """A page of an enrolled phone."""
    phones.enrol(context, server)
    return context.new_page()


def press(page: Page, words: str = "Alert now") -> None:
    """Press the alert button once it says this."""
    page.locator(".edge [data-alert]", has_text=words).click()


def alert(page: Page, words: str = "Alert now") -> None:
    """Press, confirm, and leave the page so that it goes at once; come back when the City has it."""
    press(page, words)
    page.locator("[data-send]").click()
    page.locator("[data-undo]").wait_for()
    page.goto("/healthz")
    page.go_back()
    page.locator(".edge [data-alert]", has_text="Alert sent").wait_for(timeout=15_000)


def revisions(server: Server, report: str) -> list[int]:
    """The revisions of a report that the server has."""
    return [each["revision"] for each in phones.rows(server, "report_revisions") if each["report_id"] == report]


def test_storage_that_never_answers_stops_no_answer_no_interrupt_and_no_alert(
    context: BrowserContext, server: Server
) -> None:
    before = phones.report_ids(server)
    context.add_init_script(SILENT)
    page = context.new_page()
    page.goto("/en/guide/visit")
    tap(page, "no")
    expect_step(page, "who")
    page.locator(".edge [data-answer=went-in]").tap()
    expect_step(page, "entered-anyway")
    press(page)
    page.locator("[data-send]").click()
    page.locator('[data-part="sent"]', has_text="Received").wait_for()
    (report,) = phones.sent_reports(server, before)
    (revision,) = [each for each in phones.rows(server, "report_revisions") if each["report_id"] == report["id"]]
    assert json.loads(revision["body"])["urgency"] == "urgent", (
        "they went in: the page shows it, though no walk is kept"
    )


def test_an_alert_whose_page_is_left_within_the_seconds_of_undo_goes_at_once(joined: Page, server: Server) -> None:
    before = phones.report_ids(server)
    joined.goto("/en/guide/visit")
    press(joined)
    joined.locator("[data-send]").click()
    joined.locator("[data-undo]").wait_for()
    joined.goto("about:blank")
    wait_until(lambda: len(phones.sent_reports(server, before)) == 1, phones.UNDO_SECONDS - 2)


def test_the_worker_waits_for_an_alert_that_is_due_in_seconds(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, **PHONE)  # type: ignore[arg-type]
    phones.enrol(context, server)
    page = context.new_page()
    page.goto("/en/report")
    phones.works_offline(page)
    before = phones.report_ids(server)
    server.kill()
    entry = phones.freeze(page)
    phones.wait_for_state(page, entry, "waiting")
    due = page.evaluate("Date.now()") + 4_000
    phones.keep(page, "outbox", {**entry, "state": "saved", "next_try_at": 0, "not_before": due})
    server.start()
    page.goto("/healthz")
    phones.network_is_back(page)
    wait_until(lambda: len(phones.sent_reports(server, before)) == 1, 15)
    context.close()


def test_two_taps_on_send_are_one_alert_and_undo_takes_it_back(joined: Page) -> None:
    joined.goto("/en/guide/visit")
    press(joined)
    joined.locator("[data-send]").wait_for()
    joined.locator("[data-send]").evaluate("button => { button.click(); button.click(); }")
    joined.locator("[data-undo]").wait_for()
    joined.wait_for_timeout(500)
    assert len(phones.kept(joined, "outbox")) == 1
    joined.locator("[data-undo]").click()
    joined.get_by_text("Undone. Nothing was sent.").wait_for()
    assert phones.kept(joined, "outbox") == []


def test_a_double_tap_on_send_does_not_hit_undo(joined: Page) -> None:
    joined.goto("/en/guide/visit")
    press(joined)
    joined.locator("[data-send]").click()
    joined.locator("[data-undo]").wait_for()
    joined.locator("[data-undo]").evaluate("button => button.click()")
    joined.wait_for_timeout(300)
    expect(joined.locator("[data-undo]")).to_be_visible()
    expect(joined.locator("[data-undo]")).to_be_focused()
    assert len(phones.kept(joined, "outbox")) == 1


def test_an_interrupt_after_the_alert_can_be_told(joined: Page, server: Server) -> None:
    joined.goto("/en/guide/visit")
    tap(joined, "no")
    alert(joined)
    (receipt,) = phones.kept(joined, "receipts")
    joined.locator(".edge [data-answer=went-in]").tap()
    expect_step(joined, "entered-anyway")
    alert(joined, "Tell them it got worse")
    assert revisions(server, receipt["id"]) == [1, 2]
    last = phones.rows(server, "report_revisions")[-1]
    assert "went-in" in last["body"]
    assert last["trail_problem"] == ""


def test_an_outcome_more_urgent_than_the_alert_can_be_told(joined: Page, server: Server) -> None:
    joined.goto("/en/guide/records")
    alert(joined)
    (receipt,) = phones.kept(joined, "receipts")
    records = load_folder(ROOT / "protocols").protocols["records"]
    path = next(path for path in paths(records, "school") if path.outcome == "subpoena-court")
    for step, answer in path.taken:
        if not step.place:
            joined.locator(f'section#{step.id} a[data-answer="{answer.id}"]').click()
    expect_step(joined, "subpoena-court")
    alert(joined, "Tell them it got worse")
    assert revisions(server, receipt["id"]) == [1, 2]
    (incident,) = [each for each in phones.rows(server, "incidents") if each["code"] == receipt["code"]]
    assert incident["urgency"] == "urgent"


def test_an_alert_from_before_the_phone_joined_can_be_sent_again(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.goto("/en/guide/visit")
    alert(page)
    (receipt,) = phones.kept(page, "receipts")
    assert receipt["verified"] is False
    phones.enrol(context, server)
    page.reload()
    alert(page, "Send it again")
    (incident,) = [each for each in phones.rows(server, "incidents") if each["code"] == receipt["code"]]
    assert incident["verified"] == 1
    assert [each for each in phones.rows(server, "alerts") if each["incident_id"] == incident["id"]]


def test_a_new_alert_about_something_else_takes_details_and_progress_with_it(joined: Page, server: Server) -> None:
    before = phones.report_ids(server)
    joined.goto("/en/guide/visit")
    tap(joined, "no")
    alert(joined)
    first = last_walk(joined)["report_id"]
    press(joined, "Alert sent")
    joined.locator('[data-part="sent"] [data-another]').click()
    joined.locator("[data-send]").click()
    joined.get_by_text("Received").first.wait_for(timeout=15_000)
    second = last_walk(joined)["report_id"]
    assert {each["id"] for each in phones.sent_reports(server, before)} == {first, second}
    assert (joined.locator("[data-add-details]").get_attribute("href") or "").endswith(second)
    joined.locator('[data-part="sent"] [data-close]').click()
    tap(joined, "non-local")
    wait_until(lambda: len(last_walk(joined)["entries"]) == 2)
    assert last_walk(joined)["report_id"] == second


def test_an_undone_second_alert_leaves_the_first_as_it_was(joined: Page) -> None:
    joined.goto("/en/guide/visit")
    tap(joined, "no")
    alert(joined)
    first = last_walk(joined)["report_id"]
    press(joined, "Alert sent")
    joined.locator('[data-part="sent"] [data-another]').click()
    joined.locator("[data-send]").click()
    joined.wait_for_timeout(500)
    joined.locator("[data-undo]").click()
    joined.get_by_text("Undone. Nothing was sent.").wait_for()
    assert last_walk(joined)["report_id"] == first
    expect(joined.locator(".edge [data-alert]")).to_contain_text("Alert sent")


def test_a_phone_whose_small_storage_is_blocked_sends_the_alert_all_the_same(context: BrowserContext) -> None:
    context.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('no', 'QuotaExceededError'); }")
    page = context.new_page()
    page.goto("/en/guide/visit")
    press(page)
    page.locator("[data-send]").click()
    page.locator("[data-undo]").wait_for()
    assert len(phones.kept(page, "outbox")) == 1
