"""What travels in a push: an opaque id, kind, urgency and the mark of an exercise. Nothing else, ever.

A lock screen is public, and even the length of a message tells something: all have one length.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

FULL_BYTES = 192
MINIMAL_BYTES = 64

_KIND = re.compile(r"[a-z0-9-]{1,40}")


@lru_cache(maxsize=256)
def full_payload(incident_id: str, kind: str, urgency: str, exercise: bool = False) -> bytes:
    """The message, always `FULL_BYTES` long. A kind that is no protocol's id is left out of it."""
    fields = {
        "v": 1,
        "kind": kind if _KIND.fullmatch(kind) else "",
        "id": incident_id,
        "urgency": "urgent" if urgency == "urgent" else "normal",
        "exercise": exercise,
    }
    return _padded(fields, FULL_BYTES)


def summary_payload(incident_id: str, urgency: str, count: int) -> bytes:
    """The message that tells of `count` alerts together, as long as every other; the id is of the most pressing one."""
    fields = {
        "v": 1,
        "kind": "",
        "id": incident_id,
        "urgency": "urgent" if urgency == "urgent" else "normal",
        "exercise": False,
        "count": count,
    }
    return _padded(fields, FULL_BYTES)


def minimal_payload(incident_id: str) -> bytes:
    """The id alone, always `MINIMAL_BYTES` long, for a push service that found the message too large."""
    return _padded({"v": 1, "id": incident_id}, MINIMAL_BYTES)


def _padded(fields: dict[str, object], length: int) -> bytes:
    text = json.dumps(fields, separators=(",", ":")).encode()
    if len(text) > length:
        raise ValueError(f"an incident's id of {len(text)} bytes does not fit a push")
    return text.ljust(length)
