"""What a phone feels: bytes of a first visit, tap to next step on a slow processor, cold start with the server dead."""

from __future__ import annotations

import statistics
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from bench.rows import Row, percentile
from guidance.protocol.load import load_folder
from guidance.settings import ROOT
from guidance.translations.languages import CODES
from tests.browser.conftest import PHONE, QUIET, chromium_path
from tests.harness import Server

GUIDE = "/en/guide/visit"
PROTOCOLS = tuple(load_folder(ROOT / "protocols").protocols)
TAPS, STARTS, SLOWDOWN = 40, 10, 4

# From the tap to the first frame in which the next step stands.
TAP = """() => new Promise((resolve) => {
  const shown = [...document.querySelectorAll("section.step")].find((each) => each.offsetParent);
  const link = [...shown.querySelectorAll("a.answer[data-answer]")].find((each) => each.offsetParent);
  const begun = performance.now();
  const look = () => (shown.offsetParent ? requestAnimationFrame(look)
    : requestAnimationFrame(() => resolve(performance.now() - begun)));
  link.click();
  requestAnimationFrame(look);
})"""


def measure() -> list[Row]:
    """Run the three measurements on one server."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "data")
        server.prepare()
        server.start()
        try:
            context = _phone(playwright, server, Path(folder) / "profile")
            rows = [*_first_visit(context, server), *_taps(context), *_cold_starts(playwright, context, server, folder)]
        finally:
            server.stop()
    return rows


def _phone(playwright: Playwright, server: Server, profile: Path) -> BrowserContext:
    arguments: dict[str, Any] = {"executable_path": chromium_path(), "args": QUIET, "base_url": server.url, **PHONE}
    return playwright.chromium.launch_persistent_context(str(profile), **arguments)


def _first_visit(context: BrowserContext, server: Server) -> list[Row]:
    """Page, style and script of a guide as they cross the network, bodies only: those that the page loads by itself,
    and what it fetches once it has come to rest (the alert's machinery)."""
    page = context.new_page()
    asked: list[tuple[str, bool]] = []
    loaded: list[bool] = []
    kinds = {"document", "stylesheet", "script"}
    page.on("load", lambda _page: loaded.append(True))
    page.on(
        "request",
        lambda request: asked.append((request.url, bool(loaded))) if request.resource_type in kinds else None,
    )
    page.goto(GUIDE)
    page.wait_for_timeout(1500)
    page.close()
    first = {address for address, late in asked if not late}
    late = {address for address, late in asked if late and "service-worker" not in address} - first
    around = _weight(first - {server.url + GUIDE})
    guides = {(code, id): _weight({f"{server.url}/{code}/guide/{id}"}) for code in CODES for id in PROTOCOLS}
    heaviest = max(guides, key=lambda each: guides[each])
    return [
        Row("first visit of a guide: page, style, script, compressed", _weight(first), "KiB", 40.0),
        Row(
            f"  the heaviest of all guides and languages: {' '.join(heaviest)}", guides[heaviest] + around, "KiB", 40.0
        ),
        Row("  of which the page", _weight({server.url + GUIDE}), "KiB"),
        Row("  fetched at rest: the alert and the outbox", _weight(late), "KiB"),
    ]


def _weight(addresses: set[str]) -> float:
    return sum(_compressed(address) for address in addresses) / 1024


def _compressed(address: str) -> int:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request) as answer:
        return len(answer.read())


def _taps(context: BrowserContext) -> list[Row]:
    page = context.new_page()
    session = context.new_cdp_session(page)
    taken: list[float] = []
    requests: list[str] = []
    while len(taken) < TAPS:
        page.goto(GUIDE)
        page.wait_for_timeout(600)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        page.on("request", lambda request: requests.append(request.url))
        while len(taken) < TAPS and _on_a_step(page):
            taken.append(page.evaluate(TAP))
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        page.close()
        page = context.new_page()
        session = context.new_cdp_session(page)
    page.close()
    # A page that knows its device may ask for nothing more between two steps.
    return [
        Row(f"tap to next step at {SLOWDOWN}× slowdown, median", statistics.median(taken), "ms", 50.0),
        Row(f"tap to next step at {SLOWDOWN}× slowdown, p95", percentile(taken, 0.95), "ms"),
        Row("requests between steps", len(requests), "", 0.0),
    ]


def _on_a_step(page: Page) -> bool:
    shown: bool = page.evaluate(
        "() => [...document.querySelectorAll('section.step')].some((each) => each.offsetParent)"
    )
    return shown


def _cold_starts(playwright: Playwright, context: BrowserContext, server: Server, folder: str) -> list[Row]:
    """A new browser process with the phone's storage, no server: from the icon to the home screen's question."""
    page = context.new_page()
    page.goto("/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    context.close()
    server.kill()
    taken: list[float] = []
    for _ in range(STARTS):
        again = _phone(playwright, server, Path(folder) / "profile")
        page = again.new_page()
        page.goto("/", wait_until="commit")
        page.locator("h1").wait_for()
        taken.append(
            page.evaluate(
                "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()"
            )
        )
        again.close()
    return [Row("cold start with the server dead, first paint, worst of 10", max(taken), "ms", 1000.0)]
