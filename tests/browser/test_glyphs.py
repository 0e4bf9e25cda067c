"""Every letter of every language has a shape in Chromium with the fonts that pages and print sheets name.

The phone's own fonts are used and none is sent. On a test machine tools/fonts.sh sees to fonts of all ten scripts.
"""

from __future__ import annotations

import unicodedata

import pytest
from playwright.sync_api import Page

from guidance.translations import catalogs
from guidance.translations.languages import CODES, LANGUAGES
from tests.harness import Server

pytestmark = pytest.mark.browser

# A character without a shape is drawn as the font's box for "no such glyph", the same as a code point that never
# gets a character. Pixels are compared, since a browser names no font for a box.
MISSING = """([letters, family]) => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 48, height: 48});
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  const drawn = (text) => {
    pen.clearRect(0, 0, 48, 48);
    pen.font = `24px ${family}`;
    pen.fillText(text, 8, 34);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  const boxes = new Set(["\\uffff", "\\u0378", "\\u{e0fff}", "\\u{10ffff}"].map(drawn));
  const empty = drawn(" ");
  return letters.filter((letter) => boxes.has(drawn(letter)) || drawn(letter) === empty);
}"""
FAMILY = "e => getComputedStyle(e).fontFamily"


def letters(code: str) -> list[str]:
    """Every visible character of a language's catalog; marks are drawn upon a letter and have no box of their own."""
    if code == "en":
        return sorted({chr(number) for number in range(33, 127)} | set("“”’–—…×·"))
    text = "".join("".join(each.string) if each.string else "" for each in catalogs.read(code) if each.id)
    return sorted({each for each in text if unicodedata.category(each)[0] in "LNPS"})


@pytest.mark.parametrize("code", CODES)
def test_every_letter_has_a_shape(page: Page, server: Server, code: str) -> None:
    for path, where in (("guide/visit", "body"), ("rights/card", ".sheet"), ("poster/visit", ".poster")):
        page.goto(f"{server.url}/{code}/{path}")
        family = page.locator(where).first.evaluate(FAMILY)
        assert page.evaluate(MISSING, [letters(code), family]) == [], f"{LANGUAGES[code].english}, {path}, {family}"


def test_a_letter_without_a_shape_is_found_out(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/en/")
    assert page.evaluate(MISSING, [["a", "\u0378", "\U000e0ffe"], "sans-serif"]) == ["\u0378", "\U000e0ffe"]
