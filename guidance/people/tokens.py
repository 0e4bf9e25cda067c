"""Secrets that people and devices carry: made here, kept only as hashes."""

from __future__ import annotations

import hashlib
import secrets

from guidance.text import plain_code

# Crockford's alphabet: no I, L, O or U, so that a code survives being read aloud (https://www.crockford.com/base32.html).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_token() -> str:
    """A secret of 256 random bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the store keeps instead of a secret. Plain SHA-256 is enough for secrets that nobody chose."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code() -> str:
    """A join code of 50 random bits that can be typed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(typed: str, length: int = CODE_LENGTH) -> str | None:
    """The code that someone typed, whatever the case, spaces, dashes and script of its digits; None when it cannot be
    a code."""
    plain = plain_code(typed).translate(_ALIKE)
    whole = len(plain) == length and all(character in ALPHABET for character in plain)
    return plain if whole else None


def show_code(code: str) -> str:
    """A code in two halves, for reading aloud: `K7QM2-9FXRT`."""
    half = CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"
