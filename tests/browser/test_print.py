"""What is made for paper comes out on one sheet, at its real size and with nothing cut off, in every language."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from guidance.protocol.load import load_folder
from guidance.settings import ROOT
from guidance.translations.languages import CODES
from tests.harness import Server

pytestmark = pytest.mark.browser

WHOLE = ("en", "ur")  # all posters; of the other languages the fullest and the first
PRINTED = 297 - 2 * 8  # millimetres between the margins of the page
HIGH = "() => document.querySelector('.poster').getBoundingClientRect().height"
A4 = (595, 842)  # points
MILLIMETRE = 96 / 25.4  # CSS pixels
# How far below the lower edge of its card the lowest piece of text reaches, in pixels.
OVER = """() => [...document.querySelectorAll('.sheet, .side')].map((card) => {
  const edge = card.getBoundingClientRect().bottom;
  return Math.max(...[...card.querySelectorAll('*')].map((each) => each.getBoundingClientRect().bottom)) - edge;
})"""
SIZES = """() => ['.sheet', '.wallet', '.side'].map((name) => {
  const box = document.querySelector(name).getBoundingClientRect();
  return [box.width, box.height];
})"""


def sheets(pdf: bytes) -> list[tuple[int, int]]:
    """The size of every page of a PDF, in whole points."""
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", pdf)
    assert pages == len(boxes)
    return [(round(float(wide)), round(float(high))) for wide, high in boxes]


def test_the_card_is_one_page_with_an_a6_sheet_and_a_wallet_card(server: Server, page: Page) -> None:
    page.emulate_media(media="print")
    for code in CODES:
        page.goto(f"{server.url}/{code}/rights/card")
        page.locator(".wallet").wait_for()

        wanted = [(148, 105), (171.2, 54), (85.6, 54)]
        found = [(wide / MILLIMETRE, high / MILLIMETRE) for wide, high in page.evaluate(SIZES)]
        assert found == [pytest.approx(each, abs=0.3) for each in wanted], code
        assert max(page.evaluate(OVER)) <= 0, code
        assert sheets(page.pdf(prefer_css_page_size=True)) == [A4], code


def test_each_poster_is_one_page(server: Server, page: Page) -> None:
    page.emulate_media(media="print")
    for code in CODES:
        for id in load_folder(ROOT / "protocols").protocols if code in WHOLE else ("records", "visit"):
            page.goto(f"{server.url}/{code}/poster/{id}")
            page.locator(".poster .scan svg").wait_for()
            assert page.evaluate(HIGH) / MILLIMETRE <= PRINTED, (code, id)
        assert sheets(page.pdf(prefer_css_page_size=True)) == [A4], code


def test_the_button_opens_the_print_dialog(server: Server, page: Page) -> None:
    page.add_init_script("window.print = () => { document.title = 'printed'; };")
    page.goto(f"{server.url}/en/rights/card")

    page.get_by_role("button", name="Print").click()

    expect(page).to_have_title("printed")


def test_on_paper_there_is_only_the_sheet(server: Server, page: Page) -> None:
    page.emulate_media(media="print")
    page.goto(f"{server.url}/en/poster/visit")

    expect(page.locator(".poster")).to_be_visible()
    for name in (".top", ".not-printed", ".skip"):
        expect(page.locator(name)).to_be_hidden()


@pytest.mark.parametrize("code", ["en", "ur"])
def test_the_page_of_rights_fits_a_narrow_phone_and_its_targets_a_thumb(server: Server, phone: Page, code: str) -> None:
    phone.goto(f"/{code}/rights")
    phone.locator("details.topic").first.wait_for()
    phone.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    low = "(found) => found.map((each) => each.getBoundingClientRect()).filter((box) => box.height < 48).length"
    assert phone.locator("main a, main summary").evaluate_all(low) == 0


def test_a_topic_opens_without_scripts(server: Server, page: Page) -> None:
    context = page.context.browser
    assert context is not None
    plain = context.new_context(java_script_enabled=False, base_url=server.url).new_page()
    plain.goto("/en/rights")
    line = plain.get_by_text("You may keep the door closed")
    expect(line).to_be_hidden()

    plain.get_by_text("At the door of a home").click()

    expect(line).to_be_visible()
    plain.context.close()
