"""The board's live stream: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that say
that something changed, never what. The page then asks for the list, and gets what its person may see."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, g, request

from guidance.people import sign_in
from guidance.people.scope import may_see
from guidance.store import board, incidents
from guidance.store.people import Person
from guidance.web import cookies
from guidance.web.access import for_person
from guidance.web.context import Parts, parts
from guidance.web.problems import Problem

blueprint = Blueprint("board_live", __name__, url_prefix="/board")

POLL_SECONDS = 0.25
HEARTBEAT_POLLS = 60
SESSION_POLLS = 16
LAST_POLL = 1200  # five minutes; the browser then comes again by itself, which also finds ended sessions
RETRY_MILLISECONDS = 1000
# Each stream holds a thread of the web server. Half of its threads stay free for reports and pages.
STREAMS = threading.BoundedSemaphore(32)


@dataclass(frozen=True)
class Watch:
    """Who watches what: one incident, or (None) everything that the person may see."""

    person: Person
    token: str
    incident_id: str | None


@blueprint.get("/live")
@for_person("committee", "supervisor", live=True)
def live() -> Response:
    """Says `changed` with the number of the newest event, and `signed-out` when the session has ended.

    `?since=` or Last-Event-ID is the last event that the page knows; `?incident=` limits it to one incident.
    503 when too many pages watch already; the page then asks from time to time instead.
    """
    here = parts()
    watch = Watch(g.person, cookies.session_token(request, here.settings) or "", _incident())
    if not STREAMS.acquire(blocking=False):
        raise Problem(503, "Too many pages watch the board at once. This one asks again from time to time.")
    response = Response(_stream(here, watch, _since()), mimetype="text/event-stream")
    response.call_on_close(STREAMS.release)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _since() -> int:
    text = request.headers.get("Last-Event-ID") or request.args.get("since", "0")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _incident() -> str | None:
    try:
        return str(UUID(request.args["incident"])) if "incident" in request.args else None
    except ValueError:
        return None


def _stream(here: Parts, watch: Watch, since: int) -> Iterator[str]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    counter = None
    for poll in range(LAST_POLL):
        if poll % SESSION_POLLS == 0 and not _signed_in(here, watch):
            yield "event: signed-out\ndata: \n\n"
            return
        found = here.store.change_counter()
        if found != counter:
            counter = found
            newest, seen = _news(here, watch, since)
            since = newest
            if seen:
                yield f"id: {newest}\nevent: changed\ndata: {newest}\n\n"
        if poll % HEARTBEAT_POLLS == HEARTBEAT_POLLS - 1:
            yield ": still here\n\n"
        time.sleep(POLL_SECONDS)


def _signed_in(here: Parts, watch: Watch) -> bool:
    with here.store.reader() as db:
        return sign_in.person_of(db, here.clock.now(), here.settings, watch.token) is not None


def _news(here: Parts, watch: Watch, since: int) -> tuple[int, bool]:
    """The number of the newest event, and whether any since then is for this watch."""
    with here.store.reader() as db:
        newest = incidents.last_event(db)
        changed = incidents.incidents_changed_since(db, since) if newest != since else []
        rows = [board.incident(db, each) for each in changed if watch.incident_id in (None, each)]
    person = watch.person
    return newest, any(row and may_see(person, row.site_id, row.agency_id, row.verified) for row in rows)
