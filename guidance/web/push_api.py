"""Browsers of supervisors and the committee say that they want alerts, or no longer. JSON lane."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, g, jsonify, request

from guidance.alert.addresses import system_resolver
from guidance.alert.endpoint import (
    Endpoint,
    EndpointRefused,
    check_addresses,
    check_endpoint,
    check_keys,
    listed_hosts,
)
from guidance.clock import to_text
from guidance.incident.schema import FieldProblem
from guidance.store import log, subscriptions
from guidance.store.subscriptions import SubscriptionRow
from guidance.web.access import for_person, open_to_all
from guidance.web.context import parts
from guidance.web.lane import read_json, require_same_origin
from guidance.web.problems import Problem

BROWSERS_EACH = 5

blueprint = Blueprint("push_api", __name__)


@blueprint.get("/api/push/key")
@open_to_all
def key() -> Response:
    """The key that a browser subscribes with; it is public."""
    return jsonify({"key": parts().keys.vapid_public})


@blueprint.put("/api/push/subscription")
@for_person("committee", "supervisor")
def subscribe() -> Response:
    """This browser wants the alerts of the person who is signed in. Again and again is fine."""
    here = parts()
    require_same_origin(request, here.settings.base_url)
    endpoint, p256dh, auth = _read(read_json(request))
    now = to_text(here.clock.now())
    with here.store.transaction() as db:
        kept = subscriptions.save(db, SubscriptionRow(str(uuid4()), g.person.id, endpoint, p256dh, auth, now))
        subscriptions.keep_newest(db, g.person.id, BROWSERS_EACH)
        log.add_entry(db, now, f"person:{g.person.id}", "subscription.saved", kept)
    return jsonify({"id": kept})


@blueprint.delete("/api/push/subscription")
@for_person("committee", "supervisor")
def unsubscribe() -> Response:
    """This browser wants no more alerts."""
    here = parts()
    require_same_origin(request, here.settings.base_url)
    endpoint = _text(read_json(request), "endpoint", "/endpoint")
    with here.store.transaction() as db:
        if not subscriptions.remove(db, g.person.id, endpoint):
            raise Problem(404, "This browser gets no alerts of yours.")
        log.add_entry(db, to_text(here.clock.now()), f"person:{g.person.id}", "subscription.removed", g.person.id)
    return Response(status=204)


def _read(body: Any) -> tuple[str, str, str]:
    endpoint = _text(body, "endpoint", "/endpoint")
    keys = body.get("keys")
    p256dh, auth = _text(keys, "p256dh", "/keys/p256dh"), _text(keys, "auth", "/keys/auth")
    field = "/endpoint"
    try:
        _refuse_private(check_endpoint(endpoint, listed_hosts(parts().settings.push_hosts)))
        field = "/keys"
        check_keys(p256dh, auth)
    except EndpointRefused as refused:
        raise _wrong(field, str(refused)) from refused
    return endpoint, p256dh, auth


def _refuse_private(endpoint: Endpoint) -> None:
    try:
        check_addresses(endpoint, system_resolver)
    except OSError:
        return  # a name that does not resolve now may do so later; it is looked at again before each connection


def _text(body: Any, name: str, field: str) -> str:
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str):
        raise _wrong(field, "this is missing or no text")
    return value


def _wrong(field: str, detail: str) -> Problem:
    return Problem(422, "This browser cannot be kept for alerts.", [FieldProblem(field, detail)])
