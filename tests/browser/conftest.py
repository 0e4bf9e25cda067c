"""A real server process and a real Chromium with a phone's screen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.harness import Server

# A busy machine is slow, not wrong: an expectation waits longer before it fails.
expect.set_options(timeout=15_000)

PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium_path() -> str | None:
    """The machine's own Chromium, or None to let playwright use the one that it installed."""
    named = os.environ.get("GUIDANCE_TEST_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """How pytest-playwright starts the browser."""
    path = chromium_path()
    return {"args": QUIET, **({"executable_path": path} if path else {})}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A web server on an installation of its own with the demo city; no worker unless the test starts one."""
    running = Server(tmp_path / "data", environment={"GUIDANCE_TEST_CLOCK": "1"})
    running.prepare(demo=True)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def phone_context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A phone's browser: 360×740, touch. Pages opened in it share storage and service worker."""
    context = browser.new_context(base_url=server.url, **PHONE)  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture
def phone(phone_context: BrowserContext) -> Page:
    """One page on that phone."""
    return phone_context.new_page()
