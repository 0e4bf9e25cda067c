"""Every screen of the product, as its own reader finds it in a demo city: for tests that look at all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import PHONE
from tests.browser.practise import open_class
from tests.harness import Server

COUNSEL = "counsel@city.example"
SUPERVISOR = "elm@schools.city.example"
TRAINER = "training@city.example"
PUPIL = "school-pupil-immigration-court"


@dataclass(frozen=True)
class Screen:
    """A name for reports, the address with `{locale}`, what to do there first; `tight`: many words, little room."""

    name: str
    path: str
    act: Callable[[Page], object] = lambda page: None
    tight: bool = False


def _tap(selector: str) -> Callable[[Page], object]:
    return lambda page: page.locator(selector).first.click()


FOR_ALL = (
    Screen("home", "/{locale}/", tight=True),
    Screen("step", "/{locale}/guide/inside#danger"),
    Screen("step with a drawing", "/{locale}/guide/visit#paper-top", tight=True),
    Screen("step with words to say", "/{locale}/guide/visit#identified"),
    Screen("outcome", "/{locale}/guide/inside#let-in", tight=True),
    Screen("outcome in danger", "/{locale}/guide/inside#safety-exit"),
    Screen("alert dialog", "/{locale}/guide/staging", _tap(".edge [data-alert]"), tight=True),
    Screen("guide records", "/{locale}/guide/records"),
    Screen("guide people first", "/{locale}/guide/people-first"),
    Screen("guide after", "/{locale}/guide/after"),
    Screen("report", "/{locale}/report", tight=True),
    Screen("my reports", "/{locale}/my-reports"),
    Screen("ready", "/{locale}/ready", tight=True),
    Screen("sources", "/{locale}/sources"),
    Screen("offline", "/{locale}/offline"),
    Screen("languages", "/{locale}/languages"),
    Screen("translations", "/{locale}/translations"),
    Screen("rights", "/{locale}/rights", tight=True),
    Screen("rights card", "/{locale}/rights/card"),
    Screen("poster", "/{locale}/poster/visit"),
    Screen("alert without script", "/{locale}/alert/visit"),
    Screen("practice", "/{locale}/practice", tight=True),
    Screen("practice guide", "/{locale}/practice/guide/visit?scenario=" + PUPIL),
    Screen("practice report", "/{locale}/practice/report"),
    Screen("practice debrief", "/{locale}/practice/debrief"),
    Screen("not found", "/{locale}/guide/nothing"),
    Screen("join", "/join"),
    Screen("practice join", "/practice/join"),
    Screen("sign in", "/sign-in"),
    Screen("verify", "/verify"),
)


def of_committee(page: Page, server: Server) -> tuple[Screen, ...]:
    """What counsel sees; `page` is signed in."""
    page.goto("/board")
    incident = page.locator("a[href^='/board/incidents/']").first.get_attribute("href")
    assert incident
    return (
        Screen("board", "/board", tight=True),
        Screen("incident", incident, tight=True),
        Screen("readiness", "/readiness"),
    )


def of_supervisor(page: Page, server: Server) -> tuple[Screen, ...]:
    """What a supervisor sees; `page` is signed in."""
    page.goto("/board")
    found = page.locator("a[href^='/board/sites/']").first.get_attribute("href")
    assert found
    return (Screen("join sheet", found),)


def of_trainer(page: Page, server: Server) -> tuple[Screen, ...]:
    """What a trainer sees, with a class and a draft of their own; `page` is signed in."""
    made = f"/trainer/classes/{open_class(server, (PUPIL,)).id}"
    page.goto("/trainer/scenarios")
    page.locator("form[action='/trainer/scenarios'] button").first.click()
    page.wait_for_url(re.compile("/trainer/scenarios/."))
    draft = re.sub(r"^https?://[^/]+", "", page.url)
    return (
        Screen("training", "/trainer"),
        Screen("class", made, tight=True),
        Screen("class code", f"{made}/code"),
        Screen("results", f"/trainer/results/{PUPIL}"),
        Screen("drafts", "/trainer/scenarios"),
        Screen("editor", draft),
    )


@contextmanager
def reader(browser: Browser, server: Server, email: str = "") -> Iterator[BrowserContext]:
    """A phone of somebody, signed in when `email` says who; without a service worker, so that pages come fresh."""
    context = browser.new_context(base_url=server.url, service_workers="block", **PHONE)  # type: ignore[arg-type]
    if email:
        page = context.new_page()
        page.goto(server.run_command("sign-in-link", email).splitlines()[0])
        page.locator("main form button").click()
        page.wait_for_url(re.compile("/board|/trainer"))
        page.close()
    yield context
    context.close()


def in_language(context: BrowserContext, server: Server, locale: str) -> None:
    """Choose the language, as the page of languages does."""
    context.add_cookies([{"name": "guidance-language", "value": locale, "url": server.url}])
