"""Numbers, hours and typed text on a phone: in order, read in every script, right when the clocks change."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from guidance.store import people
from tests.browser import phones
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server
from tests.harness import Server

pytestmark = pytest.mark.browser
NUMBER = "212 555 0142"
# The characters of an element from left to right as they stand on the screen, one line.
IN_SIGHT = """element => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const seen = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    [...node.data].forEach((letter, at) => {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      if (/[0-9]/.test(letter) && box.width) seen.push([Math.round(box.top), box.left, letter]);
    });
  }
  return seen.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , letter]) => letter).join("");
}"""
# Texts that hold a mark of typed text and stand in no isolate and no isolating element below the body.
LOOSE = """mark => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const loose = [];
  const pair = /\\u2068[^\\u2068\\u2069]*\\u2069/g;
  const outside = text => text.replace(pair, "").replace(pair, "");
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const apart = node.parentElement.closest("bdi, [dir]:not(html), textarea, script");
    const turned = /[\\u202a-\\u202e]/.test(node.data) && !node.parentElement.closest("textarea, template");
    if (turned || (!apart && outside(node.data).includes(mark))) loose.push(node.data);
  }
  for (const element of document.querySelectorAll("[aria-label], [title]")) {
    for (const name of ["aria-label", "title"]) {
      if (outside(element.getAttribute(name) ?? "").includes(mark)) loose.push(element.getAttribute(name));
    }
  }
  if (outside(document.title).includes(mark)) loose.push(document.title);
  return loose;
}"""
MARK = "XQZ7"
HOSTILE = f"{MARK} مرحبا \u202eabc\u2066 9"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo city whose every number is one whose order shows, and whose names try to turn the page."""
    with demo_server(tmp_path_factory.mktemp("city") / "data") as running:
        store = running.store()
        with store.transaction() as db:
            db.execute("UPDATE contacts SET phone = ?, fictional = 0", (NUMBER,))
            db.execute("UPDATE contacts SET label = ? WHERE role = 'supervisor'", (HOSTILE,))
            for site in people.sites(db):
                db.execute("UPDATE sites SET name = ? WHERE id = ?", (f"{HOSTILE} {site.name}", site.id))
        store.close()
        yield running


@pytest.fixture
def phone(browser: Browser, city: Server) -> Iterator[Page]:
    """An enrolled phone of the city whose own clock is set to the zone of a traveler."""
    context = browser.new_context(base_url=city.url, timezone_id="Asia/Tokyo", **PHONE)  # type: ignore[arg-type]
    phones.enrol(context, city)
    yield context.new_page()
    context.close()


def in_sight(place: Locator) -> str:
    found: str = place.evaluate(IN_SIGHT)
    return found


def begin(page: Page, language: str = "en") -> None:
    page.goto(f"/{language}/report")
    page.locator('label.chip:has([value="visit"])').first.click()
    page.locator("[data-next]").click()
    page.locator('[data-screen="place"]').wait_for()


def go_to(page: Page, screen: str) -> None:
    while not page.locator(f'[data-screen="{screen}"]').is_visible():
        page.locator("[data-next]").click()


@pytest.mark.parametrize("language", ["ar", "ur", "yi"])
def test_a_number_to_call_is_read_from_left_to_right(phone: Page, language: str) -> None:
    begin(phone, language)
    phone.locator('[data-field="free_text"] textarea').evaluate(
        "(e, n) => { e.value = n; e.dispatchEvent(new Event('input', {bubbles: true})); }", NUMBER
    )
    phone.locator("[data-to-check]").click()
    said = phone.locator("[data-summary] dd", has_text="0142")
    assert in_sight(said) == "2125550142", "the check screen"
    phone.goto(f"/{language}/guide/visit")
    phones.works_offline(phone)
    phone.context.set_offline(True)
    phones.send_alert(phone)
    calls = phone.locator("dialog .progress-calls a.call small")
    calls.first.wait_for()
    assert [in_sight(each) for each in calls.all()] == ["2125550142"] * calls.count(), "the dialog"
    assert phone.evaluate(LOOSE, MARK) == []
    phone.context.set_offline(False)


def test_the_calls_of_an_outcome_keep_their_numbers(phone: Page) -> None:
    phone.goto("/ar/guide/visit#agency-paper")
    small = phone.locator("#agency-paper a.call[data-role=counsel] small").last
    small.wait_for()
    assert "2125550142" in in_sight(small)
    assert phone.evaluate(LOOSE, MARK) == []


@pytest.mark.parametrize("language", ["en", "ur"])
def test_pages_of_the_phone_keep_typed_text_apart(phone: Page, language: str) -> None:
    begin(phone, language)
    phone.locator("textarea[name=free_text]").evaluate(
        "(e, t) => { e.value = t; e.dispatchEvent(new Event('input', {bubbles: true})); }", HOSTILE
    )
    phone.locator("[data-to-check]").click()
    phone.locator("[data-summary] dd", has_text=MARK).wait_for()
    assert phone.evaluate(LOOSE, MARK) == []
    for path in ("", "my-reports", "ready", "guide/visit", "practice"):
        phone.goto(f"/{language}/{path}")
        phone.wait_for_load_state("networkidle")
        assert phone.evaluate(LOOSE, MARK) == [], path


def test_a_report_with_controls_is_taken_and_shown_without_them(phone: Page, city: Server) -> None:
    before = phones.report_ids(city)
    begin(phone)
    phone.locator("textarea[name=free_text]").evaluate(
        "(e) => { e.value = 'gnp\\u202eexe\\u0007 می\\u200cخواہم'; "
        "e.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    phones.finish_form(phone)
    phone.locator("[data-state]", has_text="Received").wait_for()
    assert facts_sent(city, before)["free_text"] == "gnpexe می\u200cخواہم"


def facts_sent(city: Server, before: set[str]) -> dict[str, Any]:
    (report,) = phones.sent_reports(city, before)
    (revision,) = [each for each in phones.rows(city, "report_revisions") if each["report_id"] == report["id"]]
    facts: dict[str, Any] = json.loads(revision["body"])["facts"]
    return facts


@pytest.mark.parametrize(
    ("language", "typed", "sent", "more"),
    [("ar", "٣", 3, 4), ("ur", "۱۲", 12, 13), ("bn", "৩", 3, 4), ("zh-Hans", "３", 3, 4)],
)
def test_counts_are_read_in_every_script(phone: Page, language: str, typed: str, sent: int, more: int) -> None:
    begin(phone, language)
    go_to(phone, "officers")
    field = phone.locator('[data-field="officers_count"]')
    field.locator("input").fill(typed)
    judged = "q => import('/static/js/form-fields.js').then(m => m.judge(q).value)"
    assert field.evaluate(judged) == sent
    field.locator("[data-more]").click()
    assert field.locator("input").input_value() == str(more)
    phone.locator("[data-next]").click()
    assert not field.is_visible(), "nothing was refused"


def test_every_digit_of_unicode_is_the_same_on_the_phone(phone: Page) -> None:
    phone.goto("/en/ready")
    digits = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Nd"]
    read = "d => import('/static/js/typed.js').then(m => d.map(each => m.asciiDigits(each)))"
    assert phone.evaluate(read, digits) == [str(unicodedata.decimal(each)) for each in digits]


def test_the_phone_takes_out_what_the_server_refuses(phone: Page) -> None:
    import yaml

    corpus = yaml.safe_load((Path(__file__).parent.parent / "text" / "corpus.yaml").read_text(encoding="utf-8"))
    phone.goto("/en/ready")
    for each in corpus:
        took = phone.evaluate("t => import('/static/js/typed.js').then(m => m.cleared(t) !== t)", each["text"])
        assert took == (each.get("refused", False) and "\n" not in each["text"]), each["name"]


def at(page: Page, moment: str) -> None:
    page.clock.set_fixed_time(moment)


def test_now_keeps_its_moment_in_the_night_when_the_clocks_go_back(browser: Browser, city: Server) -> None:
    before = phones.report_ids(city)
    for zone in ("America/New_York", "Asia/Tokyo"):
        context = browser.new_context(base_url=city.url, timezone_id=zone, **PHONE)  # type: ignore[arg-type]
        page = context.new_page()
        page.clock.install(time="2026-11-01T05:00:00Z")
        begin(page)
        start, end = (page.locator(f'[data-field="{name}"]') for name in ("started_at", "ended_at"))
        screen = start.evaluate("e => e.closest('.screen').dataset.screen")
        go_to(page, screen)
        at(page, "2026-11-01T05:50:00Z")
        start.locator("[data-now]").click()
        at(page, "2026-11-01T06:10:00Z")
        end.locator("[data-now]").click()
        assert [each.locator("input").first.input_value() for each in (start, end)] == [
            "2026-11-01T01:50",
            "2026-11-01T01:10",
        ]
        assert end.locator("[data-twice]").is_visible()
        page.locator("[data-next]").click()
        assert not start.is_visible(), "the end is after the start"
        page.reload()
        page.locator("[data-to-check]").click()
        words = page.locator("[data-summary]").inner_text()
        assert "01:50 EDT" in words and "01:10 EST" in words
        judged = "q => import('/static/js/form-fields.js').then(m => m.judge(q).value)"
        assert start.evaluate(judged) == "2026-11-01T05:50:00.000Z"
        assert end.evaluate(judged) == "2026-11-01T06:10:00.000Z"
        context.close()
    assert phones.report_ids(city) == before


def test_a_typed_hour_that_comes_twice_is_asked_about_and_a_skipped_one_is_told(phone: Page) -> None:
    begin(phone)
    start, end = (phone.locator(f'[data-field="{name}"]') for name in ("started_at", "ended_at"))
    go_to(phone, start.evaluate("e => e.closest('.screen').dataset.screen"))
    judged = "q => import('/static/js/form-fields.js').then(m => m.judge(q).value)"
    start.locator("input").first.fill("2026-11-01T01:50")
    assert start.evaluate(judged) == "2026-11-01T05:50:00.000Z"
    assert "01:50 EDT" in start.locator("[data-twice]").inner_text()
    end.locator("input").first.fill("2026-11-01T01:15")
    assert end.evaluate(judged) == "2026-11-01T06:15:00.000Z", "an end does not come before its start"
    start.locator("[data-twice] label").last.click()
    assert start.evaluate(judged) == "2026-11-01T06:50:00.000Z"
    start.locator("input").first.fill("2026-03-08T02:30")
    phone.locator("[data-next]").click()
    assert "skip this hour" in start.locator("[data-error]").inner_text()
    assert start.locator("input").first.input_value() == "2026-03-08T02:30"
    start.locator("input").first.fill("2026-03-08T03:30")
    assert start.evaluate(judged) == "2026-03-08T07:30:00.000Z"
