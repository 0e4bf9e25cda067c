"""The details form: what was typed is never lost, mistakes are said beside the field, one tab writes at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Page

from guidance.protocol.load import load_folder
from guidance.protocol.paths import paths
from guidance.settings import ROOT
from tests.browser import phones
from tests.browser.conftest import PHONE, QUIET, chromium_path
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser
SHORTEST_TARGET = 48


@pytest.fixture
def page(phone_context: BrowserContext, server: Server) -> Iterator[Page]:
    """An enrolled phone."""
    phones.enrol(phone_context, server)
    opened = phone_context.new_page()
    yield opened


def begin(page: Page, kind: str = "visit") -> None:
    """Start a late report of a kind: the first screen asks what it is about."""
    page.goto("/en/report")
    page.locator(f'label.chip:has([value="{kind}"])').first.click()
    page.locator("[data-next]").click()
    page.locator('[data-screen="place"]').wait_for()


def go_to(page: Page, screen: str) -> None:
    """Press Next or Skip until a screen shows."""
    wanted = page.locator(f'[data-screen="{screen}"]')
    while not wanted.is_visible():
        page.locator("[data-next]").click()


def typed(page: Page) -> str:
    """What stands in the free text."""
    return page.locator("textarea[name=free_text]").input_value()


def test_a_late_report_without_a_walk_says_in_words_what_it_sends(page: Page, server: Server) -> None:
    before = phones.report_ids(server)
    begin(page)
    page.locator("label.chip", has_text="Open to everyone").click()
    go_to(page, "officers")
    page.locator('[data-field="officers_count"] [data-more]').click(click_count=3)
    go_to(page, "officer_names")
    page.locator('[data-field="officers"] > [data-add]').click()
    page.keyboard.type("Smith")
    page.locator("[data-to-check]").click()
    words = page.locator("[data-summary]").inner_text()
    for each in ("Officers are here", "Open to everyone", "How many officers?\n3", "Smith"):
        assert each in words
    page.locator("label.tick").click()
    page.locator("[data-next]").click()
    page.locator("[data-state]", has_text="Received").wait_for()
    (report,) = phones.sent_reports(server, before)
    (revision,) = [each for each in phones.rows(server, "report_revisions") if each["report_id"] == report["id"]]
    body = json.loads(revision["body"])
    assert body["facts"] == {
        "area": "public",
        "officers_count": 3,
        "officers": [{"name": "Smith"}],
        "attested": "yes",
    }
    assert revision["trail_problem"] == ""


def test_the_form_is_filled_in_from_the_walk_and_a_change_wins(page: Page, server: Server) -> None:
    page.goto("/en/guide/after")
    page.locator("section:visible").wait_for()
    while page.locator("section.step:visible").count():
        page.locator("section:visible .answer").first.click()
    (walk,) = phones.kept(page, "walks")
    assert walk["facts"], "the walk said something"
    page.goto(f"/en/report#{walk['report_id']}")
    page.locator("[data-to-check]").wait_for()
    page.locator("[data-to-check]").click()
    page.locator("label.tick").click()
    page.locator("[data-next]").click()
    page.locator("[data-state]", has_text="Received").wait_for()
    body = json.loads(phones.rows(server, "report_revisions")[-1]["body"])
    assert {**walk["facts"], "attested": "yes"} == body["facts"]
    assert body["trail"] == walk["entries"]


def test_reloading_in_the_middle_keeps_what_was_typed_and_the_place(page: Page) -> None:
    begin(page)
    go_to(page, "words")
    page.locator("textarea[name=free_text]").press_sequentially("They asked for the office")
    page.wait_for_timeout(1000)
    page.reload()
    page.locator('[data-screen="words"]').wait_for()
    assert typed(page) == "They asked for the office"


def test_leaving_at_once_keeps_the_last_letter(page: Page) -> None:
    begin(page)
    go_to(page, "words")
    page.locator("textarea[name=free_text]").press_sequentially("abc")
    address = page.url
    page.goto("/en/")
    page.goto(address)
    page.locator('[data-screen="words"]').wait_for()
    assert typed(page) == "abc"


def test_a_browser_that_dies_loses_no_more_than_a_second(
    browser_type: BrowserType, server: Server, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    launch: dict[str, Any] = {"executable_path": chromium_path(), "args": QUIET, "base_url": server.url, **PHONE}
    first = browser_type.launch_persistent_context(str(profile), **launch)
    page = first.pages[0]
    begin(page)
    go_to(page, "words")
    page.locator("textarea[name=free_text]").press_sequentially("written before the crash")
    page.wait_for_timeout(1000)
    address = page.url
    with pytest.raises(Exception, match=r"crash|closed"):
        page.goto("chrome://crash")
    first.close()
    again = browser_type.launch_persistent_context(str(profile), **launch)
    page = again.pages[0]
    page.goto(address)
    page.locator('[data-screen="words"]').wait_for()
    assert typed(page) == "written before the crash"
    again.close()


def test_a_mistake_is_said_beside_the_field_and_nothing_is_lost(page: Page) -> None:
    begin(page)
    go_to(page, "officers")
    count = page.locator("input[name=officers_count]")
    count.fill("many")
    page.locator("[data-next]").click()
    error = page.locator('[data-field="officers_count"] [data-error]')
    error.wait_for()
    assert "0 to 99" in error.inner_text()
    assert page.evaluate("document.activeElement.name") == "officers_count"
    assert count.get_attribute("aria-invalid") == "true"
    assert page.locator(f"#{count.get_attribute('aria-describedby')}").inner_text() == error.inner_text()
    assert count.input_value() == "many"
    count.fill("7")
    page.locator("[data-next]").click()
    page.locator('[data-screen="officer_names"]').wait_for()


def test_a_text_that_is_too_long_is_kept_whole_and_counted(page: Page) -> None:
    begin(page)
    go_to(page, "words")
    text = page.locator("textarea[name=free_text]")
    text.fill("😀" * 512)
    assert "characters: 12" in page.locator('[data-screen="words"] [data-counter]').inner_text()
    page.locator("[data-next]").click()
    page.locator('[data-field="free_text"] [data-error]').wait_for()
    assert len(typed(page).encode("utf-16-le")) == 512 * 4
    text.fill("😀" * 500)
    page.locator("[data-next]").click()
    page.locator('[data-screen="check"]').wait_for()


def test_an_end_before_the_start_is_pointed_out(page: Page) -> None:
    begin(page)
    page.locator("input[name=started_at]").fill("2026-11-24T14:00")
    page.locator("input[name=ended_at]").fill("2026-11-24T13:00")
    page.locator("[data-next]").click()
    page.get_by_text("The end is before the start").wait_for()
    page.locator("input[name=ended_at]").fill("2026-11-24T15:00")
    page.locator("[data-next]").click()
    page.locator('[data-screen="officers"]').wait_for()


def test_the_word_of_the_sender_is_asked_for(page: Page) -> None:
    begin(page)
    page.locator("[data-to-check]").click()
    page.locator("[data-next]").click()
    page.get_by_text("Tick this to send.").wait_for()
    assert phones.kept(page, "outbox") == []


def test_a_second_tab_waits_until_it_takes_over(page: Page) -> None:
    begin(page)
    go_to(page, "words")
    page.locator("textarea[name=free_text]").press_sequentially("first tab")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_text("open in another tab").wait_for()
    other.locator("[data-take-over]").click()
    other.locator('[data-screen="words"]').wait_for()
    assert typed(other) == "first tab", "the first tab saved before it gave way"
    page.get_by_text("You went on in another tab").wait_for()
    assert page.evaluate("document.getElementById('report').inert")
    other.locator("textarea[name=free_text]").press_sequentially(", second tab")
    other.wait_for_timeout(800)
    (draft,) = phones.kept(other, "drafts")
    assert draft["answers"]["free_text"] == "first tab, second tab"


def test_what_is_received_is_forgotten_and_more_can_be_added(page: Page, server: Server) -> None:
    begin(page)
    go_to(page, "words")
    page.locator("textarea[name=free_text]").fill("gone once it is received")
    phones.finish_form(page)
    page.locator("[data-state]", has_text="Received").wait_for()
    stores = ("drafts", "outbox", "receipts", "settings", "walks")
    assert "gone once" not in json.dumps([phones.kept(page, each) for each in stores])
    page.locator("[data-add-more]").click()
    page.locator('[data-screen="place"]').wait_for()
    page.locator("label.chip", has_text="No, they left").click()
    phones.finish_form(page)
    wait_until(lambda: not phones.kept(page, "outbox"))
    assert [each["revision"] for each in phones.kept(page, "receipts")[0]["revisions"]] == [1, 2]


def test_details_state_no_urgency_so_that_a_harmless_visit_wakes_nobody(page: Page, server: Server) -> None:
    before = phones.report_ids(server)
    page.goto("/en/guide/after")
    after = load_folder(ROOT / "protocols").protocols["after"]
    path = next(path for path in paths(after, "school") if path.outcome == "late-visit")
    for step, answer in path.taken:
        if not step.place:
            page.locator(f'section#{step.id} a[data-answer="{answer.id}"]').click()
    page.locator("section:visible [data-details]").click()
    page.locator("[data-to-check]").wait_for()
    phones.finish_form(page)
    page.locator("[data-state]", has_text="Received").wait_for()
    (report,) = phones.sent_reports(server, before)
    (incident,) = [each for each in phones.rows(server, "incidents") if each["id"] == report["incident_id"]]
    assert incident["urgency"] == "low"


def test_a_tab_that_gave_way_writes_nothing_any_more(page: Page) -> None:
    begin(page)
    go_to(page, "words")
    page.locator("textarea[name=free_text]").press_sequentially("first tab")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("[data-take-over]").click()
    other.locator('[data-screen="words"]').wait_for()
    other.locator("textarea[name=free_text]").press_sequentially(", second tab")
    other.wait_for_timeout(800)
    page.go_back()
    page.wait_for_timeout(800)
    (draft,) = phones.kept(other, "drafts")
    assert draft["answers"]["free_text"] == "first tab, second tab"
    assert draft["screen"] == "words"


def test_one_press_on_back_leaves_the_form_after_sending_and_forward_shows_nothing_of_it(page: Page) -> None:
    page.goto("/en/")
    begin(page)
    go_to(page, "words")
    page.locator("textarea[name=free_text]").fill("sent and gone")
    phones.finish_form(page)
    page.locator("[data-state]", has_text="Received").wait_for()
    page.go_back()
    page.wait_for_url("**/en/")
    page.go_forward()
    page.locator('[data-screen="sent"]').wait_for()
    assert typed(page) == ""
    page.go_forward()
    page.wait_for_timeout(300)
    assert page.locator('[data-screen="sent"]').is_visible()
    assert typed(page) == ""
    assert phones.kept(page, "drafts") == []


def test_a_draft_whose_content_was_received_is_forgotten_when_it_is_found(page: Page) -> None:
    begin(page)
    go_to(page, "words")
    page.locator("textarea[name=free_text]").fill("received long ago")
    page.wait_for_timeout(800)
    (draft,) = phones.kept(page, "drafts")
    phones.finish_form(page)
    page.locator("[data-state]", has_text="Received").wait_for()
    phones.keep(page, "drafts", {**draft, "frozen": 1, "last_revision": 1})
    page.goto("/en/my-reports")
    page.locator(".card").wait_for()
    wait_until(lambda: phones.kept(page, "drafts") == [])


def test_a_draft_stays_until_a_person_throws_it_away_twice(page: Page) -> None:
    begin(page)
    go_to(page, "words")
    page.locator("textarea[name=free_text]").fill("not sent")
    page.wait_for_timeout(800)
    (draft,) = phones.kept(page, "drafts")
    page.goto("/en/")
    phones.keep(page, "drafts", {**draft, "edited_at": "2026-01-02T10:00:00.000Z"})
    page.goto("/en/my-reports")
    view = page.locator(".entry-view", has_text="Details, not sent yet")
    assert "2 Jan" in view.inner_text() or "Jan 2" in view.inner_text()
    view.locator("[data-discard]").click()
    assert len(phones.kept(page, "drafts")) == 1
    view.locator("[data-discard-sure]").click()
    wait_until(lambda: phones.kept(page, "drafts") == [])
    page.get_by_text("Nothing was sent from this phone yet.").wait_for()


def test_a_browser_without_channels_between_tabs_opens_the_form(page: Page) -> None:
    page.add_init_script("delete window.BroadcastChannel")
    begin(page)
    phones.finish_form(page)
    page.locator("[data-state]", has_text="Received").wait_for()


def test_every_screen_has_targets_for_a_thumb_and_no_scrolling_sideways(page: Page) -> None:
    begin(page)
    while not page.locator('[data-screen="check"]').is_visible():
        small = page.evaluate(SMALL_TARGETS, SHORTEST_TARGET)
        assert small == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator("[data-next]").click()
    assert page.evaluate(SMALL_TARGETS, SHORTEST_TARGET) == []


SMALL_TARGETS = """least => [...document.querySelectorAll('main :is(button, label.chip, input), footer :is(button, a)')]
  .filter(each => each.offsetParent && each.getBoundingClientRect().height < least)
  .map(each => each.outerHTML.slice(0, 80))"""
