"""What a phone gets for a report: proof of the content, the time and the number, signed by this installation."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BITS = 30


@dataclass(frozen=True)
class Receipt:
    """`sha256` is over the RFC 8785 form of the body; `signature` is Ed25519 (RFC 8032) over that of the rest."""

    id: str
    revision: int
    sha256: str
    received_at: str
    code: str
    verified: bool
    signature: str = ""

    def to_json(self) -> str:
        """The receipt as the phone gets it."""
        return json.dumps(asdict(self))


def content_sha256(body: Any) -> str:
    """Hex SHA-256 of the canonical JSON (RFC 8785) of a body."""
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def sign(receipt: Receipt, key: Ed25519PrivateKey) -> Receipt:
    """The receipt with its signature."""
    signature = base64.urlsafe_b64encode(key.sign(_signed_bytes(receipt))).decode().rstrip("=")
    return Receipt(**{**asdict(receipt), "signature": signature})


def is_ours(receipt: Receipt, key: Ed25519PublicKey) -> bool:
    """Whether this installation's key signed the receipt."""
    try:
        key.verify(base64.urlsafe_b64decode(receipt.signature + "=="), _signed_bytes(receipt))
    except (InvalidSignature, ValueError):
        return False
    return True


def short_code(report_id: str, taken: Callable[[str], bool]) -> str:
    """Six letters and digits to read out on the telephone, as `7K4-Q2M`; none that `taken` knows."""
    number = int.from_bytes(hashlib.sha256(report_id.encode()).digest(), "big")
    while True:
        code = _spell(number % (1 << CODE_BITS))
        if not taken(code):
            return code
        number = int.from_bytes(hashlib.sha256(number.to_bytes(32, "big")).digest(), "big")


def _spell(number: int) -> str:
    letters = "".join(CROCKFORD[(number >> shift) & 31] for shift in range(25, -1, -5))
    return f"{letters[:3]}-{letters[3:]}"


def _signed_bytes(receipt: Receipt) -> bytes:
    fields = asdict(receipt)
    del fields["signature"]
    return rfc8785.dumps(fields)
