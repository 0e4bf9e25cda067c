"""The server's own answers, for requests that never reach the application. They carry the application's headers."""

from __future__ import annotations

import html
import json

from guidance.server.limits import LIMITS

Headers = list[tuple[bytes, bytes]]

WORDS = {
    400: ("This request cannot be read", "Go back, reload the page and try again."),
    408: ("The request took too long to arrive", "Nothing was stored. Send it again; the phone does so by itself."),
    413: ("This is too large", f"At most {LIMITS.body_bytes // 1024} KB fit. Send less at once."),
    414: ("This address is too long", "Go back to the start and try another way."),
    431: ("This request has too many headers", "Delete this site's cookies, or use another browser."),
    502: ("This page stopped while it was being made", "Reports still go out. Reload this page."),
    503: ("Too many people are asking at this moment", "Reports still go out. Reload this page in a few seconds."),
    504: ("This page takes too long", "Reports still go out. Reload this page in a few seconds."),
}


def refusal(status: int, as_json: bool, common: dict[str, str]) -> tuple[Headers, bytes]:
    """Headers and body for `status`: problem+json (RFC 9457) or a page. `common` are headers of every answer."""
    title, detail = WORDS[status]
    if as_json:
        kind = "application/problem+json"
        body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    else:
        kind = "text/html; charset=utf-8"
        body = (
            f'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(title)}</title><h1>{html.escape(title)}</h1><p>{html.escape(detail)}</p></html>"
        )
    content = body.encode()
    own = {
        "Content-Type": kind,
        "Content-Length": str(len(content)),
        "Cache-Control": "no-store",
        "Connection": "close",
    }
    if status == 503:  # the connection is good; only this moment is not
        own["Retry-After"] = "5"
        del own["Connection"]
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in {**common, **own}.items()], content
