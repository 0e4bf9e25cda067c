"""Live streams of the boards: they say that something changed, never what. The page then asks for it, and gets what its
person may see."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, g, request

from guidance.people import sign_in
from guidance.server.live import LiveEvents, Pace, Slots
from guidance.web import cookies
from guidance.web.context import Parts
from guidance.web.problems import Problem

Look = Callable[[], str | None]

# A stream costs no thread, only a connection. One person has a few pages open on a few machines, never dozens.
SLOTS = Slots(total=250, each=8)


def answer(here: Parts, pace: Pace, look: Look, slots: Slots = SLOTS) -> Response:
    """A stream that sends `changed` with the id that `look` gives, each time the store changed and it gives one, and
    `signed-out` when the session has ended. A 503 `Problem` when this person, or everyone, watches too often already.
    """
    person_id = g.person.id
    if not slots.take(person_id):
        raise Problem(503, "Too many pages watch at once. This one asks again from time to time.")
    stream = events(here, cookies.session_token(request, here.settings) or "", pace, look)
    stream.on_leave(lambda: slots.give_back(person_id))
    response = Response(stream, mimetype="text/event-stream", direct_passthrough=True)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def events(here: Parts, token: str, pace: Pace, look: Look) -> LiveEvents:
    """The events for one reader, who is signed in by `token`."""
    return LiveEvents(pace, here.store.change_counter, look, lambda: _signed_in(here, token))


def _signed_in(here: Parts, token: str) -> bool:
    with here.store.reader() as db:
        return sign_in.person_of(db, here.clock.now(), here.settings, token) is not None
