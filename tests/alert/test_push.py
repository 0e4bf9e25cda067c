from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from guidance.alert import wire
from guidance.alert.push import Push, PushSender, push_sender, topic
from guidance.alert.vapid import LIFE, Signer, usable_contact
from guidance.clock import FixedClock, SystemClock
from guidance.keys import Keys
from guidance.settings import Settings
from tests.fakes.push_service import Browser, FakePushService, Reply


def push(browser: Browser, incident_id: str = "an-id", urgency: str = "urgent") -> Push:
    return Push(browser.endpoint, browser.p256dh, browser.auth, incident_id, "visit", urgency)


def test_a_push_carries_what_keeps_it_for_a_sleeping_phone(service: FakePushService, sender: PushSender) -> None:
    browser = service.subscribe("b", application_key=sender_key(sender))
    assert sender.send(push(browser)).status == 201
    assert sender.send(push(browser, urgency="normal")).status == 201
    urgent, normal = service.messages
    assert (urgent.headers["urgency"], normal.headers["urgency"]) == ("high", "normal")
    assert int(urgent.headers["ttl"]) == 4 * 3600
    assert urgent.headers["topic"] == normal.headers["topic"]
    assert len(urgent.headers["topic"]) == 32
    assert urgent.claims["exp"] <= time.time() + 12 * 3600
    assert urgent.claims["sub"] == "mailto:admin@city.example"


def sender_key(sender: PushSender) -> str:
    return sender.signer.header("https://any.test").rpartition("k=")[2]


@pytest.fixture
def second(tmp_path: Path) -> Iterator[FakePushService]:
    with FakePushService(tmp_path / "second", host="localhost") as made:
        yield made


def test_each_service_gets_a_token_made_out_to_itself(
    service: FakePushService, second: FakePushService, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    both = tmp_path / "both.pem"
    both.write_text(Path(service.ca_file).read_text() + Path(second.ca_file).read_text())
    sender = push_sender(replace(settings, push_hosts=("localhost",), push_ca_file=str(both)), keys)
    for number in range(4):
        for each in (service, second):
            assert sender.send(push(each.subscribe(f"b{number}"))).status == 201
    assert {message.claims["aud"] for message in service.messages} == {service.origin}
    assert {message.claims["aud"] for message in second.messages} == {second.origin}


def test_connections_are_kept(service: FakePushService, sender: PushSender) -> None:
    browser = service.subscribe("b")
    for _ in range(10):
        assert sender.send(push(browser)).status == 201
    assert service.connections == 1


def test_a_kept_connection_that_the_service_closed_is_replaced(service: FakePushService, sender: PushSender) -> None:
    browser = service.subscribe("b")
    service.script("b", Reply(), Reply(act="reset"))
    assert sender.send(push(browser)).status == 201
    assert sender.send(push(browser)).status == 201
    assert service.connections == 2


def test_every_address_of_a_service_is_tried_in_order(
    service: FakePushService, alerting: Settings, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.3)
    browser = service.subscribe("b")
    for broken in (["127.0.0.9"], ["127.0.0.9", "::1"]):
        sender = push_sender(alerting, keys, lambda *_, first=broken: [*first, "127.0.0.1"])
        assert sender.send(push(browser)).status == 201
    nowhere = push_sender(alerting, keys, lambda *_: ["127.0.0.9", "127.0.0.8"])
    assert nowhere.send(push(browser)).problem == "connection"


def test_an_address_that_hangs_does_not_keep_the_next_one_from_being_tried(
    service: FakePushService, alerting: Settings, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that swallows packets: the listener never accepts, and its queue is full."""
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.7", service.port), backlog=0):
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.7", service.port))
        sender = push_sender(alerting, keys, lambda *_: ["127.0.0.7", "127.0.0.1"])
        assert sender.send(push(service.subscribe("b"))).status == 201
        for each in waiting:
            each.close()


def test_a_redirect_is_not_followed(service: FakePushService, sender: PushSender) -> None:
    browser, other = service.subscribe("b"), service.subscribe("c")
    service.script("b", Reply(302, {"Location": other.endpoint}))
    assert sender.send(push(browser)).status == 302
    assert service.attempts == ["b"]


def test_a_proxy_of_the_environment_is_not_used(
    service: FakePushService, sender: PushSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert sender.send(push(service.subscribe("b"))).status == 201


@pytest.mark.parametrize("act", ["hang", "drip"])
def test_an_answer_that_takes_too_long_is_cut_off(
    service: FakePushService, sender: PushSender, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.6)
    browser = service.subscribe("b")
    service.script("b", Reply(act=act))
    begun = time.monotonic()
    assert sender.send(push(browser)).problem == "timeout"
    assert time.monotonic() - begun < 2


def test_a_certificate_for_another_name_or_of_nobody_known_is_refused(
    service: FakePushService, settings: Settings, alerting: Settings, keys: Keys
) -> None:
    browser = service.subscribe("b")
    stranger = push_sender(replace(settings, push_hosts=("localhost",)), keys)
    assert stranger.send(push(browser)).problem == "tls"
    sender = push_sender(replace(alerting, push_hosts=(f"other.test:{service.port}",)), keys, lambda *_: ["127.0.0.1"])
    renamed = replace(browser, endpoint=browser.endpoint.replace("localhost", "other.test"))
    assert sender.send(push(renamed)).problem == "tls"
    assert not service.attempts


def test_a_key_that_is_no_point_fails_without_a_connection(service: FakePushService, sender: PushSender) -> None:
    answer = sender.send(push(replace(service.subscribe("b"), p256dh="B" + "A" * 86)))
    assert answer.final
    assert service.connections == 0


def test_the_browsers_services_get_nothing_until_they_could_write_to_somebody(
    service: FakePushService, alerting: Settings, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    sender = push_sender(replace(alerting, public_contact=""), keys, lambda *_: ["127.0.0.1"])
    browser = service.subscribe("b")
    answer = sender.send(push(replace(browser, endpoint="https://fcm.googleapis.com/x")))
    assert answer.final
    assert "GUIDANCE_PUBLIC_CONTACT" in caplog.text
    sender.send(push(browser))
    assert service.attempts == ["b"]  # a host that the operator lists is still tried


@pytest.mark.parametrize(
    ("contact", "usable"),
    [
        ("mailto:alerts@nyc.gov", True),
        ("https://www.nyc.gov/alerts", True),
        ("mailto:exampleton@contest.org", True),
        ("", False),
        ("alerts@nyc.gov", False),
        ("mailto:admin@localhost", False),
        ("mailto:admin@example.com", False),
        ("mailto:admin@city.example", False),
        ("https://localhost/", False),
        ("https://example.org", False),
        ("https://127.0.0.1/", False),
        ("http://www.nyc.gov", False),
    ],
)
def test_a_placeholder_is_no_contact(contact: str, usable: bool) -> None:
    assert usable_contact(contact) == usable


def test_a_token_is_kept_for_minutes_and_dropped_when_refused(clock: FixedClock) -> None:
    signer = Signer(ec.generate_private_key(ec.SECP256R1()), "mailto:a@nyc.gov", clock)
    first = signer.header("https://a.test")
    assert signer.header("https://a.test") == first != signer.header("https://b.test")
    clock.advance(minutes=5)
    second = signer.header("https://a.test")
    assert second != first
    signer.forget("https://a.test")
    assert signer.header("https://a.test") != second
    assert LIFE.total_seconds() <= 12 * 3600


def test_after_the_key_was_changed_old_subscriptions_are_refused_not_forgotten(
    service: FakePushService, sender: PushSender, alerting: Settings, keys: Keys
) -> None:
    browser = service.subscribe("b", application_key=keys.vapid_public)
    changed = push_sender(
        alerting, replace(keys, vapid=ec.generate_private_key(ec.SECP256R1())), lambda *_: ["127.0.0.1"]
    )
    assert changed.send(push(browser)).status == 403
    assert service.attempts == ["b", "b"]
    assert sender.send(push(browser)).status == 201


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_not_used_again(service: FakePushService, sender: PushSender, status: int) -> None:
    browser = service.subscribe("b")
    service.script("b", Reply(), Reply(status))
    for _ in range(2):
        assert sender.send(push(browser)).status == 201
    first, refused, fresh = service.tokens
    assert first == refused != fresh


def test_the_topic_is_one_for_each_incident_and_says_nothing() -> None:
    names = {topic(b"key", f"incident-{number}") for number in range(100)}
    assert len(names) == 100
    assert topic(b"key", "incident-1") != topic(b"another key", "incident-1")


def test_tokens_are_timed_by_the_machines_clock(sender: PushSender) -> None:
    assert isinstance(sender.signer.clock, SystemClock)
