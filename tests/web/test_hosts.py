"""Only the base URL says who this installation is, never the Host or Origin of a request."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from guidance.app import create_app
from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.web.hosts import is_own_host

CITY = "https://guidance.city.example"
PORT = "https://guidance.city.example:8443"
HOSTS = [
    (CITY, "guidance.city.example", True),
    (CITY, "guidance.city.example:443", True),
    (CITY, "GUIDANCE.city.example", True),
    (CITY, "guidance.city.example:8443", False),
    (CITY, "evil.example", False),
    (CITY, "guidance.city.example.evil.example", False),
    (CITY, "guidance.city.example@evil.example", False),
    (CITY, "evil.example/guidance.city.example", False),
    (CITY, "guidance.city.example:port", False),
    (CITY, "127.0.0.1:8000", False),
    (CITY, "", False),
    (PORT, "guidance.city.example:8443", True),
    (PORT, "guidance.city.example", False),
    ("http://localhost:8000", "localhost:9000", True),
    ("http://localhost:8000", "127.0.0.1:8000", True),
    ("http://localhost:8000", "[::1]:8000", True),
    ("http://localhost:8000", "rebound.evil.example:8000", False),
]


@pytest.fixture
def city(settings: Settings, clock: FixedClock) -> FlaskClient:
    return create_app(replace(settings, base_url=CITY), clock).test_client()


@pytest.mark.parametrize(("base_url", "host", "own"), HOSTS)
def test_a_host_is_ours_when_the_base_url_names_it(base_url: str, host: str, own: bool) -> None:
    assert is_own_host(host, base_url) is own


@pytest.mark.parametrize("path", ["/en/", "/board", "/sign-in", "/static/css/site.css", "/nothing", "/api/device"])
def test_a_request_to_another_host_is_refused_with_headers(city: FlaskClient, path: str) -> None:
    answer = city.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"]
    assert "evil.example" not in answer.get_data(as_text=True)
    assert "evil.example" not in answer.headers.get("Location", "")


def test_a_forged_host_with_its_own_origin_writes_nothing(city: FlaskClient) -> None:
    forged = {"Host": "evil.example", "Origin": "https://evil.example", "X-Guidance": "1"}
    address = "/api/reports/0190f3a2-0000-4000-8000-000000000000"
    assert city.put(address, json={}, headers=forged).status_code == 400
    assert city.put(address, json={}, headers={**forged, "Host": "guidance.city.example"}).status_code == 403
    own = {"Host": "guidance.city.example", "Origin": CITY, "X-Guidance": "1"}
    assert city.put(address, json={}, headers=own).status_code == 422, "the right host and origin are let through"


def test_health_is_told_by_any_name(city: FlaskClient) -> None:
    assert city.get("/healthz", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    assert city.get("/readyz", headers={"Host": "127.0.0.1:8000"}).status_code == 503  # no worker here


def test_a_proxy_can_pass_on_the_right_host_alone(settings: Settings, clock: FixedClock) -> None:
    behind = create_app(replace(settings, base_url=CITY, trust_proxy=True), clock).test_client()
    right = {"Host": "127.0.0.1:8000", "X-Forwarded-Host": "guidance.city.example", "X-Forwarded-Proto": "https"}
    assert behind.get("/en/", headers=right).status_code == 200
    assert behind.get("/en/", headers={**right, "X-Forwarded-Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("base_url", "origin", "status"),
    [
        (f"{CITY}:443", CITY, 422),
        (CITY, f"{CITY}:443", 422),
        (PORT, PORT, 422),
        (PORT, CITY, 403),
        (CITY, "http://guidance.city.example", 403),
        (CITY, f"{CITY}@evil.example", 403),
        (CITY, f"{CITY}/evil", 403),
        (CITY, "https://", 403),
    ],
)
def test_an_origin_is_ours_whether_or_not_it_names_the_usual_port(
    settings: Settings, clock: FixedClock, base_url: str, origin: str, status: int
) -> None:
    client = create_app(replace(settings, base_url=base_url), clock).test_client()
    headers = {"Host": base_url.removeprefix("https://"), "Origin": origin, "X-Guidance": "1"}
    address = "/api/reports/0190f3a2-0000-4000-8000-000000000000"
    assert client.put(address, json={}, headers=headers).status_code == status
