"""What a trainee does with the phone, for the browser tests of practice."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, Page, Request, expect

from guidance.clock import SystemClock
from guidance.keys import load_keys
from guidance.practice import classes
from guidance.practice.scenario import Scenario
from guidance.store import people
from guidance.store.practice_classes import ClassRow
from guidance.web import cookies
from tests.browser.guide import expect_step
from tests.harness import Server

TRAINER = "training@city.example"


def requests_of(context: BrowserContext) -> list[Request]:
    """Everything that this phone asks any server from now on, pages and service worker alike."""
    found: list[Request] = []
    context.on("request", lambda request: found.append(request))
    return found


def writes(requests: list[Request]) -> list[tuple[str, str]]:
    """What was not only read: method and path, ids left out."""
    paths = [(each.method, re.sub(r"[0-9a-f-]{36}", "…", each.url.split("/", 3)[3])) for each in requests]
    return [(method, f"/{path}") for method, path in paths if method != "GET"]


def begin(page: Page, scenario: Scenario) -> None:
    """Open a scenario's guide and close its card."""
    page.goto(f"/en/practice/guide/{scenario.protocol}?scenario={scenario.id}")
    page.locator("#facts [data-close]").click()
    expect(page.locator("#facts")).not_to_be_visible()


def go_on(page: Page) -> None:
    """Read and close whatever happens at this moment."""
    page.wait_for_timeout(80)
    while page.locator("#event").is_visible():
        page.locator("#event [data-close]").click()
        page.wait_for_timeout(480)


def answer(page: Page, step: str, given: str) -> None:
    """Give an answer or interrupt at a step."""
    expect_step(page, step)
    go_on(page)
    offered = page.locator(f"section#{step} a[data-answer='{given}']")
    (offered if offered.count() else page.locator(f".edge a[data-answer='{given}']")).click()


def walk(page: Page, scenario: Scenario, path: tuple[tuple[str, str], ...] | None = None) -> None:
    """Walk the expected path or another one; the scenario answers the question about the place by itself."""
    for step, given in path or scenario.expected.path:
        if step != "place":
            answer(page, step, given)
    page.wait_for_timeout(450)
    go_on(page)


def send_alert(page: Page) -> None:
    """Press, confirm, and let the five seconds pass."""
    page.locator(".edge [data-practice-alert]").click()
    page.locator("#practice-alert [data-send]").click()
    page.locator('#practice-alert [data-part="sent"]').wait_for(timeout=8_000)


def report(page: Page) -> None:
    """Write the practice report with one fact and send it."""
    page.locator("section:visible [data-details]").click()
    page.locator("[data-field=officers_count] [data-more]").click()
    page.locator("[data-send]").click()
    page.locator("[data-page] [data-verdict]").wait_for()


def finish(page: Page) -> None:
    """End without a report."""
    page.locator("section:visible [data-end]").click()
    page.locator("[data-page] [data-verdict]").wait_for()


def open_class(server: Server, scenarios: tuple[str, ...], kind: str = "class") -> ClassRow:
    """A class of the demo city's trainer."""
    store = server.store()
    with store.transaction() as db:
        trainer = people.person_by_email(db, TRAINER)
        assert trainer is not None
        made = classes.make_class(db, SystemClock().now(), trainer, "Morning", kind, scenarios)
        classes.make_code(db, SystemClock().now(), load_keys(server.settings.keys).secret, made, trainer.id)
    store.close()
    return made


def into_class(context: BrowserContext, server: Server, found: ClassRow, nickname: str) -> None:
    """Make the phone a trainee's."""
    store = server.store()
    with store.transaction() as db:
        _participant, token = classes.join(db, SystemClock().now(), found, nickname, None)
    store.close()
    assert token is not None
    name = cookies.class_cookie(server.settings)
    context.add_cookies([{"name": name, "value": token, "url": server.url, "httpOnly": True, "sameSite": "Strict"}])


def reveal(server: Server, found: ClassRow, number: int, shelf: Any) -> None:
    """The trainer shows the next thing that happens."""
    store = server.store()
    with store.transaction() as db:
        trainer = people.person_by_email(db, TRAINER)
        assert trainer is not None
        classes.reveal(db, SystemClock().now(), trainer, found, number, shelf)
    store.close()
