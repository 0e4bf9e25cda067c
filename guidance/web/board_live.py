"""The board's live stream: says that something changed on what its person may see."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, g, request
from sqlite_utils import Database

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
            # A number that fell means that a copy was put in the database's place: what is shown may be gone.
            is_news = newest < self._since or (newest > self._since and self._newest_in_sight(db) > self._since)
        self._since = newest
        return str(newest) if is_news else None

    def _newest_in_sight(self, db: Database) -> int:
        """The newest event that the person may see, by one look at an index, however many there were."""
        if self._incident_id is not None:
            row = board.incident(db, self._incident_id)
            seen = row is not None and may_see(self._person, row.site_id, row.agency_id, row.verified)
            return incidents.last_event_of(db, self._incident_id) if seen else 0
        if self._person.has("committee"):
            return incidents.last_event(db)
        grants = [grant for grant in self._person.roles if grant.role == "supervisor"]
        return incidents.last_event_at(
            db,
            [grant.site_id for grant in grants if grant.site_id],
            [grant.agency_id for grant in grants if grant.agency_id],
        )


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
