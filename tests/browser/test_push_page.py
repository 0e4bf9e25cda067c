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
