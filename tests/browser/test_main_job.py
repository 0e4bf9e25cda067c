"""The main job from the first tap to the answer on the phone, with real processes and real browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from guidance.protocol.load import load_folder
from guidance.protocol.paths import paths
from guidance.settings import ROOT
from guidance.store import incidents, people
from tests.browser.committee import COUNSEL, Committee, described
from tests.fakes.push_service import FakePushService
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def service(tmp_path: Path) -> Iterator[FakePushService]:
    with FakePushService(tmp_path / "push") as running:
        yield running


@pytest.fixture
def server(tmp_path: Path, service: FakePushService) -> Iterator[Server]:
    environment = {
        "GUIDANCE_TEST_CLOCK": "1",
        "GUIDANCE_PUSH_HOSTS": f"localhost:{service.port}",
        "GUIDANCE_PUSH_CA_FILE": service.ca_file,
        "GUIDANCE_PUBLIC_CONTACT": "mailto:test@city.example",
    }
    running = Server(tmp_path / "data", environment)
    running.prepare(demo=True)
    running.start()
    running.start_worker()
    yield running
    running.stop()


@pytest.fixture
def counsel(browser: Browser, server: Server, service: FakePushService) -> Iterator[Committee]:
    made = Committee(browser, server, service, COUNSEL)
    yield made
    made.close()


def join(phone: Page, server: Server, site: str = "Oak Street School") -> None:
    link = re.search(r"\S+/join/\S+", server.run_command("join-link", site))
    assert link
    phone.goto(link[0])
    phone.locator("main form button").click()
    phone.goto("/")
    expect(phone.locator("[data-where]")).to_contain_text(site)


def keep_offline(phone: Page) -> None:
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null")


def walk_to(phone: Page, outcome: str) -> None:
    """Tap through `visit` from the home screen; the phone answers the question about the place by itself."""
    visit = load_folder(ROOT / "protocols").protocols["visit"]
    path = next(path for path in paths(visit, "school") if path.outcome == outcome)
    phone.locator('a.answer[href$="/guide/visit"]').click()
    for step, answer in path.taken:
        if not step.place:
            phone.locator(f'section#{step.id} a[data-answer="{answer.id}"]').click()
    expect(phone.locator(f"section#{outcome}")).to_be_visible()


def send_alert(phone: Page) -> None:
    phone.locator("footer [data-alert]").click()
    phone.locator("[data-send]").click()


def incidents_now(server: Server) -> list[incidents.IncidentRow]:
    with server.store().reader() as db:
        return incidents.newest_incidents(db)


def test_from_a_dead_network_to_counsels_answer_on_the_phone(
    phone: Page, server: Server, counsel: Committee, service: FakePushService
) -> None:
    before = len(incidents_now(server))
    join(phone, server)
    keep_offline(phone)
    server.kill()

    phone.goto("/")
    walk_to(phone, "agency-paper")
    send_alert(phone)
    expect(phone.locator("#alert-dialog [data-part=sent]")).to_be_visible(timeout=10_000)
    assert counsel.pushes == []

    server.start()
    phone.evaluate("() => dispatchEvent(new Event('online'))")
    wait_until(lambda: counsel.pushes, 15)
    assert len(incidents_now(server)) == before + 1
    incident = incidents_now(server)[0]
    with server.store().reader() as db:
        site = people.site(db, incident.site_id or "")
        (received,) = [e for e in incidents.events_of(db, incident.id) if e.kind == "report_received"]
    assert site is not None and site.name == "Oak Street School"
    assert received.data["trail_problem"] == ""
    assert incident.urgency == "urgent"
    assert described(counsel.pushes)[0]["id"] == incident.id

    counsel.page.goto("/board")
    counsel.deliver(counsel.pushes[0].plaintext)
    (shown,) = counsel.notifications()
    assert site.name not in shown["title"] + shown["body"]
    (opened,) = counsel.click(shown["tag"])
    assert opened == f"/board/incidents/{incident.id}"
    counsel.page.goto(opened)
    expect(counsel.page.locator("main")).to_contain_text("Oak Street School")
    counsel.page.get_by_role("button", name="I have it").click()

    dialog = phone.locator("#alert-dialog")
    expect(dialog).to_contain_text(incident.code, timeout=15_000)
    expect(dialog).to_contain_text("Law Department duty counsel", timeout=15_000)

    note = counsel.page.locator("textarea").first
    note.fill("Stay at the desk. I am on my way.")
    note.locator("xpath=ancestor::form").locator("button").first.click()
    expect(dialog).to_contain_text("Stay at the desk.", timeout=15_000)
    assert len(described(counsel.pushes)) == 1
    assert service.refusals == []


def test_a_push_that_cannot_be_read_still_shows_that_somebody_is_needed(counsel: Committee) -> None:
    counsel.page.goto("/board")
    for unreadable in (b"", b"not json", b"[1]", b'{"id": "../../evil", "urgency": 7}'):
        counsel.deliver(unreadable)
    counsel.page.wait_for_timeout(300)
    shown = counsel.notifications()
    assert shown and all(each["title"] for each in shown)
    assert all(each["data"]["path"] == "/board" for each in shown)


def test_nothing_of_a_signed_in_person_is_in_the_service_workers_cache(counsel: Committee, server: Server) -> None:
    counsel.page.goto("/board")
    counsel.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    for incident in incidents_now(server):
        counsel.page.goto(f"/board/incidents/{incident.id}")
    counsel.page.goto("/board")
    kept: str = counsel.page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              found.push(request.url, await (await cache.match(request)).text());
            }
          }
          return found.join("\\n");
        }"""
    )
    assert "/en/guide/visit" in kept
    for secret in ("/board", "/api/", "Oak Street School", *(incident.code for incident in incidents_now(server))):
        assert f"{server.url}{secret}" not in kept if secret.startswith("/") else secret not in kept
