"""The main job, as tests that the module of each engine takes over. Each begins on its own and leaves nothing open."""

from __future__ import annotations

import time

from guidance.protocol.load import load_folder
from guidance.protocol.paths import paths
from guidance.settings import ROOT
from tests.browser import phones
from tests.engines.phone import HIDDEN, Phone
from tests.harness import wait_until
from tests.practice.shelf import scenario

PUPIL = "school-pupil-immigration-court"


def walk_to_agency_paper(phone: Phone) -> None:
    """Through the guide from the home screen, as the paper of an agency is shown."""
    visit = load_folder(ROOT / "protocols").protocols["visit"]
    path = next(each for each in paths(visit, "school") if each.outcome == "agency-paper")
    phone.open("/en/")
    phone.tap('a.answer[href$="/guide/visit"]')
    for step, answer in path.taken:
        if not step.place:
            phone.tap(f'section#{step.id} a[data-answer="{answer.id}"]')
    phone.sees("section#agency-paper")


def press_alert(phone: Phone, protocol: str) -> None:
    """Send the early alert from a guide whose scripts are there; before that the button leads to the plain page."""
    phone.open(f"/en/guide/{protocol}")
    phone.sees("main > section[data-shown]")
    phone.tap(".edge [data-alert]")
    phone.tap("[data-send]")


def test_a_guide_is_walked_forth_and_back(phone: Phone) -> None:
    walk_to_agency_paper(phone)
    phone.back()
    phone.wait(HIDDEN, "section#agency-paper")
    assert phone.path().startswith("/en/guide/visit")
    shown = "[...document.querySelectorAll('main > section')].filter(it => it.getClientRects().length).length"
    phone.wait(f"return {shown} === 1")
    walk = max(phone.kept("walks"), key=lambda each: str(each["started_at"]))
    assert [each["answer"] for each in walk["entries"]][-1] == "back"


def test_an_alert_goes_out_and_its_receipt_comes_back(phone: Phone) -> None:
    before = phones.report_ids(phone.server)
    press_alert(phone, "visit")
    phone.sees('[data-part="sent"]')
    phone.wait("return document.querySelector('#alert-dialog').innerText.match(/[0-9A-Z]{3}-[0-9A-Z]{3}/)")
    (report,) = phones.sent_reports(phone.server, before)
    assert report["device_id"]
    assert phone.kept("outbox") == []
    phone.open("/en/my-reports")
    phone.wait("return document.querySelectorAll('[data-list] .card').length >= 1")


def test_what_is_written_without_a_network_goes_by_itself_when_it_is_back(phone: Phone) -> None:
    before = phones.report_ids(phone.server)
    phone.server.kill()
    press_alert(phone, "staging")
    phone.reads("#alert-dialog", "It is saved on this phone")
    phone.tap("[data-add-details]")
    phone.wait("return location.pathname === '/en/report'")
    phone.tap("[data-to-check]")
    phone.tap("label.tick")
    phone.tap("[data-next]")
    phone.sees('[data-screen="sent"]')
    assert phones.sent_reports(phone.server, before) == []
    phone.server.start()
    phone.open("/en/my-reports")
    phone.run("dispatchEvent(new Event('online'))")
    wait_until(lambda: not phone.kept("outbox"), 30, 0.2)
    phone.wait("return document.querySelector('[data-waiting]').hidden")
    (report,) = phones.sent_reports(phone.server, before)
    revisions = [each for each in phones.rows(phone.server, "report_revisions") if each["report_id"] == report["id"]]
    assert [each["revision"] for each in revisions] == [1, 2]


def test_the_language_changes_in_mid_walk_and_the_place_stays(phone: Phone) -> None:
    walk_to_agency_paper(phone)
    step = str(phone.run("return location.hash"))
    assert step == "#agency-paper"
    phone.tap('a[href*="/languages"]')
    phone.tap('[data-languages] a[data-code="es"]')
    phone.wait("return location.pathname === '/es/guide/visit'")
    phone.wait("return location.hash === arguments[0]", step)
    assert phone.run("return document.documentElement.lang") == "es"
    phone.open("/en/languages")
    phone.tap('[data-languages] a[data-code="en"]')
    phone.wait("return location.pathname.startsWith('/en/')")


def test_practice_runs_to_its_debrief_without_a_network(phone: Phone) -> None:
    phone.open("/en/practice")
    phone.server.kill()
    phone.open(f"/en/practice/guide/visit?scenario={PUPIL}")
    phone.tap("#facts [data-close]")
    for step, answer in scenario(PUPIL).expected.path:
        if step == "place":
            continue
        phone.sees(f"section#{step}")
        inside = f"section#{step} a[data-answer='{answer}']"
        offered = phone.run("return Boolean(document.querySelector(arguments[0]))", inside)
        _tap_between_events(phone, inside if offered else f".edge a[data-answer='{answer}']")
        phone.wait(HIDDEN, f"section#{step}")
    phone.wait("return [...document.querySelectorAll('[data-end]')].some(it => it.getClientRects().length)")
    _tap_between_events(phone, "[data-end]")
    phone.sees("[data-page] [data-verdict]")
    assert phone.run("return document.querySelectorAll('[data-decisions] li').length") >= 1


def test_a_sheet_to_print_is_there(phone: Phone) -> None:
    phone.open("/en/poster/visit")
    phone.wait("return document.readyState === 'complete' && document.querySelector('h1')")
    assert phone.run("return document.documentElement.scrollWidth <= innerWidth + 1")
    assert phone.run("return [...document.styleSheets].some(it => it.href.includes('print'))")


def _tap_between_events(phone: Phone, selector: str) -> None:
    """Press an element; what happens meanwhile in the scenario is read and closed first."""
    open_event = "const it = document.querySelector('#event'); return Boolean(it && it.open)"
    for _ in range(20):
        if phone.run(open_event):
            phone.engine.tap("#event [data-close]")
        elif phone.run("return performance.now() - (window.quietSince ??= performance.now()) > 600"):
            phone.run("window.quietSince = undefined")
            return phone.tap(selector)
        time.sleep(0.1)
    raise AssertionError(f"events never ended before {selector}")
