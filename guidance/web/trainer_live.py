"""A class board's data and its live stream: server-sent events that say that something changed, never what."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, request
from flask_wtf.csrf import generate_csrf

from guidance.people import sign_in
from guidance.practice import class_board
from guidance.practice.class_board import Cell, ClassBoard
from guidance.practice.classes import ClassId
from guidance.store import practice_classes
from guidance.web import cookies
from guidance.web.access import for_person
from guidance.web.context import Parts, parts
from guidance.web.gettext import _, ngettext
from guidance.web.practice_access import class_in_sight
from guidance.web.practice_words import CELL_WORDS
from guidance.web.problems import Problem

blueprint = Blueprint("trainer_live", __name__, url_prefix="/trainer/classes")

POLL_SECONDS = 0.5
HEARTBEAT_POLLS = 30
SESSION_POLLS = 8
LAST_POLL = 600  # five minutes; the browser then comes again by itself, which also finds ended sessions
RETRY_MILLISECONDS = 2000
# Each stream holds a thread of the web server. Practice gets few, so that reports, pages and the board keep theirs.
STREAMS = threading.BoundedSemaphore(8)


@dataclass(frozen=True)
class _Watch:
    class_id: ClassId
    token: str


@blueprint.get("/<uuid:class_id>.json")
@for_person("trainer", live=True)
def rows(class_id: UUID) -> Response:
    """The board as data, for the page that is open. Its form token keeps the page's buttons fresh."""
    here = parts()
    with here.store.reader() as db:
        found = class_in_sight(db, g.person, class_id)
        board = class_board.gather(db, found, here.scenarios, here.library)
    told = {"revealed": found.revealed, "ended": found.ended_at is not None, "form_token": generate_csrf()}
    return jsonify({**board_data(board), **told})


@blueprint.get("/<uuid:class_id>/live")
@for_person("trainer", live=True)
def live(class_id: UUID) -> Response:
    """Says `changed` when anything on the board did, and `signed-out` when the session has ended. 503: too many."""
    here = parts()
    with here.store.reader() as db:
        found = class_in_sight(db, g.person, class_id)
    if not STREAMS.acquire(blocking=False):
        raise Problem(503, "Too many pages watch classes at once. This one asks again from time to time.")
    watch = _Watch(found.class_id, cookies.session_token(request, here.settings) or "")
    response = Response(_stream(here, watch), mimetype="text/event-stream")
    response.call_on_close(STREAMS.release)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def board_data(board: ClassBoard) -> dict[str, Any]:
    """The board as JSON-safe values with all words in them."""
    lines = [
        {"id": line.id, "nickname": line.nickname, "cells": [cell_words(cell) for cell in line.cells]}
        for line in board.lines
    ]
    return {"lines": lines, "passed": list(board.passed)}


def cell_words(cell: Cell) -> dict[str, str]:
    """One cell in words: its state, where the walk stands or ended, and what else there is to know."""
    more = []
    if cell.state == class_board.WALKING:
        more.append(ngettext("%(num)s answer", "%(num)s answers", cell.answers))
    if cell.state != class_board.NOT_STARTED:
        more.append(_("alerted") if cell.alerted else _("no alert yet") if cell.state == "walking" else _("no alert"))
    if cell.tries > 1 or (cell.tries and cell.state == class_board.WALKING):
        more.append(ngettext("%(num)s try before", "%(num)s tries before", cell.tries) if cell.state == "walking"
                    else ngettext("%(num)s try", "%(num)s tries", cell.tries))  # fmt: skip
    return {
        "state": cell.state,
        "word": str(CELL_WORDS[cell.state]),
        "position": cell.position,
        "more": " · ".join(more),
    }


def _stream(here: Parts, watch: _Watch) -> Iterator[str]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    counter, known = None, None
    for poll in range(LAST_POLL):
        if poll % SESSION_POLLS == 0 and not _signed_in(here, watch):
            yield "event: signed-out\ndata: \n\n"
            return
        found = here.store.change_counter()
        if found != counter:
            counter = found
            with here.store.reader() as db:
                present = practice_classes.fingerprint(db, watch.class_id)
            if present != known:
                known = present
                yield f"event: changed\ndata: {poll}\n\n"
        if poll % HEARTBEAT_POLLS == HEARTBEAT_POLLS - 1:
            yield ": still here\n\n"
        time.sleep(POLL_SECONDS)


def _signed_in(here: Parts, watch: _Watch) -> bool:
    with here.store.reader() as db:
        return sign_in.person_of(db, here.clock.now(), here.settings, watch.token) is not None
