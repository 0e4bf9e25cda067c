"""A class board's data and its live stream: server-sent events that say that something changed, never what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, jsonify
from flask_wtf.csrf import generate_csrf

from guidance.practice import class_board
from guidance.practice.class_board import Cell, ClassBoard
from guidance.practice.classes import ClassId
from guidance.server.live import Pace
from guidance.store import practice_classes
from guidance.text import neutral
from guidance.web import content, stream
from guidance.web.access import for_person
from guidance.web.context import Parts, parts
from guidance.web.gettext import _, ngettext
from guidance.web.practice_access import class_in_sight
from guidance.web.practice_words import CELL_WORDS

blueprint = Blueprint("trainer_live", __name__, url_prefix="/trainer/classes")

PACE = Pace(poll_seconds=0.5, polls=600, heartbeat=30, session=8, retry_milliseconds=2000)


class _News:
    """What is new on one class board."""

    def __init__(self, here: Parts, class_id: ClassId) -> None:
        self._here, self._class_id, self._known, self._number = here, class_id, "", 0

    def look(self) -> str | None:
        """A number that rises when anything on the board changed since the last look."""
        with self._here.store.reader() as db:
            present = repr(practice_classes.fingerprint(db, self._class_id))
        if present == self._known:
            return None
        self._known, self._number = present, self._number + 1
        return str(self._number)


@blueprint.get("/<uuid:class_id>.json")
@for_person("trainer", live=True)
def rows(class_id: UUID) -> Response:
    """The board as data, for the page that is open. Its form token keeps the page's buttons fresh."""
    here = parts()
    with here.store.reader() as db:
        found = class_in_sight(db, g.person, class_id)
        board = class_board.gather(db, found, content.scenarios(), content.library())
    told = {"revealed": found.revealed, "ended": found.ended_at is not None, "form_token": generate_csrf()}
    return jsonify({**board_data(board), **told})


@blueprint.get("/<uuid:class_id>/live")
@for_person("trainer", live=True)
def live(class_id: UUID) -> Response:
    """Says `changed` when anything on the board did, and `signed-out` when the session has ended. 503: too many."""
    here = parts()
    with here.store.reader() as db:
        found = class_in_sight(db, g.person, class_id)
    return stream.answer(here, PACE, _News(here, found.class_id).look)


def board_data(board: ClassBoard) -> dict[str, Any]:
    """The board as JSON-safe values with all words in them."""
    lines = [
        {"id": line.id, "nickname": neutral(line.nickname), "cells": [cell_words(cell) for cell in line.cells]}
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
