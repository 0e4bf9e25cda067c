from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.alert.addresses import is_private_enough, is_public
from guidance.alert.endpoint import (
    BadPushHost,
    EndpointRefused,
    check_addresses,
    check_endpoint,
    check_keys,
    listed_hosts,
)
from guidance.alert.push import Push, push_sender
from guidance.keys import Keys
from guidance.settings import Settings
from tests.fakes.push_service import FakePushService

PORT = "{port}"  # the sentinel's, in the addresses below
HOSTILE = [
    "http://127.0.0.1:{port}/x",
    "https://127.0.0.1:{port}/x",
    "https://localhost:{port}/x",
    "https://LOCALHOST:{port}/x",
    "https://[::1]:{port}/x",
    "https://[::ffff:127.0.0.1]:{port}/x",
    "https://[::ffff:7f00:1]:{port}/x",
    "https://[0:0:0:0:0:0:0:1]:{port}/x",
    "https://[::]:{port}/x",
    "https://[fe80::1%25lo]:{port}/x",
    "https://[fe80::1%lo]/x",
    "https://[64:ff9b::7f00:1]/x",
    "https://[2002:7f00:1::]/x",
    "https://2130706433:{port}/x",
    "https://0x7f000001:{port}/x",
    "https://0x7f.0.0.1:{port}/x",
    "https://0177.0.0.1:{port}/x",
    "https://017700000001:{port}/x",
    "https://127.1:{port}/x",
    "https://127.0.1:{port}/x",
    "https://0:{port}/x",
    "https://0.0.0.0:{port}/x",
    "https://127.0.0.1.nip.io:{port}/x",
    "https://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/x",
    "https://192.168.1.1/x",
    "https://172.16.0.1/x",
    "https://100.64.0.1/x",
    "https://metadata.google.internal/x",
    "https://evil.test/x",
    "https://evil.test#fcm.googleapis.com",
    "https://evil.test/#fcm.googleapis.com",
    "https://evil.test?fcm.googleapis.com",
    "https://evil.test\\fcm.googleapis.com/x",
    "https://evil.test\\.fcm.googleapis.com/x",
    "https://fcm.googleapis.com.evil.test/x",
    "https://fcm.googleapis.com.:443/x",
    "https://fcm.googleapis.com./x",
    "https://evilfcm.googleapis.com/x",
    "https://evil-fcm.googleapis.com/x",
    "https://googleapis.com/x",
    "https://storage.googleapis.com/x",
    "https://fcm.googleapis.com@127.0.0.1:{port}/x",
    "https://fcm.googleapis.com:443@127.0.0.1:{port}/x",
    "https://user:secret@fcm.googleapis.com/x",
    "https://@fcm.googleapis.com/x",
    "https://fcm.googleapis.com:{port}/x",
    "https://fcm.googleapis.com:80/x",
    "https://fcm.googleapis.com:0443/x",
    "https://fcm.googleapis.com:/x",
    "https://fcm.googleapis.com:443:443/x",
    "https://fcm.googleapis.com:99999/x",
    "http://fcm.googleapis.com/x",
    "HTTPS://fcm.googleapis.com/x",
    "https:/fcm.googleapis.com/x",
    "https:fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "fcm.googleapis.com/x",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com?x",
    "https://fcm.googleapis.com/x#y",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com/x\r\nHost: evil.test",
    "https://fcm.googleapis.com/x\n",
    "https://fcm.googleapis.com/x\t",
    " https://fcm.googleapis.com/x",
    "https://fcm.googleapis.com/\x00",
    "https://fcm.googleapis.com/%00",
    "https://fcm.googleapis.com/%0d%0aHost:evil.test",
    "https://fcm.googleapis.com%00.evil.test/x",
    "https://fcm.googleapis.com%2f@evil.test/x",
    "https://fcm.googleapis.com%23.evil.test/x",
    "https://fcm。googleapis。com/x",
    "https://fcm.googleapis.cοm/x",
    "https://ⓕcm.googleapis.com/x",
    "https://xn--fcm-googleapis-com.test/x",
    "https://fcm.googleapis.com\u200b/x",
    "https://fcm..googleapis.com/x",
    "https://.fcm.googleapis.com/x",
    "https://-.fcm.googleapis.com/x",
    "https://web.push.apple.com.evil.test/x",
    "https://push.apple.com/x",
    "https://notify.windows.com.evil.test/x",
    "https://updates.push.services.mozilla.com.evil.test/x",
    "https://fcm.googleapis.com/" + "x" * 2048,
    "ftp://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/x",
    "javascript:alert(1)",
    "data:text/plain,x",
    "unix:///run/x.sock",
    "",
]

GOOD = [
    "https://fcm.googleapis.com/fcm/send/abc:APA91b",
    "https://fcm.googleapis.com:443/wp/abc",
    "https://jmt17.google.com/fcm/send/abc",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA",
    "https://web.push.apple.com/QGYv",
    "https://wns2-by3p.notify.windows.com/w/?token=BQYAAAC%2bx%3d",
]


def test_the_corpus_is_large_enough() -> None:
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("url", GOOD)
def test_the_browsers_own_services_pass(url: str) -> None:
    found = check_endpoint(url)
    assert (found.scheme, found.port, found.listed) == ("https", 443, False)


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_endpoint_is_refused(url: str) -> None:
    with pytest.raises(EndpointRefused):
        check_endpoint(url.replace(PORT, "8443"))


class Sentinel:
    """Listens on every loopback address and counts who comes."""

    def __init__(self) -> None:
        self.connections = 0
        self._listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self._listener.accept()[0].close()
            except OSError:
                return
            self.connections += 1

    def close(self) -> None:
        self._listener.close()


def test_no_hostile_endpoint_is_ever_connected_to(service: FakePushService, settings: Settings, keys: Keys) -> None:
    sentinel = Sentinel()
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1", "::1"]

    sender = push_sender(replace(settings, public_contact="mailto:alerts@nyc.gov"), keys, resolve)
    browser = service.subscribe("b")
    for url in HOSTILE + GOOD:
        push = Push(url.replace(PORT, str(sentinel.port)), browser.p256dh, browser.auth, "an-id", "visit", "urgent")
        answer = sender.send(push)
        assert answer.final, url
    socket.create_connection(("127.0.0.1", sentinel.port)).close()  # proves that the sentinel counts
    sentinel.close()
    assert sentinel.connections <= 1
    assert len(asked) == len(GOOD)  # a known service that resolves to this machine is looked up, and refused


def test_a_name_that_changes_its_address_is_pinned_to_the_one_that_was_checked(
    service: FakePushService, alerting: Settings, keys: Keys
) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1", "169.254.169.254"]])
    sender = push_sender(alerting, keys, lambda host, port: next(answers))
    browser = service.subscribe("b")
    push = Push(browser.endpoint, browser.p256dh, browser.auth, "an-id", "visit", "urgent")
    assert sender.send(push).status == 201
    assert sender.send(push).status == 201  # over the connection that was checked: nobody is asked again
    for _ in range(2):
        sender.wire.close()
        assert sender.send(push).problem.startswith("refused")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "0.1.2.3", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "192.88.99.1",
        "::1", "::", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "::ffff:10.0.0.1",
        "::ffff:8.8.8.8", "64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:a00:1::", "2001::1",
        "2001:db8::1", "::7f00:1", "2606:4700::1%eth0", "nonsense", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_plainly_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "142.250.1.1", "2607:f8b0::1", "17.57.144.1"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "fd12::1", "::1", "8.8.8.8"])
def test_behind_a_listed_host_a_private_address_is_fine(address: str) -> None:
    assert is_private_enough(address)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1", "::ffff:127.0.0.1"])
def test_a_special_address_is_refused_even_there(address: str) -> None:
    assert not is_private_enough(address)


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    endpoint = check_endpoint(GOOD[0])
    both = ["2607:f8b0::1", "8.8.8.8"]
    assert check_addresses(endpoint, lambda host, port: [*both, *both]) == tuple(both)
    with pytest.raises(EndpointRefused):
        check_addresses(endpoint, lambda host, port: ["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize(
    ("entry", "passes", "refused"),
    [
        (
            "push.city",
            ["https://push.city/x"],
            ["https://push.city:8443/x", "http://push.city/x", "https://a.push.city/x"],
        ),
        ("push.city:8443", ["https://push.city:8443/x"], ["https://push.city/x", "http://push.city:8443/x"]),
        ("https://push.city", ["https://push.city/x"], ["https://push.city:444/x"]),
        ("10.0.0.5", ["https://10.0.0.5/x"], ["https://10.0.0.6/x"]),
        ("localhost", ["http://localhost:5/x", "https://localhost:6/x"], ["https://127.0.0.1/x"]),
        ("127.0.0.1:9", ["http://127.0.0.1:9/x", "https://127.0.0.1:9/x"], ["http://127.0.0.1:8/x"]),
        ("::1", ["http://[::1]:5/x"], ["http://[::2]:5/x"]),
        ("http://localhost:9", ["http://localhost:9/x"], ["https://localhost:9/x"]),
    ],
)
def test_the_operators_own_hosts_pass_as_far_as_they_are_listed(
    entry: str, passes: list[str], refused: list[str]
) -> None:
    listed = listed_hosts([entry])
    for url in passes:
        assert check_endpoint(url, listed).listed
    for url in refused:
        with pytest.raises(EndpointRefused):
            check_endpoint(url, listed)


@pytest.mark.parametrize("entry", ["http://push.city", "push.city/x", "*.push.city", "", "a b", "https://u@push.city"])
def test_a_setting_that_cannot_be_meant_is_refused_at_start(entry: str) -> None:
    with pytest.raises(BadPushHost):
        listed_hosts([entry])


@given(st.text(max_size=80))
def test_no_text_breaks_the_check(text: str) -> None:
    for url in (text, "https://" + text, "https://fcm.googleapis.com" + text):
        try:
            found = check_endpoint(url)
        except EndpointRefused:
            continue
        assert found.host == "fcm.googleapis.com"


def test_only_keys_that_a_message_can_be_encrypted_for_pass(service: FakePushService) -> None:
    browser = service.subscribe("b")
    check_keys(browser.p256dh, browser.auth)
    off_the_curve = "B" + "A" * 86
    for p256dh, auth in [
        (off_the_curve, browser.auth),
        (browser.p256dh[:-4], browser.auth),
        ("", browser.auth),
        ("é" * 87, browser.auth),
        (browser.p256dh, browser.auth[:-2]),
        (browser.p256dh, browser.auth + "AAAA"),
        (browser.p256dh, ""),
    ]:
        with pytest.raises(EndpointRefused):
            check_keys(p256dh, auth)
