from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.harness import Server

pytestmark = pytest.mark.browser

COUNSEL, OPERATIONS = "counsel@city.example", "operations@city.example"
SEND = """async ({id, hash}) => {
  const body = {revision: 1, kind: "visit", locale: "en", sent_at: new Date().toISOString(),
    protocol: {id: "visit", hash}, trail: []};
  const answer = await fetch(`/api/reports/${id}`, {method: "PUT", body: JSON.stringify(body),
    headers: {"content-type": "application/json", "x-guidance": "1"}});
  return [answer.status, (await answer.json()).code];
}"""


def first_line(server: Server, *arguments: str) -> str:
    return server.run_command(*arguments).splitlines()[0]


def desk(browser: Browser, server: Server, email: str) -> Page:
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(first_line(server, "sign-in-link", email))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/board")
    return page


@pytest.fixture
def counsel(browser: Browser, server: Server) -> Iterator[Page]:
    page = desk(browser, server, COUNSEL)
    yield page
    page.context.close()


@pytest.fixture
def operations(browser: Browser, server: Server) -> Iterator[Page]:
    page = desk(browser, server, OPERATIONS)
    yield page
    page.context.close()


@pytest.fixture
def joined(phone: Page, server: Server) -> Page:
    """A phone of Oak Street School."""
    phone.goto(first_line(server, "join-link", "Oak Street School"))
    phone.get_by_role("button", name="Join").click()
    phone.wait_for_url("**/joined")
    return phone


def report(phone: Page) -> str:
    """Send an early alert from a page of the phone; the incident's code."""
    version = phone.evaluate("async () => (await (await fetch('/en/guide/visit.json')).json()).hash")
    new_id = phone.evaluate("crypto.randomUUID()")
    status, code = phone.evaluate(SEND, {"id": new_id, "hash": version})
    assert status == 201
    return str(code)


def row(page: Page, code: str) -> str:
    return f"tbody tr:has-text('#{code}')"


def test_a_report_appears_on_an_open_board_by_itself(counsel: Page, joined: Page) -> None:
    expect(counsel.locator("[data-live]")).to_have_text("Live")
    before = counsel.locator("tbody tr").count()
    code = report(joined)
    expect(counsel.locator(row(counsel, code))).to_be_visible(timeout=3000)
    expect(counsel.locator("tbody tr")).to_have_count(before + 1)
    expect(counsel.locator("tbody tr").first).to_contain_text("Oak Street School")
    expect(counsel.locator("[data-news]")).to_contain_text("Oak Street School")
    assert counsel.title().startswith("(3) ")


def test_an_acknowledgement_shows_on_the_other_desk_within_moments(
    counsel: Page, operations: Page, joined: Page
) -> None:
    code = report(joined)
    expect(operations.locator(row(operations, code))).to_contain_text("Nobody yet", timeout=3000)
    counsel.locator(row(counsel, code)).get_by_role("button").click()
    expect(counsel.get_by_text("Law Department duty counsel has it", exact=True)).to_be_visible()
    expect(operations.locator(row(operations, code))).to_contain_text("Law Department duty counsel", timeout=3000)
    expect(operations.locator(row(operations, code)).get_by_role("button")).to_be_hidden()


def test_a_button_of_a_row_that_came_live_works(counsel: Page, joined: Page) -> None:
    code = report(joined)
    counsel.locator(row(counsel, code)).get_by_role("button").click()
    expect(counsel.locator(".timeline")).to_contain_text("Daniel Osei, Law Department duty counsel has it")


def test_an_open_incident_says_that_something_changed_and_keeps_what_is_being_written(
    counsel: Page, operations: Page, joined: Page
) -> None:
    code = report(joined)
    for page in (counsel, operations):
        page.locator(row(page, code)).get_by_role("link").click()
        page.wait_for_url("**/board/incidents/*")
    operations.get_by_label("Note", exact=True).fill("Half a sentence")
    counsel.get_by_label("Note", exact=True).fill("Keep them outside.")
    counsel.get_by_role("button", name="Add the note").click()
    expect(counsel.locator(".timeline")).to_contain_text("Keep them outside.")
    expect(operations.locator("[data-news]")).to_be_visible(timeout=3000)
    expect(operations.get_by_label("Note", exact=True)).to_have_value("Half a sentence")


def test_the_board_is_worked_from_the_keyboard(counsel: Page, joined: Page) -> None:
    expect(counsel.locator("[data-keys]")).to_be_visible()
    code = report(joined)
    expect(counsel.locator(row(counsel, code))).to_be_visible(timeout=3000)
    counsel.keyboard.press("j")
    expect(counsel.locator("tbody tr").first.get_by_role("link")).to_be_focused()
    counsel.keyboard.press("j")
    expect(counsel.locator("tbody tr").nth(1).get_by_role("link")).to_be_focused()
    counsel.keyboard.press("k")
    counsel.keyboard.press("a")
    counsel.wait_for_url("**/board/incidents/*")
    expect(counsel.locator(".timeline")).to_contain_text("has it")
    counsel.goto("/board")
    counsel.keyboard.press("j")
    counsel.keyboard.press("Enter")
    counsel.wait_for_url("**/board/incidents/*")


def test_the_keys_can_be_turned_off_and_stay_off(counsel: Page) -> None:
    counsel.get_by_label("Keyboard on").uncheck()
    counsel.reload()
    counsel.keyboard.press("j")
    expect(counsel.locator("body")).to_be_focused()


def test_a_list_that_changes_leaves_the_focus_where_it_was(counsel: Page, joined: Page) -> None:
    counsel.keyboard.press("j")
    focused = counsel.evaluate("document.activeElement.closest('tr').dataset.id")
    code = report(joined)
    expect(counsel.locator(row(counsel, code))).to_be_visible(timeout=3000)
    assert counsel.evaluate("document.activeElement.closest('tr').dataset.id") == focused


def test_signing_out_in_one_tab_closes_the_board_in_the_other(counsel: Page) -> None:
    other = counsel.context.new_page()
    other.goto("/board")
    expect(other.locator("[data-live]")).to_have_text("Live")
    counsel.get_by_role("button", name="Sign out").click()
    counsel.wait_for_url("**/sign-in")
    other.wait_for_url("**/sign-in?next=*", timeout=8000)


def test_the_board_works_without_a_script(browser: Browser, server: Server, counsel: Page) -> None:
    state = counsel.context.storage_state()
    context: BrowserContext = browser.new_context(base_url=server.url, java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto("/board")
    page.locator("tbody tr").first.get_by_role("button").click()
    expect(page.locator(".timeline")).to_contain_text("has it")
    page.get_by_label("Note", exact=True).fill("Keep them outside.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator(".timeline")).to_contain_text("Keep them outside.")
    context.close()


def test_no_board_page_breaks_the_content_policy_or_overflows_a_phone(
    browser: Browser, server: Server, counsel: Page
) -> None:
    state = counsel.context.storage_state()
    context = browser.new_context(base_url=server.url, storage_state=state, viewport={"width": 360, "height": 740})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/board?tab=all")
    paths = [link.get_attribute("href") or "" for link in page.locator("tbody a.open").all()]
    for path in ["/board?tab=all", "/sign-in", "/join", *paths]:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
    assert said == []
    context.close()
