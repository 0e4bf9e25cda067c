"""`/healthz`: this process answers. `/readyz`: it can serve, and the alert worker's last beat is recent."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, jsonify, request

from guidance.clock import from_text
from guidance.people.budget import KINDS, refused_now
from guidance.store.health import newest_beat
from guidance.web.access import open_to_all
from guidance.web.context import Parts, parts

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
    """200 when reports would be stored and somebody would send the alerts, else 503 with what is wrong.

    Tells in words whether the disk is filling and whether strangers are refused; numbers on this machine alone.
    """
    here = parts()
    with here.store.reader() as db:
        beat = newest_beat(db)
        refused = refused_now(db, here.clock.now(), here.limits)
    # A beat from the future is no sign of life either: the clock was set back since.
    recent = beat is not None and abs(here.clock.now() - from_text(beat)) < timedelta(seconds=BEAT_SECONDS)
    wrong = [] if recent else ["the alert worker gave no sign of life lately; start `guidance worker`"]
    told: dict[str, Any] = {
        "ready": not wrong,
        "worker_beat": beat,
        "wrong": wrong,
        "disk": _disk_level(here),
        "strangers": {kind: refused.get(kind, "served") for kind in KINDS},
    }
    if _asked_on_this_machine():
        told["numbers"] = {"free_bytes": here.limits.free_bytes(), **_sizes(here)}
    return jsonify(told), 503 if wrong else 200


def _disk_level(here: Parts) -> str:
    """A word for everyone: the numbers would tell an attacker how far there is to go."""
    free = here.limits.free_bytes()
    if free < here.limits.practice_floor:
        return "reports of joined phones only"
    return "joined phones only" if free < here.limits.stranger_floor else "enough"


def _asked_on_this_machine() -> bool:
    """Whether the request came over loopback and through no proxy: behind one, everybody comes over loopback."""
    through_proxy = any(
        name in request.headers for name in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via")
    )
    try:
        return not through_proxy and ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _sizes(here: Parts) -> dict[str, int]:
    database = here.settings.database
    files = {"database_bytes": database, "wal_bytes": database.with_name(database.name + "-wal")}
    return {name: path.stat().st_size if path.exists() else 0 for name, path in files.items()}
