"""`/healthz`: this process answers. `/readyz`: it can serve, and the alert worker's last beat is recent."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify

from guidance.clock import from_text
from guidance.store.health import newest_beat
from guidance.web.access import open_to_all
from guidance.web.context import parts

blueprint = Blueprint("health", __name__)

BEAT_SECONDS = 15


@blueprint.get("/healthz")
@open_to_all
def healthz() -> Response:
    """Alive."""
    return jsonify({"alive": True})


@blueprint.get("/readyz")
@open_to_all
def readyz() -> tuple[Response, int]:
    """200 when reports would be stored and somebody would send the alerts, else 503 with what is wrong."""
    here = parts()
    with here.store.reader() as db:
        beat = newest_beat(db)
    # A beat from the future is no sign of life either: the clock was set back since.
    recent = beat is not None and abs(here.clock.now() - from_text(beat)) < timedelta(seconds=BEAT_SECONDS)
    wrong = [] if recent else ["the alert worker gave no sign of life lately; start `guidance worker`"]
    return jsonify({"ready": not wrong, "worker_beat": beat, "wrong": wrong}), 503 if wrong else 200
