"""One push to one browser: checked, encrypted, signed, sent. Every way it can end is an `Answer`, never an exception.

Encryption is pywebpush's (RFC 8291, aes128gcm); its own sending is not used: no deadline, redirects, no TTL.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import ssl
from dataclasses import dataclass
from functools import lru_cache

from pywebpush import WebPusher, WebPushException

from guidance.alert.addresses import Resolver, system_resolver
from guidance.alert.endpoint import (
    Endpoint,
    EndpointRefused,
    Listed,
    check_addresses,
    check_endpoint,
    check_keys,
    listed_hosts,
)
from guidance.alert.outcome import Answer
from guidance.alert.payload import full_payload, minimal_payload, summary_payload
from guidance.alert.vapid import Signer, usable_contact
from guidance.alert.wire import BadAnswer, Reply, Wire
from guidance.clock import SystemClock
from guidance.keys import Keys
from guidance.settings import Settings

logger = logging.getLogger("guidance.alert")

TOPIC_CHARACTERS = 32
LONGEST_TTL = 24 * 3600


@dataclass(frozen=True)
class Push:
    """What is sent, and to which browser. `summary`: of how many alerts it tells together, 0 for one."""

    endpoint: str
    p256dh: str
    auth: str
    incident_id: str
    kind: str
    urgency: str
    minimal: bool = False
    summary: int = 0


@dataclass(frozen=True)
class PushSender:
    """Sends for one installation. Safe between threads."""

    signer: Signer
    wire: Wire
    listed: tuple[Listed, ...]
    ttl_seconds: int
    topic_key: bytes
    contact: str

    def lane(self, endpoint: str) -> str:
        """The service that an endpoint belongs to; services do not wait for each other. Empty: none that is known."""
        try:
            return _checked(endpoint, self.listed).lane
        except EndpointRefused:
            return ""

    def send(self, push: Push) -> Answer:
        """Send once (and once more when the service refuses our signature, with a new one)."""
        try:
            endpoint = _checked(push.endpoint, self.listed)
            if not endpoint.listed and not usable_contact(self.contact):
                logger.error(
                    "no push can be sent to %s: set GUIDANCE_PUBLIC_CONTACT to a mailto: or https: address of yours "
                    "that push services can write to",
                    endpoint.lane,
                )
                return Answer(problem="no public contact", final=True)
            body = _pusher(push.p256dh, push.auth).encode(self._message(push))["body"]
            return self._deliver(endpoint, push, body)
        except (OSError, BadAnswer) as error:  # first: a certificate that does not fit is a ValueError too
            return Answer(problem=_trouble(error))
        except (EndpointRefused, WebPushException, ValueError) as error:
            logger.warning("push refused before sending: %s", _reason(error))
            return Answer(problem=f"refused: {_reason(error)}", final=True)

    def _deliver(self, endpoint: Endpoint, push: Push, body: bytes) -> Answer:
        reply = self._post(endpoint, push, body)
        if reply.status in (401, 403):
            self.signer.forget(endpoint.origin)
            reply = self._post(endpoint, push, body)
        return Answer(reply.status, retry_after=reply.retry_after, date=reply.date)

    def _post(self, endpoint: Endpoint, push: Push, body: bytes) -> Reply:
        headers = {
            "Authorization": self.signer.header(endpoint.origin),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(min(self.ttl_seconds, LONGEST_TTL)),
            "Urgency": "high" if push.urgency == "urgent" else "normal",
            "Topic": topic(self.topic_key, push.incident_id),
        }
        return self.wire.post(endpoint, headers, body)

    def _message(self, push: Push) -> bytes:
        if push.minimal:
            return minimal_payload(push.incident_id)
        if push.summary:
            return summary_payload(push.incident_id, push.urgency, push.summary)
        return full_payload(push.incident_id, push.kind, push.urgency)


def push_sender(settings: Settings, keys: Keys, resolve: Resolver = system_resolver) -> PushSender:
    """The sender that an installation's settings ask for. Raises `BadPushHost`, `OSError`, `ssl.SSLError`."""
    tls = ssl.create_default_context()
    tls.set_alpn_protocols(["http/1.1"])
    if settings.push_ca_file:
        tls.load_verify_locations(settings.push_ca_file)
    contact = settings.public_contact
    return PushSender(
        signer=Signer(keys.vapid, contact, SystemClock()),
        wire=Wire(tls, lambda endpoint: check_addresses(endpoint, resolve)),
        listed=listed_hosts(settings.push_hosts),
        ttl_seconds=settings.push_ttl_seconds,
        topic_key=hashlib.sha256(b"guidance push topic" + keys.secret).digest(),
        contact=contact,
    )


@lru_cache(maxsize=1024)
def topic(key: bytes, incident_id: str) -> str:
    """One name an incident, so that a repeated message replaces the first one (RFC 8030 §5.4); tells nothing else."""
    digest = hmac.new(key, incident_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:TOPIC_CHARACTERS]


@lru_cache(maxsize=4096)
def _checked(url: str, listed: tuple[Listed, ...]) -> Endpoint:
    return check_endpoint(url, listed)


@lru_cache(maxsize=4096)
def _pusher(p256dh: str, auth: str) -> WebPusher:
    check_keys(p256dh, auth)
    return WebPusher({"endpoint": "", "keys": {"p256dh": p256dh, "auth": auth}})


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, EndpointRefused) else type(error).__name__


def _trouble(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, BadAnswer):
        return "bad answer"
    return "connection"
