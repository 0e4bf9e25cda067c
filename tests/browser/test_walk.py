from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from guidance.protocol.load import load_folder
from guidance.protocol.replay import replay
from guidance.settings import ROOT
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server, expect_step, given, join, last_walk, stored, tap
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser
# What a page fetches when it has come to rest; an import is done when its whole graph is there.
AT_REST = """async () => {
  for (const name of ["alert", "outbox-pump", "reader", "update"]) await import(`/static/js/${name}.js`);
}"""
VISIT = load_folder(ROOT / "protocols").protocols["visit"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these: guides change nothing on it."""
    with demo_server(tmp_path_factory.mktemp("guides") / "data") as running:
        yield running


def test_a_phone_without_javascript_walks_to_an_outcome_and_back(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, java_script_enabled=False, **PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/")
    page.locator("a[data-guide=visit]").tap()
    expect_step(page, VISIT.start)
    walked = [VISIT.start]
    while walked[-1] in VISIT.steps:
        answer = VISIT.steps[walked[-1]].answers[0]
        tap(page, answer.id)
        walked.append(answer.to)
        expect_step(page, answer.to)
    expect(page.locator("section:visible h2").first).to_have_text("Do")
    for step in reversed(walked[1:-1]):
        page.go_back()
        expect_step(page, step)
    context.close()


def test_the_trail_records_answers_going_back_and_going_forward_again(phone: Page) -> None:
    phone.goto("/en/guide/visit")
    tap(phone, "no")
    expect_step(phone, "who")
    tap(phone, "local")
    expect_step(phone, "local-matter")
    phone.locator("[data-back]").tap()
    expect_step(phone, "who")
    phone.go_forward()
    expect_step(phone, "local-matter")
    phone.go_back()
    tap(phone, "non-local")
    expect_step(phone, "identified")
    wait_until(lambda: len(last_walk(phone)["entries"]) == 6)
    walk = last_walk(phone)
    assert given(walk) == [
        ("danger", "no"), ("who", "local"), ("local-matter", "back"), ("who", "local"), ("local-matter", "back"),
        ("who", "non-local"),
    ]  # fmt: skip
    assert walk["facts"] == {"danger": "no", "requester": "non_local"}
    assert replay(VISIT, walk["entries"]).problem is None
    assert replay(VISIT, walk["entries"]).position == walk["position"] == "identified"


def test_the_focus_moves_to_the_heading_of_the_next_step(phone: Page) -> None:
    phone.goto("/en/guide/visit")
    tap(phone, "no")
    expect(phone.locator("#who h1")).to_be_focused()
    phone.go_back()
    expect(phone.locator("#danger h1")).to_be_focused()


def test_no_step_costs_a_request(phone: Page) -> None:
    phone.goto("/en/guide/visit")
    phone.locator("link[href$='/alert.css']").wait_for(state="attached")
    phone.evaluate(AT_REST)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    tap(phone, "no")
    tap(phone, "non-local")
    tap(phone, "yes")
    phone.go_back()
    phone.locator(".edge [data-answer=unsafe]").tap()
    expect_step(phone, "safety-exit")
    assert asked == []


def test_a_link_into_the_middle_opens_there(phone: Page) -> None:
    phone.goto("/en/guide/visit#who")
    expect_step(phone, "who")
    tap(phone, "non-local")
    expect_step(phone, "identified")


def test_an_interrupt_pressed_on_the_home_screen_is_in_the_trail(phone: Page) -> None:
    phone.goto("/")
    phone.locator(".edge [data-answer=went-in]").tap()
    expect_step(phone, "entered-anyway")
    wait_until(lambda: given(last_walk(phone)) == [("danger", "went-in")])
    assert replay(VISIT, last_walk(phone)["entries"]).position == "entered-anyway"
    assert last_walk(phone)["outcome"] == "entered-anyway"


def test_a_reload_goes_on_with_the_same_walk(phone: Page) -> None:
    phone.goto("/en/guide/visit")
    tap(phone, "no")
    tap(phone, "non-local")
    wait_until(lambda: len(last_walk(phone)["entries"]) == 2)
    phone.reload()
    expect_step(phone, "identified")
    tap(phone, "yes")
    wait_until(lambda: len(last_walk(phone)["entries"]) == 3)
    assert len(stored(phone, "walks")) == 1
    phone.go_back()
    phone.go_back()
    expect_step(phone, "who")
    wait_until(lambda: len(last_walk(phone)["entries"]) == 5)
    assert replay(VISIT, last_walk(phone)["entries"]).position == "who"


def test_a_walk_left_in_the_middle_is_offered_on_the_home_screen(phone: Page) -> None:
    phone.goto("/en/guide/visit")
    tap(phone, "no")
    wait_until(lambda: len(last_walk(phone)["entries"]) == 1)
    context = phone.context
    phone.close()
    again = context.new_page()
    again.goto("/")
    again.get_by_text("Continue: Officers are here").tap()
    expect_step(again, "who")
    tap(again, "non-local")
    wait_until(lambda: len(last_walk(again)["entries"]) == 2)
    assert len(stored(again, "walks")) == 1


def test_two_visits_on_one_day_are_two_walks_with_two_reports(phone: Page) -> None:
    for _ in range(2):
        phone.goto("/")
        phone.locator(".edge [data-answer=unsafe]").tap()
        expect_step(phone, "safety-exit")
        wait_until(lambda: given(last_walk(phone)) == [("danger", "unsafe")])
    assert len({walk["report_id"] for walk in stored(phone, "walks")}) == 2


def test_a_joined_phone_is_not_asked_what_kind_of_place_it_is(phone: Page, server: Server) -> None:
    join(phone, server, _school(server))
    phone.goto("/en/guide/visit")
    expect(phone.locator("[data-where]")).not_to_have_text("Not joined to a site yet")
    phone.wait_for_load_state("networkidle")
    for answer in ("no", "non-local", "yes"):
        tap(phone, answer)
    after_place = VISIT.steps["place"].answers[0].to
    expect_step(phone, after_place)
    wait_until(lambda: given(last_walk(phone))[-1:] == [("place", "school")])
    phone.go_back()
    expect_step(phone, "identified")
    wait_until(lambda: given(last_walk(phone))[-2:] == [(after_place, "back"), ("place", "back")])
    found = replay(VISIT, last_walk(phone)["entries"], "school")
    assert (found.problem, found.position) == (None, "identified")


def test_a_joined_phone_shows_numbers_and_only_what_holds_at_its_kind_of_site(phone: Page, server: Server) -> None:
    phone.goto("/en/guide/visit#agency-paper")
    expect(phone.locator("#agency-paper a.call[data-role]")).to_have_count(0)
    expect(phone.locator("#agency-paper p.call").first).to_contain_text("Call")
    join(phone, server, _school(server))
    phone.goto("/en/guide/visit#agency-paper")
    call = phone.locator("#agency-paper a.call[data-role=counsel]")
    expect(call).to_contain_text("demo number")
    assert "555" in (call.get_attribute("href") or "")
    expect(phone.locator("#agency-paper .only:visible")).to_have_count(0)
    shown = phone.locator("#agency-paper [data-only]:visible")
    assert all("school" in (each.get_attribute("data-only") or "") for each in shown.all())


def test_home_fits_one_small_screen(phone: Page) -> None:
    phone.goto("/")
    assert phone.evaluate("document.documentElement.scrollHeight") <= 740
    for entry in phone.locator("main a:visible").all():
        assert _bottom(entry.bounding_box()) <= _top(phone.locator(".edge").bounding_box())


def test_every_step_with_a_drawing_and_four_answers_fits_one_small_screen(phone: Page) -> None:
    phone.goto("/en/guide/visit")
    for step in VISIT.steps.values():
        if not step.drawing or len(step.answers) > 4:
            continue
        phone.goto(f"/en/guide/visit#{step.id}")
        answer = phone.locator(f"#{step.id} .answer").last
        assert _bottom(answer.bounding_box()) <= _top(phone.locator(".edge").bounding_box()), step.id


def test_everything_to_tap_is_large_enough(phone: Page) -> None:
    phone.goto("/en/guide/visit#agency-paper")
    for each in phone.locator(".edge a, section:visible a.answer, section:visible a.button").all():
        box = each.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48


def test_small_links_are_large_enough_too(phone: Page) -> None:
    phone.goto("/en/guide/visit#agency-paper")
    phone.locator("section:visible summary").click()
    assert phone.evaluate(LOW, "section[data-shown] :is(summary, details a)") == []
    phone.goto("/en/ready")
    assert phone.evaluate(LOW, ".versions a") == []
    phone.goto("/en/sources")
    assert phone.evaluate(LOW, ".sources a") == []
    phone.goto("/en/alert/visit")
    assert phone.evaluate(LOW, "main a") == []


LOW = """query => [...document.querySelectorAll(query)].filter(each => each.getBoundingClientRect().height < 48)
  .map(each => each.outerHTML)"""


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [320, 180])
def test_nothing_is_cut_off_on_narrow_and_zoomed_screens(phone: Page, width: int, direction: str) -> None:
    phone.set_viewport_size({"width": width, "height": 568})
    for name in ("", "guide/visit#agency-paper", "guide/visit#who", "ready", "offline", "sources"):
        phone.goto(f"/en/{name}")
        phone.evaluate("direction => { document.documentElement.dir = direction }", direction)
        assert phone.evaluate("document.documentElement.scrollWidth") <= width, name


def test_the_pages_break_no_rule_of_their_own_policy(phone: Page) -> None:
    broken: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Trusted" in message.text:
            broken.append(message.text)

    def fail(error: Any) -> None:
        broken.append(str(error))

    phone.on("console", note)
    phone.on("pageerror", fail)
    for name in ("", "guide/visit", "ready", "offline", "sources"):
        phone.goto(f"/en/{name}")
        phone.wait_for_load_state("networkidle")
    assert broken == []


def _school(server: Server) -> str:
    with server.store().reader() as db:
        row = db.execute("SELECT id FROM sites WHERE type = 'school' LIMIT 1").fetchone()
    return str(row["id"])


def _bottom(box: Any) -> float:
    return float(box["y"] + box["height"])


def _top(box: Any) -> float:
    return float(box["y"])
