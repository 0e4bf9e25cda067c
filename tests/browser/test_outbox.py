"""Nothing that the phone says it keeps is lost, and nothing counts as received without the server's own receipt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser import phones
from tests.browser.conftest import PHONE
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def wired(browser: Browser, server: Server) -> Iterator[Page]:
    """An enrolled phone whose requests a test can answer itself: no service worker in between."""
    context = browser.new_context(base_url=server.url, service_workers="block", **PHONE)  # type: ignore[arg-type]
    phones.enrol(context, server)
    page = context.new_page()
    page.goto("/en/report")
    yield page
    context.close()


def test_what_was_saved_while_the_server_was_dead_arrives_once_when_it_is_back(
    phone_context: BrowserContext, server: Server
) -> None:
    before, incidents = phones.report_ids(server), len(phones.rows(server, "incidents"))
    phones.enrol(phone_context, server)
    page = phone_context.new_page()
    page.goto("/en/guide/visit")
    phones.works_offline(page)
    server.kill()
    phones.send_alert(page)
    page.get_by_text("It is saved on this phone").wait_for()
    page.locator("[data-add-details]").click()
    page.locator("label.chip", has_text="No, they left").click()
    phones.finish_form(page)
    assert {each["state"] for each in phones.kept(page, "outbox")} <= {"saved", "waiting", "sending"}
    server.start()
    phones.kick(page)
    wait_until(lambda: not phones.kept(page, "outbox"), 20)
    (report,) = phones.sent_reports(server, before)
    revisions = [each for each in phones.rows(server, "report_revisions") if each["report_id"] == report["id"]]
    assert [each["revision"] for each in revisions] == [1, 2]
    assert json.loads(revisions[1]["body"])["facts"]["still_there"] == "no"
    assert len(phones.rows(server, "incidents")) == incidents + 1
    (receipt,) = phones.kept(page, "receipts")
    assert {each["sha256"] for each in receipt["revisions"]} == {each["sha256"] for each in revisions}
    assert phones.kept(page, "drafts") == []


def test_the_worker_sends_what_waits_when_every_page_is_closed(phone_context: BrowserContext, server: Server) -> None:
    before = phones.report_ids(server)
    phones.enrol(phone_context, server)
    page = phone_context.new_page()
    page.goto("/en/report")
    phones.works_offline(page)
    server.kill()
    entry = phones.freeze(page)
    phones.wait_for_state(page, entry, "waiting")
    phones.keep(page, "outbox", {**entry, "state": "waiting", "next_try_at": page.evaluate("Date.now()") + 200_000})
    server.start()
    page.goto("/healthz")
    assert phones.report_ids(server) == before
    phones.network_is_back(page)
    wait_until(lambda: len(phones.sent_reports(server, before)) == 1)
    phones.wait_for_state(page, entry, "gone")


def test_two_tabs_that_send_at_the_same_moment_file_one_report(wired: Page, server: Server) -> None:
    before = phones.report_ids(server)
    other = wired.context.new_page()
    other.goto("/en/my-reports")
    asked: list[str] = []
    for page in (wired, other):
        page.on("request", lambda request: asked.append(request.url) if request.method == "PUT" else None)
    wired.context.set_offline(True)
    entries = [phones.freeze(wired) for _ in range(3)]
    wired.context.set_offline(False)
    flush = "Promise.all([1, 2, 3].map(() => self.GuidanceOutbox.flush({ now: true })))"
    wired.evaluate(f"void {flush}")
    other.evaluate(flush)
    wait_until(lambda: not phones.kept(wired, "outbox"), 15)
    assert {each["id"] for each in phones.sent_reports(server, before)} == {each["report"] for each in entries}
    landed = [url for url in asked if any(each["report"] in url for each in entries)]
    assert len(phones.kept(wired, "receipts")) == 3
    assert len(phones.rows(server, "report_variants")) == 0
    assert len(landed) <= 6, "the first try of each while offline, then one that arrived"


def test_an_answer_lost_on_the_way_back_is_asked_for_again(wired: Page, server: Server) -> None:
    before = phones.report_ids(server)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    wired.route(phones.PUT, lose)
    entry = phones.freeze(wired)
    phones.wait_for_state(wired, entry, "waiting")
    assert len(phones.sent_reports(server, before)) == 1
    wired.unroute_all()
    phones.kick(wired)
    phones.wait_for_state(wired, entry, "gone")
    assert len(phones.sent_reports(server, before)) == 1
    assert phones.kept(wired, "receipts")[0]["id"] == entry["report"]


def test_a_captive_portals_answer_is_never_a_receipt(wired: Page) -> None:
    entry = phones.freeze_held(wired)
    receipt = {"id": entry["report"], "revision": 1, "sha256": entry["sha256"], "received_at": "x", "code": "AAA-AAA"}
    lies = [
        (200, "text/html", "<h1>Welcome to Free WiFi</h1>"),
        (200, "application/json", '{"ok": true}'),
        (200, "application/json", "null"),
        (200, "application/json", "{"),
        (201, "application/json", json.dumps({**receipt, "sha256": "0" * 64})),
        (201, "application/json", json.dumps({**receipt, "revision": 2})),
        (200, "application/json", json.dumps({**receipt, "id": "another"})),
        (200, "text/html", json.dumps(receipt)),
        (202, "application/json", json.dumps(receipt)),
    ]
    for tries, (status, kind, body) in enumerate(lies, start=1):
        phones.answer_with(wired, status, kind, body)
        phones.kick(wired)
        wait_until(lambda tries=tries: phones.tries(wired, entry) == tries)
        assert phones.state_of(wired, entry) == "waiting", (status, kind, body)
        assert phones.kept(wired, "receipts") == []


def test_answers_about_the_moment_keep_the_report_for_later(wired: Page, server: Server) -> None:
    entry = phones.freeze_held(wired)
    problem = '{"title": "No", "status": 0}'
    answers = [(status, "application/problem+json", problem) for status in (401, 403, 404, 429, 500, 503, 507)]
    answers += [(status, "text/html", "<h1>proxy</h1>") for status in (400, 409, 413, 422, 502)]
    for tries, (status, kind, body) in enumerate(answers, start=1):
        phones.answer_with(wired, status, kind, body)
        phones.kick(wired)
        wait_until(lambda tries=tries: phones.tries(wired, entry) == tries)
        assert phones.state_of(wired, entry) == "waiting", (status, kind)
    (waiting,) = phones.kept(wired, "outbox")
    assert waiting["next_try_at"] - wired.evaluate("Date.now()") <= 300_000
    before = phones.report_ids(server)
    wired.unroute_all()
    phones.kick(wired)
    phones.wait_for_state(wired, entry, "gone")
    assert [each["id"] for each in phones.sent_reports(server, before)] == [entry["report"]]


def test_a_refused_report_needs_attention_and_can_be_exported(wired: Page) -> None:
    refused = phones.freeze(wired, facts={"officers_count": 1000})
    phones.wait_for_state(wired, refused, "needs_attention")
    other = phones.freeze(wired)
    phones.wait_for_state(wired, other, "gone")
    wired.goto("/en/my-reports")
    view = wired.locator(".entry-view")
    wait_until(lambda: view.count() == 1)
    view.get_by_text("Needs attention").wait_for()
    assert "/facts/officers_count" not in view.inner_text(), "no codes in plain sight"
    view.locator("[data-look]").click()
    assert "/facts/officers_count" in view.inner_text()
    with wired.expect_download() as download:
        view.locator("[data-export]").click()
    exported = json.loads(download.value.path().read_text())
    assert json.loads(exported["text"])["facts"] == {"officers_count": 1000}
    view.locator("[data-discard]").click()
    assert view.count() == 1, "one tap throws nothing away"
    view.locator("[data-discard-sure]").click()
    wait_until(lambda: view.count() == 0)


def test_other_content_under_a_revision_is_kept_on_both_sides(wired: Page, server: Server) -> None:
    first = phones.freeze(wired)
    phones.wait_for_state(wired, first, "gone")
    text = first["text"].replace('"kind":"visit"', '"kind":"inside"')
    sha256 = wired.evaluate("text => self.GuidanceOutbox.digest(text)", text)
    phones.keep(wired, "outbox", {**first, "text": text, "sha256": sha256, "state": "saved"})
    phones.kick(wired)
    phones.wait_for_state(wired, first, "gone")
    assert [each["sha256"] for each in phones.rows(server, "report_variants")] == [sha256]
    wait_until(lambda: not phones.kept(wired, "outbox"), 15)


def test_a_damaged_entry_holds_up_no_other(wired: Page) -> None:
    wired.context.set_offline(True)
    healthy = phones.freeze(wired)
    whole = phones.freeze(wired)
    usual = {**whole, "state": "saved", "next_try_at": 0}
    damaged: list[dict[str, Any]] = [
        {**usual, "id": "a/1", "report": "a", "text": whole["text"].replace("visit", "visiT")},
        {**usual, "id": "b/1", "report": "b", "text": None},
        {**usual, "id": "c/1", "report": "c", "sha256": 7},
        {**usual, "id": "d/2", "report": "d"},
        {"id": "e/1"},
        {"id": "f", "report": {"not": "text"}, "revision": "x", "created_at": 3},
    ]
    for each in damaged:
        phones.keep(wired, "outbox", each)
    wired.context.set_offline(False)
    phones.kick(wired)
    phones.wait_for_state(wired, healthy, "gone")
    phones.wait_for_state(wired, whole, "gone")
    for each in damaged:
        phones.wait_for_state(wired, each, "needs_attention")
    wired.goto("/en/my-reports")
    wait_until(lambda: wired.locator(".entry-view").count() == len(damaged))
    wired.locator("[data-look]").first.click()
    assert wired.locator("[data-raw]:visible").count() == 1


def test_details_wait_for_their_alert_but_not_for_a_refused_one(wired: Page) -> None:
    phones.answer_with(wired, 500, "text/html", "")
    alert = phones.freeze(wired)
    details = phones.freeze(wired, report=alert["report"], part="details")
    assert details["revision"] == 2
    phones.wait_for_state(wired, alert, "waiting")
    wired.evaluate("self.GuidanceOutbox.flush({ now: true })")
    assert phones.state_of(wired, details) == "saved", "nothing is sent before the alert"
    (entry,) = [each for each in phones.kept(wired, "outbox") if each["id"] == alert["id"]]
    phones.keep(wired, "outbox", {**entry, "sha256": "damaged"})
    wired.unroute_all()
    phones.kick(wired)
    phones.wait_for_state(wired, details, "gone")
    assert phones.state_of(wired, alert) == "needs_attention"


def test_an_undone_alert_sends_nothing(wired: Page, server: Server) -> None:
    before = phones.report_ids(server)
    wired.goto("/en/guide/visit")
    wired.locator(".edge [data-alert]").click()
    wired.locator("[data-send]").click()
    wait_until(lambda: len(phones.kept(wired, "outbox")) == 1)
    phones.kick(wired)
    wired.wait_for_timeout(400)
    wired.locator("[data-undo]").click()
    wired.get_by_text("Undone. Nothing was sent.").wait_for()
    wired.wait_for_timeout((phones.UNDO_SECONDS + 1) * 1000)
    phones.kick(wired)
    assert phones.kept(wired, "outbox") == []
    assert phones.report_ids(server) == before


def test_a_confirmed_alert_survives_the_tabs_death_within_the_five_seconds(wired: Page, server: Server) -> None:
    before = phones.report_ids(server)
    wired.goto("/en/guide/visit")
    wired.locator(".edge [data-alert]").click()
    wired.locator("[data-send]").click()
    wait_until(lambda: len(phones.kept(wired, "outbox")) == 1)
    context = wired.context
    wired.close()
    later = context.new_page()
    later.goto("/en/")
    wait_until(lambda: len(phones.sent_reports(server, before)) == 1, phones.UNDO_SECONDS + 10)


def test_an_alert_from_home_asks_what_happens_and_the_guide_goes_on_with_it(wired: Page) -> None:
    wired.goto("/en/")
    wired.locator(".edge [data-alert]").click()
    wired.locator("[data-choice]").first.wait_for()
    assert wired.locator("[data-choice]:visible").count() == 4
    wired.locator('[data-choice="visit"]').click()
    wired.locator("[data-send]").click()
    wired.get_by_text("Received").wait_for(timeout=15_000)
    (receipt,) = phones.kept(wired, "receipts")
    wired.goto("/en/guide/visit")
    wired.locator(".edge [data-alert]", has_text="Alert sent").wait_for()
    wait_until(lambda: [each["report_id"] for each in phones.kept(wired, "walks")] == [receipt["id"]])


def test_a_phone_that_has_not_joined_is_told_to_call_before_and_after(
    phone_context: BrowserContext, server: Server
) -> None:
    page = phone_context.new_page()
    page.goto("/en/guide/visit")
    page.locator(".edge [data-alert]").click()
    page.locator('[data-part="confirm"]').get_by_text("wakes nobody").wait_for()
    page.locator("[data-send]").click()
    page.get_by_text("kept as unverified. Call now").wait_for(timeout=15_000)
    assert phones.kept(page, "receipts")[0]["verified"] is False


def test_the_phone_shows_who_has_the_alert_and_what_they_say(wired: Page, server: Server) -> None:
    wired.goto("/en/guide/visit")
    phones.send_alert(wired)
    wired.get_by_text("Received").wait_for()
    phones.answer_from_the_board(server, phones.kept(wired, "receipts")[0]["id"], "I ring you in two minutes.")
    wired.get_by_text(" has it, ").first.wait_for(timeout=8000)
    wired.get_by_text("I ring you in two minutes.").first.wait_for()


def test_pages_and_outbox_make_the_same_database(wired: Page) -> None:
    outbox = "import('/static/js/outbox-pump.js').then(() => self.GuidanceOutbox.entries())"
    made = []
    for first in ("import('/static/js/db.js').then(m => m.all('site'))", outbox):
        wired.goto("/healthz")
        wired.evaluate("new Promise(done => { indexedDB.deleteDatabase('guidance').onsuccess = () => done(); })")
        wired.evaluate(f"{first}.then(() => null)")
        made.append(wired.evaluate(SCHEMA))
    assert made[0] == made[1]


SCHEMA = """new Promise(done => {
  indexedDB.open('guidance').onsuccess = event => {
    const database = event.target.result;
    const names = [...database.objectStoreNames];
    const paths = names.map(name => [name, database.transaction(name).objectStore(name).keyPath]);
    const version = database.version;
    database.close();
    done({ version, paths });
  };
})"""

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
WHOLE = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
BODIES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=25,
)
CANONICAL = "bodies => import('/static/js/canonical.js').then(m => bodies.map(each => m.canonical(JSON.parse(each))))"


def test_the_phone_writes_the_same_canonical_text_as_the_server(wired: Page) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(BODIES, min_size=20, max_size=40))
    def agree(bodies: list[Any]) -> None:
        found = wired.evaluate(CANONICAL, [json.dumps(each) for each in bodies])
        assert found == [rfc8785.dumps(each).decode() for each in bodies]

    agree()


def test_the_phone_refuses_what_a_body_never_holds(wired: Page) -> None:
    refused = ["1.5", "9007199254740993", "NaN", "undefined", '"\\ud83d"', "{ a: undefined }", "[new Date()]"]
    for each in refused:
        with pytest.raises(Exception, match="TypeError"):
            wired.evaluate(f"import('/static/js/canonical.js').then(m => m.canonical({each}))")
