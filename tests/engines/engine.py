"""One way to drive three browser engines: Chromium by playwright, Firefox by Marionette, WebKitGTK by WebDriver."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, BrowserType, Page

WIDTH, HEIGHT = 360, 740
MINIBROWSERS = ("webkit2gtk-4.1", "webkit2gtk-4.0", "webkitgtk-6.0")
PHONE: dict[str, Any] = {
    "viewport": {"width": WIDTH, "height": HEIGHT}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True,
}  # fmt: skip
BLOCK_COOKIES = 2  # in Firefox's network.cookie.cookieBehavior, and in Chromium's content settings


class EngineMissing(Exception):
    """The engine is not on this machine; the text names the package."""


class Engine(Protocol):
    """A browser with one page and a profile of its own."""

    def open(self, url: str) -> None:
        """Go to an address and wait until the page is loaded."""

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page and return what it returns."""

    def tap(self, selector: str) -> None:
        """Press the first visible element, as a finger does."""

    def back(self) -> None:
        """Press the browser's Back button."""

    def quit(self) -> None:
        """End the browser."""


class Chromium:
    """A context of Chromium."""

    def __init__(self, context: BrowserContext) -> None:
        self._context: BrowserContext = context
        self._page: Page = self._context.new_page()

    @classmethod
    def in_browser(cls, browser: Browser) -> Chromium:
        """A context of the browser that pytest-playwright keeps."""
        return cls(browser.new_context(**PHONE))

    @classmethod
    def without_cookies(cls, kind: BrowserType, folder: Path, launch: dict[str, Any]) -> Chromium:
        """A profile whose settings block all cookies, and with them every storage."""
        (folder / "Default").mkdir(parents=True)
        content = {"default_content_setting_values": {"cookies": BLOCK_COOKIES}}
        (folder / "Default" / "Preferences").write_text(json.dumps({"profile": content}))
        return cls(kind.launch_persistent_context(str(folder), channel="chromium", **PHONE, **launch))

    def open(self, url: str) -> None:
        """Go to an address and wait until the page is loaded."""
        self._page.goto(url)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page and return what it returns."""
        return self._page.evaluate(f"given => (function () {{ {script} }}).apply(null, given)", list(arguments))

    def tap(self, selector: str) -> None:
        """Press the first visible element, as a finger does."""
        self._page.locator(selector).locator("visible=true").first.click()

    def back(self) -> None:
        """Press the browser's Back button."""
        self._page.go_back()

    def quit(self) -> None:
        """End the context."""
        self._context.close()


class Firefox:
    """Debian's Firefox ESR, headless, through the remote protocol that is built into it."""

    def __init__(self, folder: Path, cookies_blocked: bool = False) -> None:
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        if program is None:
            raise EngineMissing("Firefox (Debian: apt-get install firefox-esr)")
        from marionette_driver.marionette import Marionette

        preferences = {"network.cookie.cookieBehavior": BLOCK_COOKIES} if cookies_blocked else {}
        self._driver = Marionette(
            bin=program, headless=True, port=_free_port(), prefs=preferences, gecko_log=str(folder / "firefox.log")
        )
        self._driver.start_session()
        self._driver.set_window_rect(width=WIDTH, height=HEIGHT)
        self._driver.timeout.script = 30

    def open(self, url: str) -> None:
        """Go to an address and wait until the page is loaded."""
        self._driver.navigate(url)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page and return what it returns."""
        return self._driver.execute_script(script, script_args=arguments, sandbox=None)

    def tap(self, selector: str) -> None:
        """Press the first visible element, as a finger does."""
        _first_shown(self._driver.find_elements("css selector", selector), selector).click()

    def back(self) -> None:
        """Press the browser's Back button."""
        self._driver.go_back()

    def quit(self) -> None:
        """End the browser."""
        self._driver.quit(in_app=False)


class WebKit:
    """WebKitGTK's MiniBrowser, the nearest thing to Safari that runs on Debian, on a screen of its own."""

    def __init__(self, folder: Path) -> None:
        driver, program = shutil.which("WebKitWebDriver"), _minibrowser()
        if driver is None or program is None:
            raise EngineMissing("WebKitGTK (Debian: apt-get install webkit2gtk-driver)")
        if shutil.which("Xvfb") is None:
            raise EngineMissing("Xvfb (Debian: apt-get install xvfb)")
        from selenium import webdriver
        from selenium.webdriver.webkitgtk.options import Options
        from selenium.webdriver.webkitgtk.service import Service

        reader, writer = os.pipe()
        self._screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            pass_fds=(writer,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writer)
        with os.fdopen(reader) as answer:
            display = f":{answer.readline().strip()}"
        options = Options()
        options.binary_location = str(program)
        options.add_argument("--automation")
        own = {**os.environ, "DISPLAY": display, "HOME": str(folder), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        self._driver = webdriver.WebKitGTK(options=options, service=Service(driver, env=own))
        self._driver.set_window_size(WIDTH, HEIGHT)
        self._driver.set_script_timeout(30)

    def open(self, url: str) -> None:
        """Go to an address and wait until the page is loaded."""
        self._driver.get(url)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page and return what it returns."""
        return self._driver.execute_script(script, *arguments)

    def tap(self, selector: str) -> None:
        """Press the first visible element, as a finger does."""
        _first_shown(self._driver.find_elements("css selector", selector), selector).click()

    def back(self) -> None:
        """Press the browser's Back button."""
        self._driver.back()

    def quit(self) -> None:
        """End the browser and its screen."""
        try:
            self._driver.quit()
        finally:
            self._screen.terminate()
            self._screen.wait(10)


def engine_named(name: str, folder: Path, chromium: Callable[[], Browser]) -> Engine:
    """Start an engine by its name. Raises `EngineMissing`."""
    if name == "chromium":
        return Chromium.in_browser(chromium())
    return Firefox(folder) if name == "firefox" else WebKit(folder)


def _first_shown(elements: list[Any], selector: str) -> Any:
    shown = next((each for each in elements if each.is_displayed()), None)
    assert shown is not None, f"nothing that shows matches {selector}"
    return shown


def _minibrowser() -> Path | None:
    libraries = [*Path("/usr/lib").glob("*-linux-gnu*"), Path("/usr/libexec")]
    found = (folder / version / "MiniBrowser" for folder in libraries for version in MINIBROWSERS)
    return next((path for path in found if path.exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
