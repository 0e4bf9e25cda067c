"""The JSON lane: who may write over it without a form token, and reading its bodies.

No token can serve here, since a report may wait for days on the phone; instead the request must prove that a
page or worker of this origin made it (Sec-Fetch-Site, https://www.w3.org/TR/fetch-metadata/; Origin, RFC 6454).
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import Request

from guidance.web.hosts import is_own_origin
from guidance.web.problems import Problem

BODY_BYTES = 64 * 1024
SMALL_BODY_BYTES = 8 * 1024
DEPTH = 16


def require_same_origin(request: Request, base_url: str) -> None:
    """Raise a 403 `Problem` for a write that another origin may have caused."""
    if request.headers.get("X-Guidance") != "1":
        raise Problem(403, "Send the header X-Guidance: 1. Pages of other origins cannot.")
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site != "same-origin":
        raise Problem(403, "Only pages of this site may send this.")
    if origin is not None and not is_own_origin(origin, request, base_url):
        raise Problem(403, "Only pages of this site may send this.")
    if site is None and origin is None and request.cookies:
        raise Problem(
            403, "Send Sec-Fetch-Site or Origin, as browsers do, so that the sender is known to be this site."
        )


def read_json(request: Request, limit: int = BODY_BYTES) -> Any:
    """The body of at most `limit` bytes as JSON; a `Problem` of 400, 413 or 415 says what is wrong with it."""
    if request.mimetype != "application/json":
        raise Problem(415, "Send the body with Content-Type: application/json.")
    if (request.content_length or 0) > limit:
        raise Problem(413, _too_large(limit))
    request.max_content_length = min(limit, request.max_content_length or limit)
    raw = request.get_data(cache=False)
    if len(raw) > limit:
        raise Problem(413, _too_large(limit))
    try:
        body = json.loads(raw, parse_constant=_refuse, object_pairs_hook=_unique)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text that can be kept
    except (ValueError, RecursionError) as error:
        raise Problem(400, f"The body is not JSON: {_reason(error)}.") from error
    if not _shallow(body, DEPTH):
        raise Problem(400, f"The body is nested deeper than {DEPTH} levels.")
    return body


def _too_large(limit: int) -> str:
    joined = " A phone that has joined a site may send more." if limit < BODY_BYTES else ""
    return f"At most {limit} bytes fit.{joined}"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    if isinstance(error, UnicodeError):
        return "it holds bytes or characters that are no text"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _shallow(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_shallow(each, levels - 1) for each in inner)
