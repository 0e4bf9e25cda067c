"""What answers between the phone and the City mean: each is named, nothing is lost, and the plain page is offered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import phones
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser

HTML, OURS = "text/html", "application/problem+json"
TABLE = {
    (200, HTML): "portal", (203, HTML): "portal", (200, "application/json"): "portal", (511, HTML): "portal",
    (407, HTML): "proxy",
    **{(status, HTML): "blocked" for status in (400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 413, 414, 415, 417,
                                                418, 422, 426, 431, 451, 501)},
    (403, OURS): "blocked", (405, OURS): "blocked", (501, OURS): "busy", (401, OURS): "busy", (404, OURS): "busy",
    **{(status, kind): "busy" for status in (408, 421, 423, 425, 429, 500, 502, 503, 504, 507, 520, 599)
       for kind in (HTML, OURS)},
    **{(status, OURS): "refused" for status in (400, 409, 413, 415, 422)},
}  # fmt: skip
JUDGE = """table => table.map(([status, type]) => {
  const entry = { report: 'r', revision: 1, sha256: 's', lane: 'report' };
  const text = '{"title": "No", "status": 0}';
  const response = new Response(text, { status, headers: { 'Content-Type': type } });
  const said = self.GuidanceAnswers.judged(entry, response, text);
  return said.receipt ? 'receipt' : said.refusal ? 'refused' : said.why;
})"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these."""
    with demo_server(tmp_path_factory.mktemp("blocked") / "data") as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """An enrolled phone whose requests a test can answer itself."""
    context = browser.new_context(base_url=server.url, service_workers="block", **PHONE)  # type: ignore[arg-type]
    phones.enrol(context, server)
    opened = context.new_page()
    opened.clock.install()
    opened.goto("/en/guide/visit")
    yield opened
    context.close()


def alert(page: Page) -> None:
    """Press, send, and let the seconds pass."""
    page.locator(".edge [data-alert]").click()
    page.locator('[data-part="confirm"] [data-send]').click()
    page.locator("[data-undo]").wait_for()
    page.clock.fast_forward(phones.UNDO_SECONDS * 1000 + 500)


def test_every_answer_has_one_meaning_and_none_but_ours_is_a_refusal(page: Page) -> None:
    page.wait_for_function("() => Boolean(self.GuidanceAnswers)")
    found = page.evaluate(JUDGE, [list(each) for each in TABLE])
    assert dict(zip(TABLE, found, strict=True)) == TABLE


@pytest.mark.parametrize(
    ("status", "words"),
    [(405, "refuses it (answer 405)"), (407, "A proxy on this network"), (511, "wants you to sign in first")],
)
def test_a_block_is_named_and_the_plain_page_files_the_same_report(
    page: Page, server: Server, status: int, words: str
) -> None:
    before = phones.report_ids(server)
    phones.answer_with(page, status, "text/html", "<h1>No</h1>")
    alert(page)
    sent = page.locator('[data-part="sent"]')
    sent.get_by_text("The network blocks it").wait_for()
    sent.get_by_text(words).wait_for()
    sent.get_by_text("It is saved on this phone").wait_for()
    (entry,) = phones.kept(page, "outbox")
    sent.get_by_role("link", name="Send the alert on a plain page").click()
    page.get_by_role("button", name="Send the alert").click()
    page.get_by_text("Received").wait_for()
    (report,) = phones.sent_reports(server, before)
    assert report["id"] == entry["report"]
    page.unroute_all()
    page.goto("/en/my-reports")
    wait_until(lambda: not phones.kept(page, "outbox"), 15)
    assert len(phones.sent_reports(server, before)) == 1


def test_a_redirect_to_a_sign_in_page_is_named_and_my_reports_offers_the_plain_page(page: Page) -> None:
    page.route(phones.PUT, lambda route: route.fulfill(status=302, headers={"Location": "http://portal.test/login"}))
    alert(page)
    page.locator('[data-part="sent"]').get_by_text("wants you to sign in first").wait_for()
    page.goto("/en/my-reports")
    view = page.locator(".entry-view")
    view.get_by_text("The network blocks it").wait_for()
    assert view.get_by_role("link", name="Send the alert on a plain page").is_visible()


def test_a_busy_service_is_not_called_a_missing_network(page: Page) -> None:
    phones.answer_with(page, 503, "text/html", "")
    alert(page)
    page.locator('[data-part="sent"]').get_by_text("Not received yet").wait_for()
    assert page.locator('[data-part="sent"]').get_by_text("Waiting for the network").count() == 0
