"""Long answers, sent piece by piece: a file that is made while it is read.

Memory stays flat, no read transaction outlives a piece, and the work ends when the reader goes away. Between two pieces
the thread rests as long as it worked, so that reports and pages get the process in between.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from flask import Response, render_template

from guidance.web.gettext import _

# Each holds a thread of the web server for as long as its reader takes.
SLOTS = threading.BoundedSemaphore(2)
WORK_SECONDS, MOST_REST_SECONDS = 0.002, 0.02


def download(pieces: Iterator[str], mimetype: str, filename: str) -> Response:
    """A file to keep, from pieces of text that are asked for one by one. A page with 503 when too many run already."""
    if not SLOTS.acquire(blocking=False):
        page = render_template(
            "error.html",
            status=503,
            title=_("Other exports are running"),
            detail=_("Wait until they are done. Then press the button again."),
        )
        return Response(page, 503, headers={"Retry-After": "30"})
    slot = _Slot()
    response = Response(_resting(pieces, slot), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(slot.free)
    return response


class _Slot:
    """One place among `SLOTS`, given back once, whether the answer is read to its end, dropped, or never begun."""

    def __init__(self) -> None:
        self._taken = True

    def free(self) -> None:
        if self._taken:
            self._taken = False
            SLOTS.release()


def _resting(pieces: Iterator[str], slot: _Slot) -> Iterator[bytes]:
    worked = time.monotonic()
    try:
        for piece in pieces:
            yield piece.encode()
            spent = time.monotonic() - worked
            if spent >= WORK_SECONDS:
                time.sleep(min(spent, MOST_REST_SECONDS))
                worked = time.monotonic()
    finally:
        slot.free()
