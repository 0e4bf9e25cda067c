"""Bodies that are the same for everyone, ready to send: entity tag, `no-cache`, and compressed forms kept in memory.

Nothing that depends on who asks may pass here,
so compression tells an onlooker nothing.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field

import brotli
from flask import Flask, Response, current_app, request

SMALL = 512
PLAIN_TYPES = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
# A guide is long and says many things twice, which Brotli's window sees and gzip's does not (RFC 7932, RFC 1951). Its
# highest effort takes another sixth off, at fifty times the work: worth it for what a first visit waits for.
QUICK, BEST = 5, 11


@dataclass(frozen=True)
class Body:
    """One representation: the bytes, type, hex SHA-256, Brotli's effort, and the compressed forms asked for so far."""

    content: bytes
    content_type: str
    sha256: str
    effort: int
    encoded: dict[str, bytes] = field(default_factory=dict)

    def in_encoding(self, encoding: str) -> bytes:
        """The content in an encoding of `ENCODINGS`, compressed when first asked for."""
        found = self.encoded.get(encoding)
        return self.encoded.setdefault(encoding, self._compressed(encoding)) if found is None else found

    def _compressed(self, encoding: str) -> bytes:
        if encoding == "br":
            return bytes(brotli.compress(self.content, mode=brotli.MODE_TEXT, quality=self.effort))
        return gzip.compress(self.content, 9, mtime=0)


# By the name that browsers give in Accept-Encoding, the smaller first.
ENCODINGS = ("br", "gzip")


def body(content: bytes, content_type: str, effort: int = QUICK) -> Body:
    """Hash once; the same bytes always give the same result."""
    return Body(content, content_type, hashlib.sha256(content).hexdigest(), effort)


def _encoding(what: Body) -> str | None:
    if len(what.content) <= SMALL or not what.content_type.startswith(PLAIN_TYPES):
        return None
    return next((each for each in ENCODINGS if request.accept_encodings.quality(each) > 0), None)


def answer(what: Body, vary: tuple[str, ...] = ()) -> Response:
    """Answer the current request with `what`: strong entity tag, 304 where the browser has it, compressed."""
    encoding = _encoding(what)
    response = Response(what.in_encoding(encoding) if encoding else what.content, content_type=what.content_type)
    response.vary.update(("Accept-Encoding", *vary))
    response.cache_control.no_cache = True
    response.set_etag(f"{what.sha256}-{encoding}" if encoding else what.sha256)
    if encoding:
        response.content_encoding = encoding
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
