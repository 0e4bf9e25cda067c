"""Whose turn it is, under which number, and from which page: the outbox beside the plain way of test_outbox.py."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser import phones
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser

FLUSH = "self.GuidanceOutbox.flush().then(({ next }) => next - Date.now())"
CLOSE_ALL = """() => {
  const open = IDBFactory.prototype.open;
  const made = [];
  IDBFactory.prototype.open = function (...given) {
    const request = open.apply(this, given);
    request.addEventListener("success", () => made.push(request.result));
    return request;
  };
  self.closeAll = () => made.splice(0).forEach((each) => each.close());
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these."""
    with demo_server(tmp_path_factory.mktemp("outbox") / "data") as running:
        yield running


@pytest.fixture
def wired(browser: Browser, server: Server) -> Iterator[Page]:
    """An enrolled phone whose requests a test can answer itself: no service worker in between."""
    context = browser.new_context(base_url=server.url, service_workers="block", **PHONE)  # type: ignore[arg-type]
    context.add_init_script(f"({CLOSE_ALL})()")
    phones.enrol(context, server)
    page = context.new_page()
    page.goto("/en/report")
    yield page
    context.close()


def test_details_behind_a_waiting_alert_do_not_hurry_the_phone(wired: Page) -> None:
    phones.answer_with(wired, 500, "text/html", "")
    alert = phones.freeze(wired)
    phones.wait_for_state(wired, alert, "waiting")
    phones.freeze(wired, report=alert["report"], part="details")
    assert wired.evaluate(FLUSH) > 300


def test_an_alert_goes_before_older_details_of_another_report(wired: Page) -> None:
    wired.context.set_offline(True)
    for part in ("details", "details", "details", "details", "details", "alert"):
        last = phones.freeze(wired, part=part)
    asked: list[str] = []
    wired.on("request", lambda request: asked.append(request.url) if request.method == "PUT" else None)
    wired.context.set_offline(False)  # the page may send by itself from here on
    phones.kick(wired)
    wait_until(lambda: not phones.kept(wired, "outbox"), 15)
    assert last["report"] in asked[0]


def test_the_number_of_a_report_thrown_away_is_never_given_again(wired: Page, server: Server) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    wired.context.route(phones.PUT, lose)
    entry = phones.freeze(wired)
    phones.wait_for_state(wired, entry, "waiting")
    other = wired.context.new_page()
    other.goto("/en/my-reports")
    wait_until(lambda: phones.tries(wired, entry) == 2)
    other.locator("[data-discard]").click()
    other.get_by_text("may not have received it").wait_for()
    other.locator("[data-discard-sure]").click()
    wait_until(lambda: phones.state_of(wired, entry) == "gone")
    wired.context.unroute_all()
    again = phones.freeze(wired, report=entry["report"], facts={"danger": "yes"})
    assert again["revision"] == 2
    phones.wait_for_state(wired, again, "gone")
    assert phones.rows(server, "report_variants") == []


def test_a_number_that_the_server_has_with_other_content_is_changed_once(wired: Page, server: Server) -> None:
    entry = phones.freeze(wired)
    phones.wait_for_state(wired, entry, "gone")
    text = entry["text"].replace('"facts":{}', '"facts":{"danger":"yes"}')
    sha256 = wired.evaluate("text => self.GuidanceOutbox.digest(text)", text)
    phones.keep(wired, "outbox", {**entry, "text": text, "sha256": sha256, "state": "saved"})
    phones.kick(wired)
    wait_until(lambda: not phones.kept(wired, "outbox"), 15)
    bodies = [json.loads(each["body"]) for each in phones.rows(server, "report_revisions")
              if each["report_id"] == entry["report"]]  # fmt: skip
    assert [(each["revision"], each["facts"]) for each in bodies] == [(1, {}), (2, {"danger": "yes"})]
    assert [each["revision"] for each in phones.kept(wired, "receipts")[0]["revisions"]] == [1, 2]


@pytest.mark.parametrize("address", ["/en/ready", "/en/sources", "/join", "/en/nothing-here"])
def test_every_page_of_the_phone_sends_what_waits(wired: Page, server: Server, address: str) -> None:
    before = phones.report_ids(server)
    wired.context.set_offline(True)
    entry = phones.freeze(wired)
    phones.wait_for_state(wired, entry, "waiting")
    context = wired.context
    wired.close()
    context.set_offline(False)
    context.new_page().goto(address)
    wait_until(lambda: len(phones.sent_reports(server, before)) == 1, 15)


def test_a_connection_that_the_system_closed_is_opened_anew(wired: Page) -> None:
    wired.wait_for_timeout(500)
    wired.evaluate("self.closeAll()")
    entry = phones.freeze(wired)
    phones.wait_for_state(wired, entry, "gone")
    assert phones.kept(wired, "receipts")
