"""Where a push may go. A push endpoint is an address that a stranger gives us, so only known services pass.

Checked when a subscription is saved and again at each send. Pure, but for the resolver that is handed in.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec

from guidance.alert.addresses import LOOPBACK, Resolver, is_private_enough, is_public

# The push services of the browsers: Chrome and Edge on Android, Firefox, Safari, Edge on Windows.
SERVICES = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "updates.push.services.mozilla.com",
    "push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
)
LONGEST = 2048
AUTH_BYTES = 16

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:]+\]"
_ENDPOINT = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_HOST})(?::(?P<port>[1-9][0-9]{{0,4}}))?(?P<target>/[!$-;=?-\[\]_a-z~]*)"
)
_RULE = re.compile(
    rf"(?:(?P<scheme>https?)://)?(?P<host>{_HOST}|[0-9a-f]*:[0-9a-f:]+)(?::(?P<port>[1-9][0-9]{{0,4}}))?"
)
_HIDDEN_CONTROL = re.compile(r"%(?:[01][0-9a-f]|7f)", re.IGNORECASE)


class EndpointRefused(Exception):
    """This address or key is not one of a push service; the text is a short reason without the address."""


class BadPushHost(ValueError):
    """An entry of the setting push_hosts cannot be read; the text says what it may hold."""


@dataclass(frozen=True)
class Listed:
    """One entry of the setting push_hosts. `scheme` or `port` None: not narrowed by the entry."""

    host: str
    port: int | None
    scheme: str | None

    @property
    def loopback(self) -> bool:
        """Whether the entry names this machine, which is for tests: any port, and plain http, may then be used."""
        return self.host in LOOPBACK


@dataclass(frozen=True)
class Endpoint:
    """A push address that passed. `lane` names the service that it belongs to; `listed`: the operator named it."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    target: str
    lane: str
    listed: bool

    @cached_property
    def authority(self) -> str:
        """Host, with the port when it is not the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.scheme == "https" else 80) else f"{name}:{self.port}"

    @cached_property
    def origin(self) -> str:
        """What a VAPID token is made out to (RFC 8292 §2: the origin of the push resource)."""
        return f"{self.scheme}://{self.authority}"


def listed_hosts(entries: Iterable[str]) -> tuple[Listed, ...]:
    """Read the setting push_hosts: `host`, `host:port` or an origin; raises `BadPushHost`."""
    return tuple(_listed(entry) for entry in entries)


def _listed(entry: str) -> Listed:
    match = _RULE.fullmatch(entry)
    if match is None:
        raise BadPushHost(f"{entry!r} in GUIDANCE_PUSH_HOSTS is neither a host, nor host:port, nor an origin")
    port, scheme = match["port"], match["scheme"]
    found = Listed(match["host"].strip("[]"), int(port) if port else None, scheme)
    if scheme and not port:
        found = Listed(found.host, 443 if scheme == "https" else 80, scheme)
    if scheme == "http" and not found.loopback:
        raise BadPushHost(f"{entry!r} in GUIDANCE_PUSH_HOSTS is plain http; only this machine itself may be that")
    return found


def check_endpoint(url: str, listed: Sequence[Listed] = ()) -> Endpoint:
    """Read an endpoint and find the push service that it belongs to; raises `EndpointRefused`."""
    if len(url) > LONGEST:
        raise EndpointRefused("longer than 2048 characters")
    match = _ENDPOINT.fullmatch(url)
    if match is None or _HIDDEN_CONTROL.search(url):
        raise EndpointRefused("not a plain https address")
    scheme: Literal["http", "https"] = "https" if match["scheme"] == "https" else "http"
    port = int(match["port"] or (443 if scheme == "https" else 80))
    host = match["host"].strip("[]")
    for rule in listed:
        if _allows(rule, scheme, host, port):
            return Endpoint(scheme, host, port, match["target"], f"{scheme}://{host}:{port}", listed=True)
    for service in SERVICES:
        if scheme == "https" and port == 443 and (host == service or host.endswith("." + service)):
            return Endpoint(scheme, host, port, match["target"], service, listed=False)
    raise EndpointRefused("not one of the known push services")


def _allows(rule: Listed, scheme: str, host: str, port: int) -> bool:
    if host != rule.host or port > 65535:
        return False
    if rule.loopback:
        return rule.port in (None, port) and rule.scheme in (None, scheme)
    return scheme == "https" and port == (rule.port or 443)


def check_addresses(endpoint: Endpoint, resolve: Resolver) -> tuple[str, ...]:
    """The addresses to connect to, in the resolver's order. Every one must be public (or the operator's own).

    Raises `EndpointRefused`, or the resolver's `OSError`.
    """
    found = _literal(endpoint.host) or tuple(resolve(endpoint.host, endpoint.port))
    if not found:
        raise OSError("the name resolves to no address")
    fits = is_private_enough if endpoint.listed else is_public
    if not all(fits(address) for address in found):
        raise EndpointRefused("its name resolves to an address that is not public")
    return tuple(dict.fromkeys(found))


def _literal(host: str) -> tuple[str, ...]:
    try:
        return (str(ip_address(host)),)
    except ValueError:
        return ()


def check_keys(p256dh: str, auth: str) -> None:
    """Prove that a message can be encrypted for a subscription (RFC 8291 §3); raises `EndpointRefused`."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _exact(p256dh, 65))
    except ValueError as error:
        raise EndpointRefused("its key is not a point on P-256") from error
    _exact(auth, AUTH_BYTES)


def _exact(text: str, length: int) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", text):
        raise EndpointRefused("a key is not base64url")
    try:
        raw = base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except binascii.Error as error:
        raise EndpointRefused("a key is not base64url") from error
    if len(raw) != length:
        raise EndpointRefused(f"a key is not {length} bytes long")
    return raw
