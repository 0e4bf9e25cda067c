"""The board's live stream: says that something changed on what its person may see."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, g, request

from guidance.people.scope import may_see
from guidance.server.live import Pace
from guidance.store import board, incidents
from guidance.store.people import Person
from guidance.web import stream
from guidance.web.access import for_person
from guidance.web.context import Parts, parts

blueprint = Blueprint("board_live", __name__, url_prefix="/board")

PACE = Pace(poll_seconds=0.25, polls=1200, heartbeat=60, session=16, retry_milliseconds=1000)


class News:
    """What is new for one watcher: of one incident, or (None) of everything that the person may see."""

    def __init__(self, here: Parts, person: Person, incident_id: str | None, since: int) -> None:
        self._here, self._person, self._incident_id, self._since = here, person, incident_id, since

    def look(self) -> str | None:
        """The number of the newest event when any since the last look is for this watcher."""
        with self._here.store.reader() as db:
            newest = incidents.last_event(db)
            changed = incidents.incidents_changed_since(db, self._since) if newest != self._since else []
            rows = [board.incident(db, each) for each in changed if self._incident_id in (None, each)]
        self._since = newest
        seen = any(row and may_see(self._person, row.site_id, row.agency_id, row.verified) for row in rows)
        return str(newest) if seen else None


@blueprint.get("/live")
@for_person("committee", "supervisor", live=True)
def live() -> Response:
    """Says `changed` with the number of the newest event, and `signed-out` when the session has ended.

    `?since=` or Last-Event-ID is the last event that the page knows; `?incident=` limits it to one incident.
    503 when too many pages watch already; the page then asks from time to time instead.
    """
    here = parts()
    news = News(here, g.person, _incident(), _since())
    return stream.answer(here, PACE, news.look)


def _since() -> int:
    text = request.headers.get("Last-Event-ID") or request.args.get("since", "0")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _incident() -> str | None:
    try:
        return str(UUID(request.args["incident"])) if "incident" in request.args else None
    except ValueError:
        return None
