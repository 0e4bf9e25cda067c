"""Pages that come back by the browser's Back button, as tests that the module of each engine takes over.

WebKit keeps the page and ends its locks; Chromium keeps it only with a head, Firefox not while it has channels. Where
it was not kept, the two events are told to the page by a script, which is all that a page sees of the cache.
"""

from __future__ import annotations

from typing import Any

from tests.engines.phone import Phone
from tests.harness import wait_until

REST = """
  dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
"""
WAKE = """
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
"""
LISTEN = "window.wokenUp = 0; addEventListener('pageshow', (event) => { window.wokenUp += event.persisted ? 1 : 0 })"
LOCKS = """
  window.lockNames = null;
  navigator.locks.query().then(({ held }) => { window.lockNames = held.map((each) => each.name) });
"""
QUESTION = "[data-screen]:not([hidden]) label.chip"


def away_and_back(phone: Phone) -> None:
    """To My reports and back to the page that showed before, which is awake again afterwards."""
    phone.run(LISTEN)
    phone.open("/en/my-reports")
    phone.sees("[data-my-reports] h1")
    phone.back()
    phone.wait("return location.pathname !== '/en/my-reports' && document.readyState === 'complete'")
    if phone.run("return window.wokenUp === undefined"):
        phone.wait("return Boolean(navigator.locks)")
        phone.sees("#report")
        phone.run(REST)
        phone.run(WAKE)
    else:
        phone.wait("return window.wokenUp >= 1")


def locks(phone: Phone) -> list[str]:
    """The names of the locks that pages of this phone hold."""
    phone.run(LOCKS)
    phone.wait("return window.lockNames !== null")
    found: list[str] = phone.run("return window.lockNames")
    return found


def draft_of(phone: Phone, report: str) -> dict[str, Any]:
    """The draft of a report, by how its id begins."""
    (draft,) = [each for each in phone.kept("drafts") if str(each["id"]).startswith(report)]
    return draft


def test_the_form_takes_answers_after_back(phone: Phone) -> None:
    phone.open("/en/report#0c3a1f7e-5d0f-4a53-9f0b-6d8a1c2b3e4f")
    phone.tap(QUESTION)
    phone.wait("return !document.querySelector('[data-saved]').hidden")
    away_and_back(phone)
    phone.wait("return !document.getElementById('report').inert && !document.querySelector('[data-form-edge]').hidden")
    assert phone.run("return document.querySelector('[data-trouble]').hidden")
    assert phone.run("return document.querySelector('[data-elsewhere]').hidden")
    assert any(name.startswith("draft-0c3a1f7e") for name in locks(phone))
    phone.tap("[data-next]")
    phone.wait("return document.querySelector('[data-screen=\"kind\"]').hidden")
    asked = phone.run(f"return document.querySelectorAll({QUESTION!r}).length")
    assert asked
    phone.tap(QUESTION)
    wanted = phone.run(f"return document.querySelector({QUESTION!r} + ' input').name.replace('f-', '')")
    saved = "return document.querySelector('[data-trouble]').hidden && performance.now() > window.answeredAt + 600"
    phone.run("window.answeredAt = performance.now()")
    phone.wait(saved)  # WebKit gives up what a page begins to write while it goes away
    phone.open("/en/my-reports")
    wait_until(lambda: wanted in draft_of(phone, "0c3a1f7e")["answers"])


def test_a_form_at_rest_leaves_its_report_to_other_pages(phone: Phone) -> None:
    phone.open("/en/report#1c3a1f7e-5d0f-4a53-9f0b-6d8a1c2b3e4f")
    phone.sees(QUESTION)
    phone.run(REST)
    phone.run(LISTEN)
    assert not [name for name in locks(phone) if name.startswith("draft-1c3a1f7e")]
    # Another page takes the report meanwhile: the form says so, and offers to go on here.
    phone.run("navigator.locks.request('draft-1c3a1f7e-5d0f-4a53-9f0b-6d8a1c2b3e4f', () => new Promise(() => {}))")
    phone.run(WAKE)
    phone.sees("[data-take-over]")
    phone.tap("[data-take-over]")
    phone.wait("return !document.getElementById('report').inert && !document.querySelector('[data-form-edge]').hidden")
    phone.tap(QUESTION)
    phone.wait("return !document.querySelector('[data-saved]').hidden")
