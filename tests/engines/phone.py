"""What a person at the desk does with a phone, in words that hold in every engine."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from tests.engines.engine import Engine
from tests.harness import Server

SECONDS = 20.0
SHOWN = "return [...document.querySelectorAll(arguments[0])].some(it => it.getClientRects().length)"
HIDDEN = "return [...document.querySelectorAll(arguments[0])].every(it => !it.getClientRects().length)"
# A driver scrolls an element just into view, which may be behind the bar at the bottom.
INTO_REACH = """
  const shown = [...document.querySelectorAll(arguments[0])].find(it => it.getClientRects().length);
  if (!shown.closest("dialog, .edge")) shown.scrollIntoView({ block: "center", behavior: "instant" });
"""


@dataclass
class Phone:
    """An engine at a server's address."""

    engine: Engine
    server: Server

    def open(self, path: str) -> None:
        """Go to a page of the product."""
        self.engine.open(f"{self.server.url}{path}")

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page."""
        return self.engine.run(script, *arguments)

    def wait(self, script: str, *arguments: Any, seconds: float = SECONDS) -> Any:
        """Wait until the body of a function returns something true. A page that is just changing is asked again."""
        deadline, last = time.monotonic() + seconds, None
        while time.monotonic() < deadline:
            try:
                last = self.engine.run(script, *arguments)
            except Exception as error:
                last = error
            if last and not isinstance(last, Exception):
                return last
            time.sleep(0.05)
        raise AssertionError(f"did not come true within {seconds} s: {script} {arguments}; last: {last!r}")

    def sees(self, selector: str, seconds: float = SECONDS) -> None:
        """Wait until an element shows."""
        self.wait(SHOWN, selector, seconds=seconds)

    def reads(self, selector: str, words: str, seconds: float = SECONDS) -> None:
        """Wait until an element holds these words."""
        script = "const it = document.querySelector(arguments[0]); return it && it.innerText.includes(arguments[1])"
        self.wait(script, selector, words, seconds=seconds)

    def tap(self, selector: str) -> None:
        """Press an element once it shows."""
        self.sees(selector)
        self.run(INTO_REACH, selector)
        self.engine.tap(selector)

    def back(self) -> None:
        """Press Back."""
        self.engine.back()

    def path(self) -> str:
        """Where the page is."""
        return str(self.run("return location.pathname + location.search + location.hash"))

    def join(self, site: str) -> None:
        """Enrol at a site of the demo city, through its link."""
        link = re.search(r"https?://[^/\s]+(/join/\S+)", self.server.run_command("join-link", site))
        assert link
        self.open(link[1])
        self.tap("main form button")
        self.wait("return !location.pathname.startsWith('/join/')")
        self.open("/en/")
        self.reads("[data-where]", site)

    def works_offline(self) -> None:
        """Wait until the worker is in charge and keeps the guides."""
        self.wait("navigator.serviceWorker.ready.then(() => { window.workerReady = true }); return window.workerReady")
        self.run("location.reload()")
        self.wait("return document.readyState === 'complete' && navigator.serviceWorker.controller !== null")

    def kept(self, store: str) -> list[dict[str, Any]]:
        """Every record of one of the phone's stores."""
        self.run(
            "window.foundRecords = null; const store = arguments[0];"
            "import('/static/js/db.js').then(m => m.all(store)).then(found => { window.foundRecords = found })", store
        )  # fmt: skip
        self.wait("return window.foundRecords !== null")
        found: list[dict[str, Any]] = self.run("return window.foundRecords")
        return found
