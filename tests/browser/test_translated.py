"""A browser that translates pages: a script does what Chrome does, which rewrites text nodes and the page's language.

Words to say, numbers and codes stay; buttons still show their state; addresses and records keep the
page's own language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import phones, practise
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server, tap
from tests.browser.screens import reader
from tests.harness import Server
from tests.practice.shelf import scenario

pytestmark = pytest.mark.browser

PUPIL = "school-pupil-immigration-court"
CODE = re.compile("^[0-9A-Z]{3}-[0-9A-Z]{3}$")
MARK, LETTER = "\u3131", "\u3134"
TRANSLATE = """
  const letters = /\\p{L}/u;
  const skipped = 'script, style, noscript, [translate=no], .notranslate';
  const translate = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    for (const node of found) {
      if (!letters.test(node.data) || node.data.includes('\\u3131')) continue;
      if (!node.parentElement || node.parentElement.closest(skipped)) continue;
      const outer = document.createElement('font');
      const inner = document.createElement('font');
      outer.style.verticalAlign = inner.style.verticalAlign = 'inherit';
      inner.textContent = '\\u3131' + node.data.replace(/\\p{L}/gu, '\\u3134');
      outer.append(inner);
      node.replaceWith(outer);
    }
  };
  const begin = () => {
    const observer = new MutationObserver((changes) => {
      window.rewritten = (window.rewritten ?? 0) + changes.length;
      for (const { target } of changes) if (target.isConnected) translate(target);
    });
    document.documentElement.lang = 'ko';
    document.documentElement.classList.add('translated-ltr');
    translate(document.body);
    observer.observe(document.body, { childList: true, characterData: true, subtree: true });
  };
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', begin);
  else begin();
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these."""
    with demo_server(tmp_path_factory.mktemp("translated") / "data") as running:
        yield running


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    """A joined phone whose browser translates every page."""
    context: BrowserContext = browser.new_context(base_url=server.url, **PHONE)  # type: ignore[arg-type]
    phones.enrol(context, server)
    context.add_init_script(TRANSLATE)
    yield context.new_page()
    context.close()


def translated(words: str) -> str:
    """What the browser makes of words."""
    return MARK + "".join(LETTER if each.isalpha() else each for each in words)


def at_rest(page: Page) -> bool:
    """Whether script and translation leave each other alone."""
    page.wait_for_timeout(300)
    before: int = page.evaluate("window.rewritten ?? 0")
    page.wait_for_timeout(700)
    return int(page.evaluate("window.rewritten ?? 0")) - before < 10


def test_a_guide_its_alert_and_its_report(phone: Page, server: Server) -> None:
    before = phones.report_ids(server)
    phone.goto("/en/guide/visit")
    expect(phone.locator("section[data-shown] h1")).to_contain_text(LETTER)
    tap(phone, "no")
    said = phone.locator("main q").all_text_contents()
    assert said and not any(LETTER in each for each in said)
    assert phone.locator(".edge .number").all_text_contents() == ["911", "311"]
    phones.send_alert(phone)
    expect(phone.locator("#alert-dialog [data-code] b")).to_have_text(CODE)
    phone.locator('[data-part="sent"] [data-close]').click()
    button = phone.locator(".edge [data-alert-words]")
    expect(button).to_have_text(translated("Alert sent"))
    assert at_rest(phone)
    phone.goto("/en/report")
    phones.finish_form(phone)
    expect(phone).to_have_url(f"{server.url}/en/report#" + phone.url.split("#")[1])
    (report,) = phones.sent_reports(server, before)
    bodies = [str(each) for each in phones.rows(server, "report_revisions") if each["report_id"] == report["id"]]
    assert bodies and all('"locale":"en"' in each for each in bodies)


def test_practice_ends_at_its_debrief(phone: Page, server: Server) -> None:
    phone.goto("/en/practice")
    practise.begin(phone, scenario(PUPIL))
    practise.walk(phone, scenario(PUPIL))
    phone.locator("[data-end]").locator("visible=true").first.click()
    phone.locator("[data-page] [data-verdict]").wait_for()
    assert phone.url.startswith(f"{server.url}/en/practice/debrief")


def test_the_board_is_left_alone(browser: Browser, server: Server) -> None:
    with reader(browser, server, "counsel@city.example") as context:
        context.add_init_script(TRANSLATE)
        page = context.new_page()
        page.goto("/board")
        expect(page.locator("h1").first).to_contain_text(LETTER)
        codes = page.locator("[data-board] .code").all_text_contents()
        assert codes and not any(LETTER in each for each in codes)
        assert at_rest(page)
