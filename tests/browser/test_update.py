from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from guidance.settings import ROOT
from tests.browser.guide import demo_server, expect_step, given, install, last_walk, let_idle_workers_go, tap
from tests.harness import Server, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these; each test finds it running, though another may have killed it."""
    with demo_server(tmp_path_factory.mktemp("update") / "data") as running:
        yield running


@pytest.fixture
def server(one_server: Server) -> Server:
    """The server, alive and on the present version."""
    if one_server.web is None or one_server.root != ROOT:
        one_server.kill()
        one_server.root = ROOT
        one_server.start()
    return one_server


OLD, NEW = "Who are they?", "Who came to the desk?"
WAITS = "async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)"
INSTALLING = "async () => Boolean((await navigator.serviceWorker.getRegistration()).installing)"
LOOK_FOR_NEW = "async () => { await (await navigator.serviceWorker.getRegistration()).update(); }"
CACHES = "async () => (await caches.keys()).filter(name => name.startsWith('guidance-'))"

Deploy = Callable[[], None]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A copy of the product in which one question is worded anew."""
    copy = tmp_path / "next"
    for part in ("guidance", "templates", "static", "protocols"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    visit = copy / "protocols" / "visit.yaml"
    text = visit.read_text(encoding="utf-8")
    assert OLD in text
    visit.write_text(text.replace(OLD, NEW).replace("\nversion: 2\n", "\nversion: 3\n"), encoding="utf-8")
    return copy


@pytest.fixture
def deploy(server: Server, release: Path) -> Deploy:
    """Replace the running version by the next one, on the same address and data."""

    return lambda: _deploy(server, release)


def test_an_update_in_the_middle_of_a_walk_changes_nothing_until_the_walk_is_done(phone: Page, deploy: Deploy) -> None:
    install(phone)
    phone.goto("/en/guide/visit")
    tap(phone, "no")
    expect(phone.locator("#who h1")).to_have_text(OLD)
    before = last_walk(phone)["protocol"]["hash"]
    deploy()
    phone.evaluate(LOOK_FOR_NEW)
    wait_until(lambda: phone.evaluate(WAITS), 20)
    tap(phone, "non-local")
    phone.reload()
    expect_step(phone, "identified")
    phone.go_back()
    expect(phone.locator("#who h1")).to_have_text(OLD)
    phone.locator(".edge [data-answer=unsafe]").tap()
    expect_step(phone, "safety-exit")
    wait_until(lambda: last_walk(phone)["outcome"] == "safety-exit")
    assert last_walk(phone)["protocol"]["hash"] == before
    phone.goto("/")
    _changes_over(phone)
    phone.goto("/en/guide/visit#who")
    expect(phone.locator("#who h1")).to_have_text(NEW)
    assert len(phone.evaluate(CACHES)) == 1


def test_a_walk_of_an_older_version_is_not_taken_up_by_the_newer_one(phone: Page, deploy: Deploy) -> None:
    install(phone)
    phone.goto("/en/guide/visit")
    tap(phone, "no")
    wait_until(lambda: len(last_walk(phone)["entries"]) == 1)
    deploy()
    phone.evaluate(LOOK_FOR_NEW)
    wait_until(lambda: phone.evaluate(WAITS), 20)
    context = phone.context
    phone.goto("about:blank")
    again = context.new_page()
    phone.close()
    again.goto("/")
    expect(again.locator("[data-continue]")).to_contain_text("Continue: Officers are here")
    if again.evaluate(WAITS):  # the browser may have changed over by itself while no page of ours was open
        expect(again.locator("[data-update]")).to_contain_text("New version ready")
        again.get_by_role("button", name="Use it now").tap()
    _changes_over(again)
    again.goto("/en/guide/visit#who")
    expect(again.locator("#who h1")).to_have_text(NEW)
    expect(again.locator("[data-renewed]")).to_be_visible()
    tap(again, "non-local")
    wait_until(lambda: given(last_walk(again)) == [("who", "non-local")])


def test_half_an_update_leaves_the_old_version_whole(phone: Page, server: Server, release: Path) -> None:
    """The next version's list names content that its server does not deliver: a proxy mixes two versions."""
    install(phone)
    kept = phone.evaluate(CACHES)
    worker = release / "static" / "service-worker.js"
    broken = worker.read_text(encoding="utf-8").replace('"use strict";', '"use strict";\nHASHES_BROKEN;', 1)
    worker.write_text(broken, encoding="utf-8")
    _deploy(server, release)
    phone.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update().catch(() => {})")
    _still_works(phone, server, kept)


def test_an_update_whose_files_do_not_match_their_hashes_is_refused(phone: Page, server: Server, release: Path) -> None:
    install(phone)
    kept = phone.evaluate(CACHES)
    source = release / "guidance" / "web" / "precache.py"
    text = source.read_text(encoding="utf-8")
    spoilt = text.replace("hashlib.sha256(response.data)", 'hashlib.sha256(response.data + b"x" * ("visit" in url))')
    assert spoilt != text
    source.write_text(spoilt, encoding="utf-8")
    _deploy(server, release)
    phone.evaluate(LOOK_FOR_NEW)
    wait_until(lambda: not phone.evaluate(INSTALLING), 30)
    _still_works(phone, server, kept)


def test_the_next_version_is_put_in_place_by_the_home_screen_when_nothing_is_open(phone: Page, deploy: Deploy) -> None:
    install(phone)
    deploy()
    phone.evaluate("window.before = true")
    phone.evaluate(LOOK_FOR_NEW)
    _changes_over(phone)
    phone.wait_for_function("!window.before")  # a page of the old version does not go on with the files of the new
    phone.goto("/en/guide/visit#who")
    expect(phone.locator("#who h1")).to_have_text(NEW)


def _changes_over(page: Page) -> None:
    page.wait_for_timeout(2000)
    wait_until(lambda: not _asked(page, INSTALLING), 20)
    if _asked(page, WAITS):
        let_idle_workers_go(page)
    wait_until(lambda: not _asked(page, WAITS), 20)


def _asked(page: Page, script: str) -> bool:
    """What a script says; yes while the page renews itself."""
    try:
        return bool(page.evaluate(script))
    except Error:
        return True


def _deploy(server: Server, root: Path) -> None:
    server.kill()
    server.root = root
    server.start()


def _still_works(phone: Page, server: Server, kept: list[str]) -> None:
    assert not phone.evaluate(WAITS)
    assert phone.evaluate(CACHES) == kept
    server.kill()
    phone.goto("/en/guide/visit#who")
    expect(phone.locator("#who h1")).to_have_text(OLD)
