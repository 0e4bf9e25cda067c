"""The reader's language: found, chosen, kept without a network, changed in the middle of a walk; words to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Worker, expect

from guidance.translations import catalogs
from guidance.translations.languages import CODES, LANGUAGES
from tests.browser.conftest import PHONE
from tests.browser.guide import IN_CHARGE, demo_server, expect_step, given, install, last_walk, tap
from tests.browser.screens import COUNSEL, reader
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser

ASKED = """type => new Promise((resolve) => {
  const {port1, port2} = new MessageChannel();
  port1.onmessage = (event) => resolve(event.data.locales);
  navigator.serviceWorker.controller.postMessage({type}, [port2]);
})"""
FORGET = """async (path) => {
  const build = (await caches.keys()).find((name) => name.startsWith("guidance-"));
  await (await caches.open(build)).delete(path);
}"""
METERED = "connection => Object.defineProperty(navigator, 'connection', {value: connection, configurable: true})"
VOICE = """(() => {
  window.spoken = [];
  const voice = {lang: "en-US", localService: true, name: "A voice"};
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, "speechSynthesis", {value: {
    getVoices: () => [voice], cancel: () => {}, addEventListener: () => {},
    speak: ({text, lang, voice}) => window.spoken.push([text, lang, voice.name]),
  }});
})()"""


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these."""
    with demo_server(tmp_path_factory.mktemp("languages") / "data") as running:
        yield running


@pytest.fixture
def server(one_server: Server) -> Server:
    """The server, alive, though a test before may have killed it."""
    if one_server.web is None:
        one_server.start()
    return one_server


@pytest.fixture
def urdu_phone(browser: Browser, server: Server) -> Iterator[Page]:
    """A phone whose browser asks for Urdu."""
    context = browser.new_context(base_url=server.url, locale="ur-PK", **PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def choose(page: Page, code: str) -> None:
    """Tap the globe, then the language by its own name."""
    choose_by_name(page, code)
    expect(page.locator("html")).to_have_attribute("lang", code)


def choose_by_name(page: Page, code: str) -> None:
    """The two taps alone."""
    to_languages(page)
    page.get_by_role("link", name=LANGUAGES[code].name).tap()


def to_languages(page: Page) -> None:
    """Tap the globe and wait until the page of languages knows where it came from."""
    page.locator("[data-language]").tap()
    expect(page.locator("[data-back]")).to_have_attribute("href", re.compile("^http"))


def heading(code: str, step: str, english: str) -> str:
    """A step's question in a language."""
    return catalogs.translate(code, step, english)


def worker(page: Page) -> Worker:
    """The phone's service worker."""
    return page.context.service_workers[0]


def test_the_browsers_language_is_found_and_its_direction_with_it(urdu_phone: Page) -> None:
    urdu_phone.goto("/")
    root = urdu_phone.locator("html")
    expect(root).to_have_attribute("lang", "ur")
    expect(root).to_have_attribute("dir", "rtl")
    globe = urdu_phone.locator("[data-language]").bounding_box()
    assert globe and globe["x"] < 100


def test_a_language_chosen_in_mid_walk_keeps_the_place_and_the_trail(phone: Page) -> None:
    phone.goto("/en/guide/visit")
    for answer in ("no", "non-local", "yes"):
        tap(phone, answer)
    before = last_walk(phone)
    choose(phone, "bn")
    expect_step(phone, "place")
    expect(phone.locator("#place h1")).to_have_text(heading("bn", "place", "What kind of place is this?"))
    wait_until(lambda: last_walk(phone)["id"] == before["id"])
    tap(phone, "school")
    wait_until(lambda: len(given(last_walk(phone))) == 4)
    assert last_walk(phone)["id"] == before["id"]
    assert given(last_walk(phone))[:3] == given(before)
    phone.go_back()
    expect_step(phone, "place")


def test_at_an_outcome_too_the_walk_and_its_report_stay_the_same(phone: Page, server: Server) -> None:
    phone.goto("/en/guide/visit")
    tap(phone, "yes")
    expect_step(phone, "safety-exit")
    wait_until(lambda: last_walk(phone).get("outcome") == "safety-exit")
    before = last_walk(phone)
    choose(phone, "yi")
    expect_step(phone, "safety-exit")
    wait_until(lambda: last_walk(phone)["id"] == before["id"])
    expect(phone.locator("#safety-exit [data-details]")).to_have_attribute(
        "href", f"{server.url}/yi/report#{before['report_id']}"
    )


def test_the_choice_holds_on_the_next_opening_and_for_pages_without_a_language_in_their_address(
    phone: Page, browser: Browser, server: Server
) -> None:
    phone.goto("/en/")
    choose(phone, "ar")
    phone.goto("/")
    expect(phone.locator("html")).to_have_attribute("lang", "ar")
    phone.goto("/join")
    expect(phone.locator("html")).to_have_attribute("lang", "ar")
    with reader(browser, server, COUNSEL) as counsel:
        board = counsel.new_page()
        board.goto("/board")
        expect(board.locator("html")).to_have_attribute("lang", "en")
        choose(board, "ur")
        assert board.url.endswith("/board")
        expect(board.locator("html")).to_have_attribute("dir", "rtl")


def test_a_tap_that_comes_before_the_script_is_a_choice_too(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, **PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.route("**/languages.js", lambda route: route.abort())
    page.goto("/en/languages")
    page.get_by_role("link", name=LANGUAGES["ht"].name).tap()
    page.wait_for_url("**/ht/")
    wait_until(lambda: any(each.get("value") == "ht" for each in context.cookies()))
    page.goto("/join")
    expect(page.locator("html")).to_have_attribute("lang", "ht")
    context.close()


def test_without_a_network_the_phone_opens_in_the_chosen_language(phone: Page, server: Server) -> None:
    install(phone)
    choose(phone, "ru")
    wait_until(lambda: "ru" in phone.evaluate(ASKED, "status"), 30)
    server.kill()
    phone.goto("/")
    expect(phone.locator("html")).to_have_attribute("lang", "ru")
    phone.goto("/ru/guide/visit#who")
    expect(phone.locator("#who h1")).to_have_text(heading("ru", "who", "Who are they?"))
    phone.goto("/board")
    expect(phone.locator("h1")).to_have_text(catalogs.words("ru").gettext("This page needs a network"))


def test_a_phone_keeps_its_readers_languages_first_and_the_others_only_where_that_costs_nothing(phone: Page) -> None:
    install(phone)
    assert phone.evaluate(ASKED, "status") == ["en"]
    for connection in ({"saveData": True}, {"type": "cellular"}, {"effectiveType": "slow-2g"}, None):
        worker(phone).evaluate(METERED, connection)
        assert phone.evaluate(ASKED, "keep-rest") == ["en"], connection
    phone.goto("/en/languages")
    expect(phone.locator("[data-code=ht]")).to_contain_text("Needs a network")
    worker(phone).evaluate(METERED, {"saveData": False, "type": "wifi", "effectiveType": "4g"})
    assert phone.evaluate(ASKED, "keep-rest") == list(CODES)
    phone.reload()
    expect(phone.locator("[data-state]")).to_have_text(["On this phone"] * len(CODES))
    expect(phone.locator("[data-keep]")).to_be_hidden()


def test_all_languages_are_fetched_where_the_reader_asks_for_them_and_stay_wanted(phone: Page) -> None:
    """Two of ten are enough to see it: the server's answers for the others are held back."""
    install(phone)
    phone.context.route(re.compile("/(es|zh-Hans|ru|bn|fr|ar|yi)/"), lambda route: route.abort())
    worker(phone).evaluate(METERED, {"saveData": True})
    phone.goto("/en/languages")
    button = phone.get_by_role("button", name="Keep all of them")
    button.tap()
    for code in ("ht", "ur"):
        expect(phone.locator(f"[data-code={code}]")).to_contain_text("On this phone", timeout=60_000)
    expect(phone.locator("[data-code=bn]")).to_contain_text("Needs a network")
    expect(button).to_be_enabled()  # what failed can be asked for again
    phone.evaluate(FORGET, "/ht/kept.json")
    assert phone.evaluate(ASKED, "keep") == ["en", "ht", "ur"], "also on a connection that costs"


def test_offline_a_page_of_a_language_that_is_not_kept_comes_in_one_that_is(phone: Page, server: Server) -> None:
    install(phone)
    server.kill()
    phone.goto("/bn/guide/visit#who")
    expect(phone.locator("#who h1")).to_have_text("Who are they?")
    phone.goto("/en/")
    choose_by_name(phone, "bn")
    expect(phone.get_by_role("heading", name="What is happening?")).to_be_visible()


def test_words_to_say_stand_in_english_with_their_sound_and_their_meaning(urdu_phone: Page) -> None:
    urdu_phone.goto("/ur/guide/visit#identified")
    said = urdu_phone.locator("#identified .say q")
    expect(said).to_have_text("Before we go on, please show me a badge and tell me your name and office.")
    expect(said).to_have_attribute("lang", "en")
    expect(said).to_have_css("direction", "ltr")
    meaning = catalogs.translate("ur", "identified", said.inner_text())
    assert not meaning.endswith("[EN]")
    expect(urdu_phone.locator("#identified .means")).to_have_text(meaning)
    expect(urdu_phone.locator("#identified .sound")).to_have_text(
        catalogs.translate("ur", "phonetic", said.inner_text())
    )
    sizes = urdu_phone.locator("#identified .say p > *").evaluate_all(
        "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"
    )
    assert sizes[0] > max(sizes[1:])


def test_the_phone_reads_the_english_aloud_where_it_has_a_voice(urdu_phone: Page) -> None:
    urdu_phone.goto("/ur/guide/visit#identified")
    expect(urdu_phone.locator(".speak")).to_have_count(0)  # this browser has no voice: no button that does nothing
    urdu_phone.add_init_script(VOICE)
    urdu_phone.reload()
    urdu_phone.locator("#identified .speak").tap()
    said = urdu_phone.locator("#identified .say q").inner_text()
    assert urdu_phone.evaluate("spoken") == [[said, "en-US", "A voice"]]


def test_the_place_to_come_back_to_is_always_one_of_ours(phone: Page) -> None:
    for foreign in (
        "https://elsewhere.example/en/", "//elsewhere.example/", "javascript:alert(1)", "\\\\elsewhere", "//",
        "/en/..//x.example/", "/.//elsewhere.example", "/%2e//elsewhere.example", "/en//elsewhere.example/",
    ):  # fmt: skip
        phone.goto("about:blank")
        phone.goto("/en/languages#at=" + quote(foreign, safe=""))
        for link in phone.locator("[data-code]").all():
            address = link.evaluate("link => link.href")
            assert urlsplit(address).netloc == urlsplit(phone.url).netloc, (foreign, address)


def test_a_walk_at_an_outcome_that_was_left_long_ago_is_not_taken_up_for_another_event(phone: Page) -> None:
    phone.goto("/en/guide/visit")
    tap(phone, "yes")
    expect_step(phone, "safety-exit")
    wait_until(lambda: last_walk(phone).get("outcome") == "safety-exit")
    before = last_walk(phone)["id"]
    to_languages(phone)
    phone.goto("/en/")  # no language was chosen, and hours pass
    phone.locator(".edge [data-answer=unsafe]").tap()
    expect_step(phone, "safety-exit")
    wait_until(lambda: last_walk(phone)["id"] != before)


def test_back_from_the_choice_leads_to_the_place_and_not_home(phone: Page) -> None:
    phone.goto("/en/guide/visit")
    tap(phone, "no")
    expect_step(phone, "who")
    to_languages(phone)
    phone.locator("[data-back]").tap()
    expect_step(phone, "who")
    wait_until(lambda: given(last_walk(phone)) == [("danger", "no")])


def stands_at(page: Page, step: str) -> None:
    """The page records the walk, and stands there."""
    expect(page.locator("main[data-walked]")).to_be_attached()
    expect_step(page, step)


def back(page: Page, how: str) -> None:
    """Go back by the browser's own button or by the page's."""
    if how == "browser":
        page.go_back()
    else:
        page.locator("header [data-back]").tap()


@pytest.mark.parametrize("how", ["browser", "page"])
def test_back_goes_one_question_back_after_two_changes_of_language_and_out_at_the_first(phone: Page, how: str) -> None:
    phone.goto("/en/")
    phone.goto("/en/guide/visit")
    for answer in ("no", "non-local"):
        tap(phone, answer)
    choose(phone, "es")
    stands_at(phone, "identified")
    tap(phone, "yes")
    stands_at(phone, "place")
    choose(phone, "bn")
    stands_at(phone, "place")
    for step, left in (("identified", 2), ("who", 1), ("danger", 0)):
        back(phone, how)
        expect(phone.locator("html")).to_have_attribute("lang", "bn")
        stands_at(phone, step)
        wait_until(lambda left=left: standing(last_walk(phone)) == left)
    tap(phone, "yes")
    stands_at(phone, "safety-exit")
    expect(phone.locator("html")).to_have_attribute("lang", "bn")
    wait_until(lambda: standing(last_walk(phone)) == 1)
    back(phone, how)
    stands_at(phone, "danger")
    back(phone, how)
    phone.wait_for_url(re.compile("/(en|bn)/$"))


def standing(walk: dict[str, Any]) -> int:
    """How many answers of a walk still stand."""
    return sum(-1 if answer == "back" else 1 for _, answer in given(walk))


def test_back_after_a_change_of_language_at_an_outcome_without_a_network(phone: Page, server: Server) -> None:
    phone.goto("/en/guide/visit")
    phone.evaluate(IN_CHARGE)
    choose(phone, "es")
    stands_at(phone, "danger")
    tap(phone, "no")
    wait_until(lambda: {"en", "es"} <= set(phone.evaluate(KEPT)))
    phone.locator(".edge [data-answer=went-in]").tap()
    stands_at(phone, "entered-anyway")
    server.kill()
    choose(phone, "en")
    stands_at(phone, "entered-anyway")
    phone.go_back()
    stands_at(phone, "who")
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    phone.go_forward()
    stands_at(phone, "entered-anyway")


KEPT = """() => import('/static/js/worker.js').then(m => m.askWorker('status')).then(found => found?.locales ?? [])"""
