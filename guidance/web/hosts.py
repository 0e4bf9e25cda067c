"""Which Host a request may name. Links, origins and redirects rest on the base URL alone, never on what a sender says
its host is (https://owasp.org/www-project-web-security-testing-guide/, Host header injection)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, Response, request

from guidance.web.problems import answer

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# A watcher on the machine asks these by any name; they tell nothing about anyone.
HEALTH = frozenset({"/healthz", "/readyz"})
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_own_host(host: str, base_url: str) -> bool:
    """Whether a Host header names this installation: the base URL's host and port.

    An installation whose base URL is on this machine itself (the demo, a test) answers to every loopback name and port.
    """
    base = urlsplit(base_url)
    try:
        named = urlsplit(f"//{host}")
        name, port = named.hostname, named.port or DEFAULT_PORTS[base.scheme]
        own_port = base.port or DEFAULT_PORTS[base.scheme]
    except ValueError:
        return False
    if named.path or named.query or named.fragment or named.username is not None:
        return False
    if base.hostname in LOOPBACK:
        return name in LOOPBACK
    return (name, port) == (base.hostname, own_port)


def is_own_origin(origin: str, request: Request, base_url: str) -> bool:
    """Whether an Origin header (RFC 6454) names this installation."""
    base = urlsplit(base_url)
    scheme, found, host = origin.partition("://")
    # Browsers leave out a default port, which the base URL may name.
    if found and scheme.lower() == base.scheme and base.hostname not in LOOPBACK and is_own_host(host, base_url):
        return True
    if origin.lower() == f"{base.scheme}://{base.netloc}".lower():
        return True
    # On this machine itself, several names lead here; the request's own host was checked before.
    return base.hostname in LOOPBACK and origin == request.host_url.rstrip("/") and is_own_host(request.host, base_url)


def install(app: Flask, base_url: str) -> None:
    """Refuse requests that name another host."""

    @app.before_request
    def refuse_other_hosts() -> Response | None:
        if request.path in HEALTH or is_own_host(request.host, base_url):
            return None
        return answer(400, "Open this installation by its own address.")
