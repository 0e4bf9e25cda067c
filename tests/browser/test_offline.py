from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.guide import demo_server, expect_step, given, install, join, last_walk, tap
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these; each test finds it running, though another may have killed it."""
    with demo_server(tmp_path_factory.mktemp("offline") / "data") as running:
        yield running


@pytest.fixture
def server(one_server: Server) -> Server:
    """The server, alive."""
    if one_server.web is None:
        one_server.start()
    return one_server


CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push([name, new URL(request.url).pathname]);
  }
  return found;
}"""
LISTED = """async () => {
  const script = await (await fetch("/service-worker.js")).text();
  const build = JSON.parse(script.slice("const BUILD = ".length, script.indexOf(";\\n")));
  const pages = await (await fetch("/en/kept.json")).json();
  return [...build.files, ...pages.files].map(file => file.url).concat("/en/kept.json");
}"""


def reopened(phone: Page) -> Page:
    """Close the app and open it again: nothing of the page's memory is left."""
    context = phone.context
    phone.close()
    return context.new_page()


def test_with_the_server_dead_the_phone_opens_and_walks_a_guide_to_its_end(phone: Page, server: Server) -> None:
    install(phone)
    server.kill()
    page = reopened(phone)
    page.goto("/")
    expect(page.get_by_role("heading", name="What is happening?")).to_be_visible()
    page.locator("a[data-guide=visit]").tap()
    expect_step(page, "danger")
    for answer in ("no", "non-local", "yes", "school"):
        tap(page, answer)
    page.locator(".edge [data-answer=emergency]").tap()
    expect_step(page, "emergency-claimed")
    expect(page.locator("#emergency-claimed .do li").first).to_be_visible()
    wait_until(lambda: [answer for _, answer in given(last_walk(page))][-1:] == ["emergency"])
    assert last_walk(page)["outcome"] == "emergency-claimed"


def test_a_deep_link_and_every_kept_page_open_with_the_server_dead(phone: Page, server: Server) -> None:
    install(phone)
    server.kill()
    page = reopened(phone)
    for name, heading in {
        "en/guide/visit#who": "Who are they?",
        "en/ready": "Is this phone ready?",
        "en/sources": "Sources",
        "en/offline?from=somewhere": "This page needs a network",
    }.items():
        page.goto(f"/{name}")
        expect(page.locator("h1:visible")).to_have_text(heading)


def test_a_page_that_is_not_kept_shows_what_works_without_a_network(phone: Page, server: Server) -> None:
    install(phone)
    server.kill()
    phone.goto("/board")
    expect(phone.locator("h1")).to_have_text("This page needs a network")
    expect(phone.locator("[data-net]")).to_be_visible()
    phone.get_by_role("link", name="Officers are here").tap()
    expect_step(phone, "danger")


def test_the_phone_says_offline_in_words(phone: Page) -> None:
    install(phone)
    phone.context.set_offline(True)
    expect(phone.locator("[data-net]")).to_have_text("Offline")
    phone.context.set_offline(False)
    expect(phone.locator("[data-net]")).to_have_text("Works offline")


def test_ready_tells_what_is_kept_and_mends_what_the_browser_dropped(phone: Page) -> None:
    install(phone)
    phone.goto("/en/ready")
    kept = phone.locator("[data-check=offline]")
    expect(kept).to_have_class("yes")
    phone.evaluate("async () => (await caches.open((await caches.keys())[0])).delete('/en/guide/visit')")
    phone.reload()
    expect(kept).to_have_class("no")
    expect(kept).to_contain_text("1 of ")
    kept.get_by_role("button").tap()
    expect(kept).to_have_class("yes")


def test_ready_names_the_site_of_a_joined_phone_without_a_network(phone: Page, server: Server) -> None:
    install(phone)
    phone.goto("/en/ready")
    expect(phone.locator("[data-check=site]")).to_have_class("no")
    with server.store().reader() as db:
        site = db.execute("SELECT id, name FROM sites LIMIT 1").fetchone()
    join(phone, server, site["id"])
    phone.goto("/en/ready")
    expect(phone.locator("[data-check=site]")).to_contain_text(site["name"])
    server.kill()
    phone.reload()
    expect(phone.locator("[data-check=site]")).to_contain_text(site["name"])
    expect(phone.locator("[data-where]")).to_have_text(site["name"])


def test_only_the_listed_files_are_ever_kept(phone: Page, server: Server) -> None:
    install(phone)
    with server.store().reader() as db:
        site = db.execute("SELECT id FROM sites LIMIT 1").fetchone()
    join(phone, server, site["id"])
    for name in ("/", "/en/guide/visit.json", "/api/device", "/en/alert/visit", "/board", "/en/report", "/healthz"):
        phone.goto(name)
    phone.goto("/en/ready")
    cached = phone.evaluate(CACHED)
    assert {url for _, url in cached} == set(phone.evaluate(LISTED))
    assert len({name for name, _ in cached}) == 1


def test_the_worker_leaves_everything_that_is_not_get_to_the_network(phone: Page, server: Server) -> None:
    install(phone)
    server.kill()
    for method in ("PUT", "POST", "DELETE"):
        outcome = phone.evaluate(
            "method => fetch('/en/', {method}).then(answer => answer.status, error => error.name)", method
        )
        assert outcome == "TypeError", method


@pytest.mark.parametrize(
    ("payload", "title", "path"),
    [
        ('{"v":1,"kind":"visit","id":"0190f3a2-0000","urgency":"urgent","exercise":false}', "An incident needs you",
         "/board/incidents/0190f3a2-0000"),
        ('{"v":1,"kind":"visit","id":"0190f3a2-0001","urgency":"normal","exercise":true}',
         "EXERCISE: An incident needs you", "/board/incidents/0190f3a2-0001"),
        ('{"v":1,"kind":"","id":"0190f3a2-0002","urgency":"urgent","exercise":false,"count":12}',
         "An incident needs you", "/board"),
        ("not json", "An incident needs you", "/board"),
        ("[1]", "An incident needs you", "/board"),
        ('{"id":"../../evil"}', "An incident needs you", "/board"),
        ("", "An incident needs you", "/board"),
    ],
)  # fmt: skip
def test_every_push_shows_a_notification(phone: Page, server: Server, payload: str, title: str, path: str) -> None:
    phone.context.grant_permissions(["notifications"], origin=server.url)
    install(phone)
    deliver(phone, server, payload)
    shown: list[dict[str, Any]] = []

    def appears() -> bool:
        shown[:] = phone.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
              .map(({title, data, body}) => ({title, data, body}))"""
        )
        return bool(shown)

    wait_until(appears, 30)
    assert [(each["title"], each["data"]["path"]) for each in shown] == [(title, path)]
    assert "site" not in json.dumps(shown).lower()
    assert ("Alerts that came while alerts were off: 12" in shown[0]["body"]) == ("count" in payload)


def deliver(phone: Page, server: Server, payload: str) -> None:
    """Hand a decrypted push to the service worker, as the browser would."""
    tools = phone.context.new_cdp_session(phone)
    found: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(each["registrationId"] for each in event["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    while not found:
        phone.wait_for_timeout(50)
    message = {"origin": server.url, "registrationId": found[0], "data": payload}
    tools.send("ServiceWorker.deliverPushMessage", message)
