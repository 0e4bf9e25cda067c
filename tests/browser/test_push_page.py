"""The board's own switch for alerts. Headless Chromium has no push service, so the browser's side of one is played
here: a subscription that is kept in localStorage, with the key that it was made for."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_board import COUNSEL, first_line
from tests.harness import Server

pytestmark = pytest.mark.browser
OTHER = "operations@city.example"

ENDPOINT = "https://fcm.googleapis.com/fcm/send/board-"
PLAYED = """(() => {
  const made = () => JSON.parse(localStorage.getItem("played") ?? "null");
  const subscription = ({number, key}) => ({
    endpoint: "%s" + number,
    options: {applicationServerKey: Uint8Array.from(key).buffer},
    toJSON: () => ({endpoint: "%s" + number, keys: {p256dh: "%s", auth: "AAAAAAAAAAAAAAAAAAAAAA"}}),
    unsubscribe: async () => { localStorage.removeItem("played"); return true; },
  });
  PushManager.prototype.getSubscription = async () => made() && subscription(made());
  PushManager.prototype.subscribe = async ({applicationServerKey}) => {
    const number = Number(localStorage.getItem("number") ?? 0) + 1;
    localStorage.setItem("number", number);
    localStorage.setItem("played", JSON.stringify({number, key: [...applicationServerKey]}));
    return subscription(made());
  };
})()"""


def point() -> str:
    """A browser's public key as base64url."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def board(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    context.grant_permissions(["notifications"], origin=server.url)
    context.add_init_script(PLAYED % (ENDPOINT, ENDPOINT, point()))
    page = context.new_page()
    page.goto(first_line(server, "sign-in-link", COUNSEL))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/board")
    yield page
    context.close()


def kept(server: Server) -> list[str]:
    """The endpoints that the server would send to."""
    with server.store().reader() as db:
        rows = db.execute("SELECT endpoint FROM push_subscriptions WHERE gone_at IS NULL ORDER BY endpoint")
        return [row["endpoint"].rsplit("-", 1)[1] for row in rows]


def test_alerts_are_turned_on_and_off_with_one_press(board: Page, server: Server) -> None:
    words = board.locator("[data-push-words]")
    expect(words).to_have_text("Alerts do not reach this browser")
    board.get_by_role("button", name="Turn on").click()
    expect(words).to_have_text("Alerts reach this browser")
    assert kept(server) == ["1"]
    board.get_by_role("button", name="Turn off").click()
    expect(words).to_have_text("Alerts do not reach this browser")
    assert kept(server) == []


def test_each_opening_of_the_board_makes_sure_that_the_server_still_knows(board: Page, server: Server) -> None:
    board.get_by_role("button", name="Turn on").click()
    expect(board.locator("[data-push-words]")).to_have_text("Alerts reach this browser")
    with server.store().transaction() as db:
        db.execute("DELETE FROM push_subscriptions")
    board.reload()
    expect(board.locator("[data-push-words]")).to_have_text("Alerts reach this browser")
    assert kept(server) == ["1"]


def test_a_subscription_of_an_older_key_is_made_anew(board: Page, server: Server) -> None:
    board.get_by_role("button", name="Turn on").click()
    expect(board.locator("[data-push-words]")).to_have_text("Alerts reach this browser")
    board.evaluate("""() => localStorage.setItem("played", JSON.stringify({number: 1, key: [4, 1, 2, 3]}))""")
    board.reload()
    expect(board.locator("[data-push-words]")).to_have_text("Alerts reach this browser")
    assert kept(server) == ["2"]


def test_a_blocked_browser_says_how_to_allow_it(board: Page) -> None:
    board.context.add_init_script("Object.defineProperty(Notification, 'permission', {get: () => 'denied'})")
    board.reload()
    expect(board.locator("[data-push-words]")).to_contain_text("blocks notifications")
    expect(board.get_by_role("button", name="Turn on")).to_be_hidden()


def turn_on(page: Page) -> None:
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("[data-push-words]")).to_have_text("Alerts reach this browser")


def sign_in(page: Page, server: Server, who: str) -> None:
    page.goto(first_line(server, "sign-in-link", who))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/board")


@pytest.mark.parametrize("at", ["/board", "/readiness"])
def test_signing_out_ends_alerts_on_the_server_and_in_the_browser(board: Page, server: Server, at: str) -> None:
    turn_on(board)
    board.goto(at)
    board.get_by_role("button", name="Sign out").click()
    board.wait_for_url("**/sign-in")
    assert kept(server) == []
    assert board.evaluate("localStorage.getItem('played')") is None
    sign_in(board, server, OTHER)
    expect(board.locator("[data-push-words]")).to_have_text("Alerts do not reach this browser")
    assert kept(server) == []


def test_signing_out_ends_alerts_without_scripts_too_and_the_next_person_is_asked(
    board: Page, server: Server, browser: Browser
) -> None:
    turn_on(board)
    plain = browser.new_context(
        base_url=server.url, java_script_enabled=False, storage_state=board.context.storage_state()
    )
    page = plain.new_page()
    page.goto("/board")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    plain.close()
    assert kept(server) == []
    sign_in(board, server, OTHER)  # the browser still has its half
    expect(board.locator("[data-push-words]")).to_contain_text("gets the alerts of someone else")
    assert kept(server) == []
    turn_on(board)
    assert kept(server) == ["1"]


def test_taking_over_a_browser_asks_first_and_the_other_person_is_told(
    board: Page, server: Server, browser: Browser
) -> None:
    turn_on(board)
    board.context.clear_cookies()  # the session is over by its age
    sign_in(board, server, OTHER)
    words = board.locator("[data-push-words]")
    expect(words).to_contain_text("gets the alerts of someone else")
    board.evaluate("localStorage.removeItem('alerts-person')")
    board.reload()
    expect(words).to_contain_text("gets the alerts of someone else")
    turn_on(board)
    elsewhere = browser.new_context(base_url=server.url).new_page()
    sign_in(elsewhere, server, COUNSEL)
    expect(elsewhere.get_by_text("Someone else turned on alerts in a browser that was yours.")).to_be_visible()
    elsewhere.get_by_role("button", name="I have seen it").click()
    expect(elsewhere.get_by_role("button", name="I have seen it")).to_have_count(0)
    elsewhere.context.close()


def test_a_subscription_that_its_service_refuses_is_made_anew(board: Page, server: Server) -> None:
    turn_on(board)
    with server.store().transaction() as db:
        db.execute("UPDATE push_subscriptions SET refused_at = '2026-11-24T12:00:00.000Z'")
    board.reload()
    expect(board.locator("[data-push-words]")).to_have_text("Alerts reach this browser")
    assert kept(server) == ["2"]
