"""Proof to a push service of who sends (RFC 8292). One signed header an origin, kept for a few minutes.

Claims are made anew for each token: shared claims would carry the first origin's name to every other one.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from guidance.clock import Clock
from guidance.keys import public_text
from guidance.mailbox import BadMailbox, read_mailbox

LIFE = timedelta(hours=2)
KEPT = timedelta(minutes=5)
_PLACEHOLDER = re.compile(r"(?:[@/.]|^)(?:localhost|example(?:\.[a-z]+)?|test|invalid|127\.0\.0\.1|\[::1\])(?:[:/]|$)")


def usable_contact(contact: str) -> bool:
    """Whether a push service could write to this address; some refuse every message from one that they cannot."""
    if _PLACEHOLDER.search(contact.lower()):
        return False
    if not contact.startswith("mailto:"):
        return bool(re.fullmatch(r"https://[^/\s]+\.[^\s]+", contact))
    try:
        return bool(read_mailbox(contact.removeprefix("mailto:")))
    except BadMailbox:
        return False


class Signer:
    """Signs for one installation. `contact` may be empty, then the token names none. Safe between threads."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, contact: str, clock: Clock) -> None:
        self._key = key
        self._public = public_text(key)
        self._contact = contact
        self.clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, str]] = {}

    def header(self, origin: str) -> str:
        """The Authorization header for one origin, signed less than five minutes ago."""
        now = self.clock.now()
        with self._lock:
            kept = self._kept.get(origin)
            if kept is None or not kept[0] <= now < kept[0] + KEPT:
                kept = (now, self._sign(origin, now))
                self._kept[origin] = kept
            return kept[1]

    def forget(self, origin: str) -> None:
        """The origin refused its token: the next one is signed anew."""
        with self._lock:
            self._kept.pop(origin, None)

    def _sign(self, origin: str, now: datetime) -> str:
        claims: dict[str, object] = {"aud": origin, "exp": int((now + LIFE).timestamp())}
        if self._contact:
            claims["sub"] = self._contact
        return f"vapid t={token(self._key, claims)},k={self._public}"


def token(key: ec.EllipticCurvePrivateKey, claims: Mapping[str, object]) -> str:
    """A JSON Web Token signed with ES256 (RFC 7515 appendix A.3: the signature is both numbers, 32 bytes each)."""
    content = _text(json.dumps({"typ": "JWT", "alg": "ES256"}).encode()) + "." + _text(json.dumps(claims).encode())
    first, second = decode_dss_signature(key.sign(content.encode(), ec.ECDSA(hashes.SHA256())))
    return content + "." + _text(first.to_bytes(32, "big") + second.to_bytes(32, "big"))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
