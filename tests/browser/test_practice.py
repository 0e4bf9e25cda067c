"""Practice on a phone: it teaches without a network, and nothing of it can be taken for a real event."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import phones, practise
from tests.browser.conftest import PHONE
from tests.browser.guide import demo_server, expect_step, stored, tap
from tests.harness import Server, wait_until
from tests.practice.shelf import scenario, shelf

pytestmark = pytest.mark.browser

PUPIL = "school-pupil-immigration-court"


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo_server(tmp_path_factory.mktemp("practice") / "data") as running:
        yield running


@pytest.fixture
def server(one_server: Server) -> Server:
    """The server, alive: a test may have killed it."""
    if one_server.web is None:
        one_server.start()
    return one_server


@pytest.fixture
def school(phone_context: BrowserContext, server: Server) -> Page:
    """A phone of a school that keeps everything."""
    phones.enrol(phone_context, server)
    page = phone_context.new_page()
    page.goto("/en/practice")
    phones.works_offline(page)
    return page


def runs(server: Server) -> list[dict[str, Any]]:
    return phones.rows(server, "practice_runs")


def test_a_scenario_is_practised_from_its_card_to_its_debrief_without_a_network(school: Page, server: Server) -> None:
    before = len(runs(server))
    server.kill()
    school.goto("/en/practice")
    expect(school.locator("[data-site-type]").first).to_have_attribute("data-site-type", "school")
    school.locator(f"[data-scenario={PUPIL}]").click()
    card = school.locator("#facts")
    expect(card).to_contain_text("Two officers in suits")
    expect(card.locator("svg[role=img]")).to_have_accessible_name(re.compile("IMMIGRATION COURT.*Immigration Judge"))
    card.locator("[data-close]").click()
    practise.walk(school, scenario(PUPIL))
    practise.send_alert(school)
    expect(school.locator("#practice-alert")).to_contain_text(
        "PRACTICE: Law Department duty counsel has it", timeout=9_000
    )
    expect(school.locator("#practice-alert")).to_contain_text(scenario(PUPIL).counsel, timeout=9_000)
    school.locator('#practice-alert [data-part="sent"] [data-close]').click()
    practise.report(school)

    expect(school.locator("[data-verdict]")).to_have_text("Passed")
    expect(school.locator("[data-decisions] li")).to_have_count(2)
    expect(school.locator("[data-way] li.other")).to_have_count(0)
    expect(school.locator("[data-left-out]")).not_to_contain_text("How many officers?")
    expect(school.locator("[data-left-out]")).to_contain_text("Which agency did they say?")
    expect(school.locator("[data-kept]")).to_contain_text("Saved on this phone")
    assert len(runs(server)) == before

    server.start()
    for _ in range(3):  # however often it is tried, it arrives once
        school.evaluate("dispatchEvent(new Event('online'))")
    expect(school.locator("[data-kept]")).to_contain_text("In the training record since", timeout=15_000)
    (kept,) = runs(server)[before:]
    assert kept["passed"] == 1 and kept["revision"] == 1 and kept["site_type"] == "school"
    (run,) = stored(school, "practice_runs")
    assert run["receipt"]["sha256"] == kept["sha256"]
    assert stored(school, "outbox") == [] and stored(school, "receipts") == []


def test_practice_sends_nothing_to_reports_and_no_incident_appears(school: Page, server: Server) -> None:
    incidents, reports = len(phones.rows(server, "incidents")), phones.report_ids(server)
    asked = practise.requests_of(school.context)
    practise.begin(school, scenario(PUPIL))
    school.locator(".edge [data-practice-call='911']").click()
    expect(school.locator("#event")).to_contain_text("In practice: you would call 911 now.")
    practise.go_on(school)
    practise.send_alert(school)
    school.locator('#practice-alert [data-part="sent"] [data-close]').click()
    practise.walk(school, scenario(PUPIL))
    practise.report(school)
    expect(school.locator("[data-kept]")).to_contain_text("In the training record")

    assert set(practise.writes(asked)) == {("PUT", "/api/practice/runs/…")}
    assert not [each.url for each in asked if "/api/reports" in each.url or "/alert/" in each.url]
    assert not [each.url for each in asked if each.url.endswith(("/alert.js", "/outbox.js", "/guide.js", "/report.js"))]
    assert (len(phones.rows(server, "incidents")), phones.report_ids(server)) == (incidents, reports)
    for store in ("walks", "drafts", "outbox", "receipts"):
        assert stored(school, store) == [], store
    assert [call["to"] for call in stored(school, "practice_runs")[0]["calls"]] == ["911"]
    expect(school.locator("[data-calls]")).to_contain_text("911")
    school.goto("/en/my-reports")
    expect(school.locator("[data-empty]")).to_be_visible()
    school.goto("/en/")
    expect(school.locator("[data-continue]")).to_be_hidden()


def test_an_alert_that_is_undone_was_not_sent(school: Page) -> None:
    practise.begin(school, scenario(PUPIL))
    school.locator(".edge [data-practice-alert]").click()
    school.locator("#practice-alert [data-send]").click()
    school.locator("#practice-alert [data-undo]").click()
    practise.walk(school, scenario(PUPIL))
    practise.finish(school)
    expect(school.locator("[data-reasons]")).to_have_text("No early alert was sent.")
    expect(school.locator("[data-times]")).to_contain_text("none sent")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_practice_screen_says_so_by_word_title_frame_and_colour(
    browser: Browser, server: Server, scheme: str
) -> None:
    context = browser.new_context(base_url=server.url, color_scheme=scheme, **PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/en/")
    real = page.evaluate("getComputedStyle(document.body).backgroundColor")
    practise.begin(page, scenario(PUPIL))
    looks(page, real)
    practise.walk(page, scenario(PUPIL))
    looks(page, real)
    page.locator("section:visible [data-details]").click()
    page.locator("[data-send]").wait_for()
    looks(page, real)
    page.locator("[data-send]").click()
    page.locator("[data-verdict]").wait_for()
    looks(page, real)
    page.goto("/en/practice")
    looks(page, real)
    context.close()


def looks(page: Page, real: str) -> None:
    assert page.title().startswith("PRACTICE · ")
    assert page.locator("html").get_attribute("data-practice") == ""
    expect(page.locator(".top .practice-mark")).to_have_text("PRACTICE")
    expect(page.locator(".practice-strip b")).to_be_in_viewport()
    expect(page.locator(".top [data-leave]")).to_be_in_viewport()
    frame = page.evaluate(
        """() => { const s = getComputedStyle(document.body, "::after");
        return [s.position, parseFloat(s.borderTopWidth), s.borderImageSource.slice(0, 25), s.inset]; }"""
    )
    assert frame == ["fixed", 9, "repeating-linear-gradient", "0px"]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != real
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(UNREADABLE) == []


# Pairs of text and ground in a practice page whose contrast is below 7:1 (WCAG 2.2, 1.4.6).
UNREADABLE = """() => {
  const linear = (v) => (v / 255 <= .04045 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (el) => {
    for (; el; el = el.parentElement) {
      const found = numbers(getComputedStyle(el).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const el of document.querySelectorAll("body *")) {
    const text = [...el.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!text || !el.checkVisibility() || el.closest("svg, .unseen")) continue;
    const two = [numbers(getComputedStyle(el).color), ground(el)].map(luminance).sort((x, y) => y - x);
    const contrast = (two[0] + .05) / (two[1] + .05);
    if (contrast < 7) bad.push([el.className, el.textContent.trim().slice(0, 30), contrast]);
  }
  return bad;
}"""


def test_one_press_leads_from_practice_to_the_real_guide_of_the_same_protocol(school: Page) -> None:
    found = scenario("garage-roof-vans")
    practise.begin(school, found)
    school.locator(".top [data-leave]").click()
    school.wait_for_url(f"**/en/guide/{found.protocol}")
    expect(school.locator("html")).not_to_have_attribute("data-practice", "")
    expect(school.locator(".edge a[data-alert]")).to_be_visible()
    assert not school.title().startswith("PRACTICE")


def test_what_i_see_is_one_tap_away_at_every_step(school: Page) -> None:
    practise.begin(school, scenario(PUPIL))
    tap(school, "no")
    expect_step(school, "who")
    school.locator("[data-see]").click()
    expect(school.locator("#facts")).to_contain_text("A court says so. Read it.")
    school.locator("#facts [data-close]").click()
    expect_step(school, "who")


def test_what_happens_on_the_way_is_read_once_and_closed(school: Page) -> None:
    found = scenario("office-walks-past")
    practise.begin(school, found)
    inject = found.injects[[each.step for each in found.injects].index("paper-shown")]
    for step, given in found.expected.path:
        if step == "paper-shown":
            break
        if step != "place":
            practise.answer(school, step, given)
    expect(school.locator("#event")).to_contain_text(inject.text)
    practise.go_on(school)
    school.reload()
    expect_step(school, "paper-shown")
    school.wait_for_timeout(1_200)
    expect(school.locator("#event")).to_be_hidden()


def test_a_wrong_decision_is_named_with_its_reason(school: Page) -> None:
    found = scenario("office-search-paper")
    practise.begin(school, found)
    practise.walk(school, found, (*found.expected.path[:-1], ("paper-dates", "past")))
    practise.finish(school)
    expect(school.locator("[data-verdict]")).to_have_text("Not passed yet")
    expect(school.locator("[data-reasons]")).to_contain_text("At “Is today within its dates?”, “Yes” was the answer.")
    wrong = school.locator("[data-decisions] li", has=school.locator(".result.bad"))
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text("No, the date has passed")
    expect(wrong).to_contain_text("The day on the wall is before the day on the paper.")
    expect(wrong).to_contain_text("Source: ")
    expect(school.locator("[data-way] li.other")).to_have_count(1)
    school.locator("[data-again]").click()
    expect(school.locator("#facts")).to_be_visible()


def test_a_trainer_sees_how_far_a_trainee_is_and_the_run_belongs_to_the_class(
    phone_context: BrowserContext, server: Server
) -> None:
    found = practise.open_class(server, (PUPIL,))
    practise.into_class(phone_context, server, found, "Robin")
    page = phone_context.new_page()
    page.goto("/en/practice")
    expect(page.locator("[data-class]")).to_contain_text("My class: Morning")
    practise.begin(page, scenario(PUPIL))
    tap(page, "no")
    expect_step(page, "who")
    wait_until(lambda: [each["position"] for each in phones.rows(server, "practice_progress")] == ["who"], 5)
    practise.walk(page, scenario(PUPIL), scenario(PUPIL).expected.path[1:])
    practise.finish(page)
    expect(page.locator("[data-kept]")).to_contain_text("In the training record", timeout=10_000)
    assert found.id in {each["class_id"] for each in runs(server)}


def test_a_tabletop_shows_what_happens_when_the_trainer_says_so(phone_context: BrowserContext, server: Server) -> None:
    found = practise.open_class(server, (PUPIL,), "tabletop")
    practise.into_class(phone_context, server, found, "Kim")
    table, guide = phone_context.new_page(), phone_context.new_page()
    table.goto("/en/practice")
    expect(table.locator("[data-class]")).to_contain_text("You are Kim.")
    practise.begin(guide, scenario(PUPIL))
    practise.reveal(server, found, 1, shelf())
    expect(guide.locator("#event")).to_contain_text(scenario(PUPIL).injects[0].text, timeout=10_000)
    table.bring_to_front()
    expect(table.locator("[data-revealed]")).to_have_text(scenario(PUPIL).injects[0].text, timeout=10_000)


def test_a_phone_of_the_version_before_keeps_what_it_has(phone: Page, server: Server) -> None:
    phone.goto("/healthz")
    phone.evaluate(
        """() => new Promise((resolve) => {
          const request = indexedDB.open("guidance", 1);
          request.onupgradeneeded = () => ["site", "walks", "drafts", "outbox", "receipts", "settings"]
            .forEach((name) => request.result.createObjectStore(name, { keyPath: "id" }));
          request.onsuccess = () => {
            const write = request.result.transaction("drafts", "readwrite");
            write.objectStore("drafts").put({ id: "kept" });
            write.oncomplete = () => { request.result.close(); resolve(); };
          };
        })"""
    )
    phone.goto("/en/practice")
    expect(phone.locator("[data-count]").first).to_contain_text("Passed: 0 of")
    assert stored(phone, "drafts") == [{"id": "kept"}]
    assert stored(phone, "practice_runs") == []


def test_the_record_can_be_taken_along_and_a_certificate_says_what_is_missing(school: Page) -> None:
    practise.begin(school, scenario(PUPIL))
    practise.walk(school, scenario(PUPIL))
    practise.finish(school)
    school.goto("/en/practice")
    with school.expect_download() as saving:
        school.locator("[data-save=csv]").click()
    lines = saving.value.path().read_text().splitlines()
    assert lines[0].startswith('"finished_at","scenario"') and PUPIL in lines[1]
    with school.expect_download() as saving:
        school.locator("[data-save=json]").click()
    (run,) = json.loads(saving.value.path().read_text())["runs"]
    assert run["scenario"]["id"] == PUPIL and run["debrief"]["passed"] is False
    school.locator("[data-certificate] summary").click()
    school.locator("[data-certificate-form] button").click()
    expect(school.locator("[data-missing]")).to_contain_text(scenario(PUPIL).title)


def test_whoever_passed_what_is_required_gets_a_certificate(school: Page) -> None:
    for id in ("school-pupil-immigration-court", "school-class-list", "school-restroom"):
        found = scenario(id)
        practise.begin(school, found)
        if found.expected.alert:
            practise.send_alert(school)
            school.locator('#practice-alert [data-part="sent"] [data-close]').click()
        practise.walk(school, found)
        practise.finish(school)
        expect(school.locator("[data-kept]")).to_contain_text("In the training record")
    school.goto("/en/practice")
    expect(school.locator("[data-site-type=school] .result.good")).to_have_count(3)
    school.locator("[data-certificate] summary").click()
    school.locator("[data-certificate-form] button").click()
    expect(school.locator("[data-certificate-words]")).to_contain_text("Your certificate is ready:")
    school.locator("[data-certificates] a").click()
    school.wait_for_url("**/certificate/*")


def test_a_run_that_waits_is_not_among_my_reports_and_no_other_lane_is_sent(school: Page, server: Server) -> None:
    practise.begin(school, scenario(PUPIL))
    practise.walk(school, scenario(PUPIL))
    server.kill()
    practise.finish(school)
    (waiting,) = stored(school, "outbox")
    assert waiting["lane"] == "practice"
    odd = {**waiting, "id": f"{waiting['id']}0", "revision": 10, "lane": "another"}
    phones.keep(school, "outbox", odd)
    school.goto("/en/practice")
    expect(school.locator("[data-runs]")).to_contain_text("waits for the network")
    school.goto("/en/my-reports")
    expect(school.locator("[data-list] article")).to_have_count(1)  # what is damaged is shown, and only that
    asked = practise.requests_of(school.context)
    server.start()
    school.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: [each["lane"] for each in stored(school, "outbox")] == ["another"], 15)
    assert set(practise.writes(asked)) == {("PUT", "/api/practice/runs/…")}
