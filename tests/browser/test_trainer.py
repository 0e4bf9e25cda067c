"""A trainer at a desk in a real Chromium: a class of five phones, a tabletop, results, the editor, a certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from guidance.clock import SystemClock
from tests.browser.conftest import PHONE
from tests.harness import Server
from tests.practice.runs import PUPIL, RULES, SHELF, run_body, wrong_body

pytestmark = pytest.mark.browser

TRAINER = "training@city.example"
SEND = """async ({method, path, body}) => {
  const answer = await fetch(path, {method, body: JSON.stringify(body),
    headers: {"content-type": "application/json", "x-guidance": "1"}});
  return [answer.status, answer.status === 204 ? null : await answer.json()];
}"""


def send(page: Page, method: str, path: str, body: dict[str, Any]) -> Any:
    """Send JSON from a page as its own modules would; fails unless the server took it."""
    status, told = page.evaluate(SEND, {"method": method, "path": path, "body": body})
    assert status in (200, 201, 204), told
    return told


@pytest.fixture
def trainer(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(server.run_command("sign-in-link", TRAINER).splitlines()[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/trainer")
    yield page
    context.close()


@pytest.fixture
def phones(browser: Browser, server: Server) -> Iterator[list[Page]]:
    """Five phones of five people."""
    contexts: list[BrowserContext] = [
        browser.new_context(base_url=server.url, **PHONE)  # type: ignore[arg-type]
        for _ in range(5)
    ]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def open_class(trainer: Page, kind: str, *scenarios: str) -> str:
    """Open a class on the page; its code."""
    trainer.goto("/trainer")
    form = trainer.locator('form[action="/trainer/classes"]')
    if not form.is_visible():
        trainer.get_by_text("Open a class or tabletop").click()
    form.locator("input[name=title]").fill("Morning shift")
    form.locator(f'input[value="{kind}"]').check()
    for each in scenarios:
        box = trainer.locator(f'input[name=scenarios][value="{each}"]')
        if not box.is_visible():
            form.locator("details", has=box).locator("summary").click()
        box.check()
    form.get_by_role("button").click()
    trainer.wait_for_url(re.compile(r"/trainer/classes/[0-9a-f-]+$"))
    return trainer.locator(".big-code").inner_text()


def join(phone: Page, code: str, nickname: str) -> None:
    phone.goto(f"/practice/join/{code}")
    phone.get_by_label("Your name in the class").fill(nickname)
    phone.get_by_role("button", name="Join the class").click()
    phone.wait_for_url(lambda address: "/practice/join" not in address)
    phone.goto("/verify")  # a page of this origin from which to send


def test_a_trainer_watches_a_class_of_five_phones_live(trainer: Page, phones: list[Page]) -> None:
    code = open_class(trainer, "class", PUPIL.id, "school-staff-stairs")
    expect(trainer.locator("[data-live]")).to_have_text("Live")
    expect(trainer.get_by_text("Nobody is here yet")).to_be_visible()
    for number, phone in enumerate(phones):
        join(phone, code, f"Desk {number + 1}")
    rows = trainer.locator("[data-class-board] tbody tr")
    expect(rows).to_have_count(5)
    expect(trainer.get_by_text("Nobody is here yet")).to_be_hidden()

    told = {"scenario": PUPIL.id, "position": "who", "answers": 1, "alerted": True}
    send(phones[0], "PUT", f"/api/practice/runs/{uuid4()}/progress", told)
    cell = rows.nth(0).locator("td").nth(0)
    expect(cell).to_contain_text("On the way")
    expect(cell).to_contain_text("1 answer · alerted")
    send(phones[0], "PUT", f"/api/practice/runs/{uuid4()}", run_body(SystemClock()))
    send(phones[1], "PUT", f"/api/practice/runs/{uuid4()}", wrong_body(SystemClock()))
    expect(rows.nth(1).locator("td").nth(0)).to_contain_text("Not passed")
    expect(trainer.locator("[data-passed]").nth(0)).to_have_text("1")

    trainer.get_by_text("End the class").click()
    trainer.get_by_role("button", name="End it").click()
    expect(trainer.locator(".title-row")).to_contain_text("Ended")
    phones[4].goto(f"/practice/join/{code}")
    expect(phones[4].locator("[data-problems]")).to_contain_text("opens no class")


def test_a_tabletop_reveals_to_all_phones_and_ends_in_actions(trainer: Page, phones: list[Page]) -> None:
    code = open_class(trainer, "tabletop", PUPIL.id)
    join(phones[0], code, "Table 1")
    trainer.get_by_role("button", name="Reveal to all phones").click()
    expect(trainer.locator('.injects [data-state="shown"]')).to_have_count(1)
    revealed = phones[0].evaluate("async () => (await (await fetch('/api/practice/class')).json()).revealed")
    assert revealed == 1
    trainer.get_by_label("What", exact=True).fill("Put a sign at the side door")
    trainer.get_by_label("Who", exact=True).fill("Facilities")
    trainer.get_by_role("button", name="Add the action").click()
    trainer.get_by_role("button", name="Done").click()
    expect(trainer.locator(".actions [data-done]")).to_contain_text("Put a sign at the side door")


def test_the_editor_writes_a_scenario_with_what_is_to_mend_beside_it(trainer: Page) -> None:
    trainer.goto("/trainer/scenarios")
    trainer.locator("select[name=origin]").select_option(PUPIL.id)
    trainer.get_by_role("button", name="Open a copy").click()
    expect(trainer.locator("[data-fit]")).to_be_visible()
    turns = trainer.locator("[data-turns] > li")
    expect(turns).to_have_count(len(PUPIL.expected.path) + 1)

    trainer.locator('[data-field="counsel"]').fill("")
    expect(trainer.locator("[data-complaints]")).to_contain_text("missing")
    trainer.locator("[data-complaints] button").first.click()
    trainer.locator('[data-field="counsel"]').fill("The pupil stays in class.")
    expect(trainer.locator("[data-fit]")).to_be_visible()

    turns.nth(1).locator("[data-choice]").select_option("unsafe")
    expect(trainer.locator("[data-outcome]")).to_contain_text("Get to a safe place now")
    expect(turns).to_have_count(3)
    turns.nth(1).locator("[data-choice]").select_option("non-local")
    expect(trainer.locator("[data-complaint-count]")).not_to_have_text("0")

    expect(trainer.locator("[data-saved]")).to_have_text("Saved")
    trainer.reload()
    assert trainer.locator('[data-field="counsel"]').input_value() == "The pupil stays in class."
    with trainer.expect_download() as download:
        trainer.get_by_role("link", name="Export as YAML").click()
    assert download.value.suggested_filename == f"{PUPIL.id}.yaml"


def test_without_a_script_the_editor_is_a_text_and_a_button(browser: Browser, server: Server, trainer: Page) -> None:
    state = trainer.context.storage_state()
    context = browser.new_context(base_url=server.url, java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto("/trainer/scenarios")
    page.get_by_role("button", name="With an empty one").click()
    expect(page.locator("[data-editor]")).to_be_hidden()
    page.locator("textarea[name=yaml]").fill("id: mine\ntitle: Mine")
    page.get_by_role("button", name="Check and save").click()
    expect(page.locator("[data-complaints]")).to_contain_text("'card' is missing")
    expect(page.locator("textarea[name=yaml]")).to_have_value("id: mine\ntitle: Mine")
    context.close()


def test_a_certificate_is_earned_printed_with_a_name_that_stays_here_and_verified(phones: list[Page]) -> None:
    phone, ids = phones[0], []
    phone.goto("/verify")
    for scenario in RULES.required("front_desk", "school"):
        ids.append(str(uuid4()))
        send(phone, "PUT", f"/api/practice/runs/{ids[-1]}", run_body(SystemClock(), SHELF.scenarios[scenario]))
    wish = {"role": "front_desk", "site_type": "school", "runs": ids}
    code = send(phone, "POST", "/api/practice/certificates", wish)["code"]
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    phone.goto(f"/certificate/{code}")
    phone.get_by_label("Name on the sheet").fill("Rosa Example")
    expect(phone.locator("[data-name-shown]")).to_have_text("Rosa Example")
    phone.emulate_media(media="print")
    expect(phone.locator(".sheet")).to_be_visible()
    expect(phone.get_by_role("button", name="Print")).to_be_hidden()
    phone.emulate_media(media="screen")
    phone.get_by_role("link", name="Check it").click()
    expect(phone.locator("main")).to_contain_text("This certificate is genuine")
    assert not any("Rosa" in each for each in sent)
