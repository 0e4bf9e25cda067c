"""Live streams: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that say that
something changed, never what. The page then asks for it, and gets what its person may see. For the boards."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Response, request

from guidance.people import sign_in
from guidance.web import cookies
from guidance.web.context import Parts
from guidance.web.problems import Problem

Look = Callable[[], str | None]


@dataclass(frozen=True)
class Pace:
    """Seconds between two looks at the store; after how many of them the stream ends, shows that it is alive, and looks
    whether the session still holds. The browser comes again by itself, after `retry_milliseconds`.
    """

    poll_seconds: float
    polls: int
    heartbeat: int
    session: int
    retry_milliseconds: int


def answer(here: Parts, streams: threading.BoundedSemaphore, pace: Pace, look: Look) -> Response:
    """A stream that sends `changed` with the id that `look` gives, each time the store changed and it gives one, and
    `signed-out` when the session has ended. A 503 `Problem` when too many watch already.
    """
    token = cookies.session_token(request, here.settings) or ""
    if not streams.acquire(blocking=False):
        raise Problem(503, "Too many pages watch at once. This one asks again from time to time.")
    response = Response(events(here, token, pace, look), mimetype="text/event-stream")
    response.call_on_close(streams.release)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def events(here: Parts, token: str, pace: Pace, look: Look) -> Iterator[str]:
    """The text of the stream."""
    yield f"retry: {pace.retry_milliseconds}\n\n"
    counter = None
    for poll in range(pace.polls):
        if poll % pace.session == 0 and not _signed_in(here, token):
            yield "event: signed-out\ndata: \n\n"
            return
        found = here.store.change_counter()
        if found != counter:
            counter = found
            told = look()
            if told is not None:
                yield f"id: {told}\nevent: changed\ndata: {told}\n\n"
        if (poll + 1) % pace.heartbeat == 0:
            yield ": still here\n\n"
        time.sleep(pace.poll_seconds)


def _signed_in(here: Parts, token: str) -> bool:
    with here.store.reader() as db:
        return sign_in.person_of(db, here.clock.now(), here.settings, token) is not None
