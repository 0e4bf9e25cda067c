"""Bodies that are the same for everyone, ready to send: entity tag, `no-cache`, and gzip kept in memory.

For the screens that need no sign-in and for static files. Nothing that depends on who asks may pass here,
so compression tells an onlooker nothing.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

from flask import Flask, Response, current_app, request

SMALL = 512
PLAIN_TYPES = ("text/", "application/json", "application/manifest+json", "image/svg+xml")


@dataclass(frozen=True)
class Body:
    """One representation: the bytes, their type, the hex SHA-256, and the gzip form where it is worth it."""

    content: bytes
    content_type: str
    sha256: str
    zipped: bytes | None


def body(content: bytes, content_type: str) -> Body:
    """Hash and compress once; the same bytes always give the same result."""
    zipped = gzip.compress(content, 9, mtime=0) if _worth_it(content, content_type) else None
    return Body(content, content_type, hashlib.sha256(content).hexdigest(), zipped)


def _worth_it(content: bytes, content_type: str) -> bool:
    return len(content) > SMALL and content_type.startswith(PLAIN_TYPES)


def answer(what: Body, vary: tuple[str, ...] = ()) -> Response:
    """Answer the current request with `what`: strong entity tag, 304 where the browser has it, gzip where it may."""
    zipped = what.zipped is not None and request.accept_encodings.quality("gzip") > 0
    response = Response(what.zipped if zipped else what.content, content_type=what.content_type)
    response.vary.update(("Accept-Encoding", *vary))
    response.cache_control.no_cache = True
    response.set_etag(what.sha256 + ("-gzip" if zipped else ""))
    if zipped:
        response.content_encoding = "gzip"
    response.make_conditional(request)
    return response


def kept(key: tuple[str, ...]) -> Body | None:
    """What this process prepared before under `key`."""
    return _shelf(current_app).get(key)


def keep(key: tuple[str, ...], what: Body) -> Body:
    """Remember a body for the life of this process."""
    return _shelf(current_app).setdefault(key, what)


def _shelf(app: Flask) -> dict[tuple[str, ...], Body]:
    shelf: dict[tuple[str, ...], Body] = app.extensions.setdefault("guidance-bodies", {})
    return shelf
