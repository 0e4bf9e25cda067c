"""A committee member's browser for tests: signed in, with a push subscription at the fake push service."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.fakes.push_service import Browser as Subscription
from tests.fakes.push_service import FakePushService, Message
from tests.harness import Server

DESK = {"width": 1280, "height": 800}
COUNSEL = "counsel@city.example"

SUBSCRIBE = """async (info) => {
  const answer = await fetch("/api/push/subscription", {
    method: "PUT", body: JSON.stringify(info),
    headers: {"Content-Type": "application/json", "X-Guidance": "1"},
  });
  return answer.status;
}"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(({title, body, tag, data}) => ({title, body, tag, data}));
}"""
# The one thing that a headless browser does not have is somebody who clicks on the notification itself.
CLICK = """async (tag) => {
  const [notification] = await self.registration.getNotifications({tag});
  const opened = [];
  Clients.prototype.openWindow = async (path) => { opened.push(path); };
  const event = new NotificationEvent("notificationclick", {notification});
  const done = [];
  event.waitUntil = (promise) => done.push(promise);
  self.dispatchEvent(event);
  await Promise.all(done);
  return opened;
}"""


class Committee:
    """Someone at a desk who is alerted: signs in, subscribes, gets what the fake push service decrypted."""

    def __init__(self, browser: Browser, server: Server, service: FakePushService, email: str) -> None:
        self.server = server
        self.service = service
        self.context: BrowserContext = browser.new_context(base_url=server.url, viewport=DESK)  # type: ignore[arg-type]
        self.context.grant_permissions(["notifications"], origin=server.url)
        self.page: Page = self.context.new_page()
        self._sign_in(email)
        self.subscription: Subscription = service.subscribe(re.sub(r"\W", "-", email))
        assert self.page.evaluate(SUBSCRIBE, self.subscription.info) == 200

    def _sign_in(self, email: str) -> None:
        printed = self.server.run_command("sign-in-link", email)
        link = re.search(r"\S+/sign-in/\S+", printed)
        assert link, printed
        self.page.goto(link[0])
        self.page.locator("main form button").click()
        self.page.goto("/board")

    @property
    def pushes(self) -> list[Message]:
        """What the push service got for this browser."""
        return self.service.received(self.subscription.name)

    def deliver(self, plaintext: bytes) -> None:
        """Hand a push to the browser's service worker, as the browser does after decrypting it."""
        session: CDPSession = self.context.new_cdp_session(self.page)
        registrations: list[dict[str, Any]] = []
        session.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(told["registrations"]))
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        session.send("ServiceWorker.enable")
        self.page.wait_for_timeout(300)
        assert registrations, "the page has no service worker"
        message = {
            "origin": self.server.url,
            "registrationId": registrations[-1]["registrationId"],
            "data": plaintext.decode(),
        }
        session.send("ServiceWorker.deliverPushMessage", message)
        self.page.wait_for_timeout(500)
        session.detach()

    def notifications(self) -> list[dict[str, Any]]:
        """What the browser shows."""
        shown: list[dict[str, Any]] = self.page.evaluate(SHOWN)
        return shown

    def click(self, tag: str) -> list[str]:
        """Click a notification; the paths that the service worker opens."""
        opened: list[str] = self.context.service_workers[0].evaluate(CLICK, tag)
        return opened

    def close(self) -> None:
        """Close the browser."""
        self.context.close()


def described(messages: list[Message]) -> list[dict[str, Any]]:
    """The decrypted messages."""
    return [json.loads(message.plaintext) for message in messages]
