"""Steps that several browser tests of the guides share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.harness import Server

STORE = """store => new Promise((resolve, reject) => {
  const request = indexedDB.open("guidance");
  request.onupgradeneeded = () => request.transaction.abort();
  request.onerror = () => request.error.name === "AbortError" ? resolve([]) : reject(request.error);
  request.onsuccess = () => {
    const all = request.result.transaction(store).objectStore(store).getAll();
    all.onsuccess = () => { request.result.close(); resolve(all.result); };
  };
})"""
IN_CHARGE = """async () => {
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise(done => navigator.serviceWorker.addEventListener("controllerchange", done, {once: true}));
  }
}"""


@contextmanager
def demo_server(data: Path) -> Iterator[Server]:
    """A server with the demo city, for all tests of a module."""
    running = Server(data)
    running.prepare(demo=True)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def stored(page: Page, store: str) -> list[dict[str, Any]]:
    """Every record of a store of the phone's database."""
    found: list[dict[str, Any]] = page.evaluate(STORE, store)
    return found


def last_walk(page: Page) -> dict[str, Any]:
    """The walk that began last on this phone; one without entries when there is none."""
    return max(stored(page, "walks"), key=lambda walk: str(walk["started_at"]), default={"entries": []})


def given(walk: dict[str, Any]) -> list[tuple[str, str]]:
    """A walk's trail as (step, answer) pairs."""
    return [(entry["step"], entry["answer"]) for entry in walk["entries"]]


def tap(page: Page, answer: str) -> None:
    """Tap an answer of the step that shows."""
    page.locator(f"main > section:visible a[data-answer='{answer}']").tap()


def expect_step(page: Page, step: str) -> None:
    """The step or outcome that shows is this one, and it alone."""
    expect(page.locator(f"section#{step}")).to_be_visible()
    expect(page.locator("main > section:visible")).to_have_count(1)


def install(page: Page) -> None:
    """Open the home screen and wait until the phone keeps everything."""
    page.goto("/")
    page.evaluate(IN_CHARGE)
    expect(page.locator("[data-net]")).to_have_text("Works offline")


def let_idle_workers_go(page: Page) -> None:
    """Stop the workers that have nothing to do, as a browser does by itself after half a minute.

    With developer tools attached, as in these tests, Chromium keeps them, and a waiting worker waits for ever.
    """
    tools = page.context.new_cdp_session(page)
    tools.send("ServiceWorker.enable")
    tools.send("ServiceWorker.stopAllWorkers")
    tools.detach()


def join(page: Page, server: Server, site: str) -> None:
    """Enrol this phone at a site of the demo city."""
    link = next(word for word in server.run_command("join-link", site).split() if word.startswith("http"))
    page.goto(link)
    page.get_by_role("button", name="Join").click()
    page.wait_for_load_state()
