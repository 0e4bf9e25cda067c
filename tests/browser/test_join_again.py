"""A phone whose enrollment ended says so on its own screen, and how to go on."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from guidance.clock import SystemClock
from guidance.people import directory, join
from guidance.web.cookies import device_cookie
from tests.harness import Server


def test_a_phone_that_was_not_used_for_long_says_that_it_must_join_again(phone: Page, server: Server) -> None:
    store = server.store()
    with store.transaction() as db:
        site = directory.find_site(db, "Oak Street School")
        _device, token = join.enrol(db, SystemClock().now(), site, None)
    phone.context.add_cookies([{"name": device_cookie(server.settings), "value": token, "url": server.url}])
    phone.goto("/en/ready")
    joined = phone.locator('[data-check="site"]')
    expect(joined).to_contain_text("Joined to Oak Street School")
    with store.transaction() as db:
        db.execute("UPDATE devices SET seen_at = '2020-01-01T00:00:00.000Z'")
    phone.goto("/en/ready")
    expect(joined.locator("[data-ended]")).to_be_visible()
    expect(joined.locator("[data-ended]")).to_contain_text("must join its site again")
    expect(joined.get_by_role("link", name="Join a site")).to_be_visible()
    store.close()
