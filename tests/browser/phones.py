"""What a desk does with the phone, for the tests of alert, form and outbox, and a look into what the phone keeps."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from guidance.clock import SystemClock
from guidance.incident import desk
from guidance.people import join
from guidance.store import people, reports
from guidance.web import cookies
from tests.harness import Server, wait_until

UUID = "[0-9a-f]{8}-[0-9a-f-]{27}"
PUT = re.compile(f"/api/reports/{UUID}$")
UNDO_SECONDS = 5


def enrol(context: BrowserContext, server: Server, site_type: str = "school") -> None:
    """Make the phone one of a site of the demo city."""
    store = server.store()
    with store.transaction() as db:
        site = next(each for each in people.sites(db) if each.type == site_type)
        _device, token = join.enrol(db, SystemClock().now(), site, None)
    store.close()
    name = cookies.device_cookie(server.settings)
    context.add_cookies([{"name": name, "value": token, "url": server.url, "httpOnly": True, "sameSite": "Strict"}])


def works_offline(page: Page) -> None:
    """Wait until the phone keeps everything that it needs without a network."""
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def send_alert(page: Page) -> None:
    """Press, confirm, and let the five seconds pass."""
    page.locator(".edge [data-alert]").click()
    page.locator("[data-send]").click()
    page.locator('[data-part="sent"]').wait_for(timeout=(UNDO_SECONDS + 3) * 1000)


def finish_form(page: Page) -> None:
    """From any screen of the form: check, give one's word, send."""
    page.locator("[data-to-check]").click()
    page.locator("label.tick").click()
    page.locator("[data-next]").click()
    page.locator('[data-screen="sent"]').wait_for()


def kept(page: Page, store: str) -> list[dict[str, Any]]:
    """Every record of one of the phone's stores."""
    found: list[dict[str, Any]] = page.evaluate("s => import('/static/js/db.js').then(m => m.all(s))", store)
    return found


def keep(page: Page, store: str, record: dict[str, Any]) -> None:
    """Write a record as a damaged disk might leave it."""
    page.evaluate("([s, r]) => import('/static/js/db.js').then(m => m.put(s, r))", [store, record])


def freeze(page: Page, **members: Any) -> dict[str, Any]:
    """Put one alert (or other content) into the outbox at once, without the five seconds."""
    entry: dict[str, Any] = page.evaluate(
        """async members => {
          const outbox = await import('/static/js/outbox.js');
          const main = document.querySelector('[name="f-kind"][value="visit"]');
          const protocol = { id: 'visit', hash: main.dataset.hash };
          const usual = { report: crypto.randomUUID(), part: 'alert', kind: 'visit', locale: 'en', protocol };
          return outbox.freeze({ ...usual, trail: [], facts: {}, ...members });
        }""",
        members,
    )
    return entry


def kick(page: Page) -> None:
    """Press “try again now”."""
    page.evaluate("import('/static/js/outbox.js').then(m => m.kick({ now: true }))")


def state_of(page: Page, entry: dict[str, Any]) -> str:
    """The state of an outbox entry; `gone` once it has left."""
    return next((each["state"] for each in kept(page, "outbox") if each["id"] == entry["id"]), "gone")


def wait_for_state(page: Page, entry: dict[str, Any], state: str) -> None:
    """Wait until an entry is in a state."""
    wait_until(lambda: state_of(page, entry) == state, 15, 0.05)


def answer_with(page: Page, status: int, content_type: str, body: str) -> None:
    """From now on something answers every PUT of a report in the server's place."""

    def fulfil(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(status=status, content_type=content_type, body=body)
        else:
            route.continue_()

    page.unroute_all()
    page.route(PUT, fulfil)


def rows(server: Server, table: str) -> list[dict[str, Any]]:
    """Every row of one of the server's tables (incidents without those of the demo city)."""
    store = server.store()
    with store.reader() as db:
        found = [dict(row) for row in db.execute(f"SELECT * FROM {table}").fetchall()]
    store.close()
    return found


def sent_reports(server: Server, before: set[str]) -> list[dict[str, Any]]:
    """The reports that came in after `before` was taken."""
    return [each for each in rows(server, "reports") if each["id"] not in before]


def report_ids(server: Server) -> set[str]:
    """The reports that are there."""
    return {each["id"] for each in rows(server, "reports")}


def freeze_held(page: Page) -> dict[str, Any]:
    """An entry that is not due for minutes, and as if never tried: only “try again now” sends it."""
    answer_with(page, 500, "text/html", "")
    entry = freeze(page)
    wait_for_state(page, entry, "waiting")
    held = page.evaluate("Date.now()") + 200_000
    keep(page, "outbox", {**entry, "state": "waiting", "attempts": 0, "next_try_at": held})
    return entry


def tries(page: Page, entry: dict[str, Any]) -> int:
    """How often an entry was tried in vain; -1 once it has left."""
    return next((each["attempts"] for each in kept(page, "outbox") if each["id"] == entry["id"]), -1)


def answer_from_the_board(server: Server, report_id: str, words: str) -> None:
    """Somebody of the demo city takes the incident on and writes to the desk."""
    store = server.store()
    now = SystemClock().now()
    with store.transaction() as db:
        report = reports.find_report(db, report_id)
        assert report is not None
        person = db.execute("SELECT id FROM people LIMIT 1").fetchone()["id"]
        desk.acknowledge(db, now, report.incident_id, person)
        desk.add_note(db, now, report.incident_id, person, words)
    store.close()


def network_is_back(page: Page) -> None:
    """Wake the worker as the browser does when the network returns (Background Sync)."""
    session = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    for _ in range(50):
        if found:
            break
        page.wait_for_timeout(20)
    origin = page.evaluate("location.origin")
    asked = {"origin": origin, "registrationId": found[0]["registrationId"], "tag": "outbox", "lastChance": False}
    session.send("ServiceWorker.dispatchSyncEvent", asked)
