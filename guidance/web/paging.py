"""Marks in addresses: where a list goes on. They are opaque, and one that cannot be read is the list's beginning."""

from __future__ import annotations

import base64
import json

MOST_CHARACTERS = 1200


def pack(values: object) -> str:
    """JSON values as text for an address."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def unpack(text: str) -> object:
    """The values of a mark; None for whatever `pack` has not made."""
    if not text or len(text) > MOST_CHARACTERS:
        return None
    try:
        return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None


def page_number(text: str) -> int:
    """A page's number from an address, counted from 1; 1 for whatever is no such number."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1
