"""Every screen in every language: axe-core finds nothing against WCAG 2.2 AA, in light and in dark; every target is
large enough for a thumb; nothing stands beyond the edge, at 400 % and with text twice as large."""

from __future__ import annotations

import importlib.resources
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from guidance.translations.languages import CODES
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server
from tests.browser.screens import (
    COUNSEL,
    FOR_ALL,
    SUPERVISOR,
    TRAINER,
    Screen,
    in_language,
    of_committee,
    of_supervisor,
    of_trainer,
    reader,
)
from tests.harness import Server

pytestmark = pytest.mark.browser

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL_RULES = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
# Only colours differ in the dark; the rest of the page is the same document.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
# A guide is one document; what axe says of the step that shows is said of each step on its own screen.
RUN = """async (options) => {
  const {violations} = await axe.run({exclude: [["main[data-walked] > section:not([data-shown])"]]}, options);
  const told = (node) => `${node.target.join(" ")} ${node.html.slice(0, 160)}`;
  return violations.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(told).join(" | ")}`);
}"""


# What a thumb can hit, and what stands beyond the edge. Links inside a sentence may be as high as its line.
MEASURE = """() => {
  const shown = (e) => e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true});
  const target = (e) => e.matches("input[type=radio], input[type=checkbox]") ? e.closest("label") ?? e : e;
  const named = (e) => `${e.tagName.toLowerCase()}.${e.className} ${(e.textContent ?? "").trim().slice(0, 30)}`;
  const wide = document.documentElement.scrollWidth > innerWidth + 1
    ? [`is ${document.documentElement.scrollWidth} px wide on a screen of ${innerWidth} px`] : [];
  const small = [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")]
    .map(target).filter((e) => shown(e) && !e.matches(".skip:not(:focus)"))
    .filter((e) => !(e.matches("a") && getComputedStyle(e).display === "inline"))
    .map((e) => [e, e.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.height < 47.5 || box.width < 47.5))
    .map(([e, box]) => `${Math.round(box.width)}×${Math.round(box.height)} px is too small to tap: ${named(e)}`);
  return [...wide, ...small];
}"""
CONTROLS = ("link", "button", "image", "textbox", "radio", "checkbox", "combobox", "dialog")
LARGE_TEXT = "size => { document.documentElement.style.fontSize = size; }"
HIGH = {"width": 360, "height": 3000}
NARROW = {"width": 320, "height": 256}  # a desk's screen of 1280 px at 400 % (WCAG 1.4.10)


Readers = list[tuple[BrowserContext, tuple[Screen, ...]]]
BOTH = ("en", "ur")
FEW = ("home", "outcome", "report", "board")


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all languages."""
    with demo_server(tmp_path_factory.mktemp("everyone") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def readers(browser: Browser, one_server: Server) -> Iterator[Readers]:
    """Everyone, each with the screens that are theirs."""
    with (
        reader(browser, one_server) as anyone,
        reader(browser, one_server, COUNSEL) as counsel,
        reader(browser, one_server, SUPERVISOR) as supervisor,
        reader(browser, one_server, TRAINER) as trainer,
    ):
        found: Readers = [(anyone, FOR_ALL)]
        for context, screens_of in ((counsel, of_committee), (supervisor, of_supervisor), (trainer, of_trainer)):
            page = context.new_page()
            found.append((context, screens_of(page, one_server)))
            page.close()
        for context, _ in found:
            context.add_init_script(AXE)
        yield found


def measures(page: Page) -> list[str]:
    """What is too small, or too wide, on the phone, at 400 % of a desk's screen, and with text twice as large."""
    wide: list[str] = []
    page.set_viewport_size(PHONE["viewport"])  # type: ignore[arg-type]
    found: list[str] = page.evaluate(MEASURE)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    wide += page.evaluate(MEASURE)
    page.set_viewport_size(PHONE["viewport"])  # type: ignore[arg-type]
    page.evaluate(LARGE_TEXT, "225%")
    wide += page.evaluate(MEASURE)
    page.evaluate(LARGE_TEXT, "")  # the next screen may be a step of the same document
    return found + [each for each in wide if "wide on a screen" in each]


def nameless(page: Page) -> list[str]:
    """Controls and pictures for which a screen reader has no name, by the browser's accessibility tree."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    heard = [node for node in nodes if not node["ignored"] and node["role"]["value"] in CONTROLS]
    return [f"a {each['role']['value']} without a name" for each in heard if not _name(each)]


def _name(node: dict[str, Any]) -> str:
    return str(node.get("name", {}).get("value", "")).strip()


def violations(page: Page, screen: Screen, locale: str) -> list[str]:
    """What axe finds on one screen in light and in dark, what is measured, and a page in another language."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size(HIGH)  # type: ignore[arg-type] # nothing is behind the edge that sticks to the lower end
    page.goto(screen.path.format(locale=locale))
    screen.act(page)
    found: list[Any] = page.evaluate(RUN, ALL_RULES)
    if found:  # a page that was still being laid out is looked at once more; what stays is a fault
        page.wait_for_timeout(700)
        found = page.evaluate(RUN, ALL_RULES)
    page.emulate_media(color_scheme="dark")
    found += page.evaluate(RUN, COLOURS)
    found += nameless(page)
    found += measures(page)
    said = page.locator("html").get_attribute("lang")
    wrong = [] if said == locale else [f"the page is in {said}"]
    return [f"{screen.name} ({locale}): {each}" for each in (*found, *wrong)]


def look_at_all(readers: Readers, server: Server, locale: str, wanted: Callable[[Screen], bool]) -> list[str]:
    """What is found on the wanted screens of everyone."""
    found: list[str] = []
    for context, screens in readers:
        in_language(context, server, locale)
        page = context.new_page()
        for screen in filter(wanted, screens):
            found += violations(page, screen, locale)
        page.close()
    return found


@pytest.mark.parametrize("locale", CODES)
def test_every_screen_is_for_everyone(readers: Readers, one_server: Server, locale: str) -> None:
    """In a language of each direction the screens where many words stand in little room; in the others four of them.

    With GUIDANCE_TEST_EVERYONE=1 (`make everyone`) every screen in every language.
    """
    everything = os.environ.get("GUIDANCE_TEST_EVERYONE") == "1"

    def wanted(screen: Screen) -> bool:
        return everything or (screen.tight if locale in BOTH else screen.name in FEW)

    found = look_at_all(readers, one_server, locale, wanted)
    assert not found, "\n".join(found)
