"""Without a mouse, without eyes, without colours, without motion: the flow of a frightened person, by other means."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from guidance.translations import catalogs
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server, expect_step
from tests.harness import Server

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {name: (e.getAttribute("aria-label") ?? e.textContent ?? "").trim(), tag: e.tagName,
          ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
          seen: box.bottom > 0 && box.top < innerHeight && box.width > 0};
}"""
INSIDE = "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
MOVES = """() => [...document.querySelectorAll("*")].filter((e) => {
  const {transitionDuration, animationDuration, animationName} = getComputedStyle(e);
  const seconds = (text) => Math.max(...text.split(",").map(parseFloat));
  return seconds(transitionDuration) > 0 || (animationName !== "none" && seconds(animationDuration) > 0);
}).map((e) => `${e.tagName}.${e.className}`)"""
BORDERLESS = """() => [...document.querySelectorAll(".answer, .button, .edge a, .call, .say, .state")]
  .filter((e) => e.checkVisibility())
  .filter((e) => {
    const style = getComputedStyle(e);
    return !["Top", "Bottom", "Left", "Right"].some((side) => parseFloat(style[`border${side}Width`]));
  })
  .map((e) => `${e.className}: ${e.textContent.trim().slice(0, 30)}`)"""


COLOURED = ("/en/", "/en/guide/visit#agency-paper", "/en/report", "/ur/guide/visit#safety-exit")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these."""
    with demo_server(tmp_path_factory.mktemp("reach") / "data") as running:
        yield running


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A phone's screen with a keyboard."""
    opened = browser.new_context(base_url=server.url, service_workers="block", **PHONE)  # type: ignore[arg-type]
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One page of it."""
    return context.new_page()


def tab_to(page: Page, name: str, most: int = 40) -> list[str]:
    """Press Tab until something of this name has the focus; what had it on the way, each seen and ringed."""
    passed: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        assert here["seen"], f"the focus is out of sight at {here}"
        assert here["ring"], f"nothing shows the focus at {here}"
        passed.append(here["name"])
        if name in here["name"]:
            return passed
    raise AssertionError(f"Tab never reaches {name}: {passed}")


@pytest.mark.parametrize("locale", ["en", "ur"])
def test_the_keyboard_alone_walks_from_home_to_the_alert(page: Page, locale: str) -> None:
    def said(context: str, text: str) -> str:
        return catalogs.translate(locale, context, text)

    def shown(text: str) -> str:
        return str(catalogs.words(locale).gettext(text))

    page.goto(f"/{locale}/")
    first = tab_to(page, said("visit", "Officers are here"))
    assert first[0] == shown("Skip to the content")
    page.keyboard.press("Enter")
    expect_step(page, "danger")
    page.locator("main[data-walked]").wait_for()
    tab_to(page, said("danger", "No"))
    page.keyboard.press("Enter")
    expect_step(page, "who")
    expect(page.locator("#who h1")).to_be_focused()
    page.go_back()
    expect_step(page, "danger")
    tab_to(page, said("interrupts", "I do not feel safe"))
    page.keyboard.press("Enter")
    expect_step(page, "safety-exit")
    tab_to(page, shown("Alert now"))
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert shown("Alert now") in page.evaluate(FOCUSED)["name"], "the focus comes back to where it was"


def heard(page: Page) -> list[tuple[str, str]]:
    """Role and name of everything in the accessibility tree that a screen reader stops at, in order."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    order: list[tuple[str, str]] = []

    def walk(node: dict[str, object]) -> None:
        role = node.get("role", {}).get("value", "")  # type: ignore[attr-defined]
        name = node.get("name", {}).get("value", "")  # type: ignore[attr-defined]
        if not node.get("ignored") and role in ("heading", "link", "button", "StaticText", "image", "radio", "textbox"):
            order.append((str(role), str(name).strip()))
        for child in node.get("childIds", []):  # type: ignore[attr-defined]
            if child in by_id:
                walk(by_id[child])

    walk(nodes[0])
    return [each for each in order if each[1]]


def names(tree: list[tuple[str, str]], role: str) -> list[str]:
    """The names of one role, in order."""
    return [name for found, name in tree if found == role]


def test_a_screen_reader_hears_the_question_then_what_to_say_then_the_answers_then_the_edge(page: Page) -> None:
    page.goto("/en/guide/visit#identified")
    expect_step(page, "identified")
    tree = heard(page)
    assert names(tree, "heading") == ["Did they show who they are?"]
    spoken = [name.casefold() for _, name in tree]
    wanted = [
        "Did they show who they are?", "Ask once. Offer to call their office.", "Say this",
        "Before we go on, please show me a badge and tell me your name and office.",
        "Yes, badge and name", "No, or not all of them", "They refused", "They hide their faces",
        "I do not feel safe", "They went in", "They say emergency", "Call 911", "Call 311", "Alert now",
    ]  # fmt: skip
    places = [spoken.index(each.casefold()) for each in wanted]
    assert places == sorted(places), list(zip(wanted, places, strict=True))
    assert names(tree, "link")[0] == "Back"


def test_a_screen_reader_hears_words_to_say_in_english_once_and_their_meaning(page: Page) -> None:
    page.goto("/ur/guide/visit#identified")
    expect_step(page, "identified")
    english = "Before we go on, please show me a badge and tell me your name and office."
    spoken = [name for role, name in heard(page) if role == "StaticText"]
    assert spoken.count(english) == 1
    assert catalogs.translate("ur", "identified", english) in spoken
    assert catalogs.translate("ur", "phonetic", english) not in spoken, "its sound is for the eye"


@pytest.mark.parametrize("path", COLOURED)
def test_with_forced_colours_everything_that_can_be_tapped_or_must_stand_out_keeps_an_edge(
    page: Page, path: str
) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(path)
    assert page.evaluate(BORDERLESS) == []


@pytest.mark.parametrize("path", ["/en/", "/en/guide/visit#agency-paper", "/en/report", "/en/ready", "/en/practice"])
def test_nothing_moves_for_those_who_asked_for_no_motion(page: Page, path: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(path)
    assert page.evaluate(MOVES) == []
