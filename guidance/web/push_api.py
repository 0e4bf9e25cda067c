"""Browsers of supervisors and the committee say that they want alerts, or no longer. JSON lane."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, g, jsonify, request
from sqlite_utils import Database

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
from guidance.people.tokens import token_hash
from guidance.store import log, subscriptions
from guidance.store.subscriptions import SubscriptionRow
from guidance.web import cookies
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
    """This browser wants the alerts of the person who is signed in. Again and again is fine.

    409 while it gets someone else's; `"take_over": true` moves it, and that person is told. `renew` in the answer: its
    push service has refused it, and only a new subscription helps.
    """
    here = parts()
    require_same_origin(request, here.settings.base_url)
    body = read_json(request)
    endpoint, p256dh, auth = _read(body)
    now = to_text(here.clock.now())
    session_hash = token_hash(cookies.session_token(request, here.settings) or "")
    with here.store.transaction() as db:
        known = subscriptions.by_endpoint(db, endpoint)
        if known is not None and known.person_id != g.person.id:
            _take_over(db, now, known, body)
        row = SubscriptionRow(str(uuid4()), g.person.id, endpoint, p256dh, auth, now)
        kept = subscriptions.save(db, row)
        subscriptions.bind(db, kept, session_hash)
        subscriptions.keep_newest(db, g.person.id, BROWSERS_EACH, kept)
        renew = known is not None and bool(known.gone_at or known.refused_at)
        if known is None:
            subscriptions.forget_losses(db, g.person.id)
        log.add_entry(db, now, f"person:{g.person.id}", "subscription.saved", kept)
    return jsonify({"id": kept, "renew": True} if renew else {"id": kept})


def _take_over(db: Database, now: str, known: SubscriptionRow, body: Any) -> None:
    """Someone else's alerts come to this browser: ask first, and tell that person when they end."""
    if body.get("take_over") is not True:
        raise Problem(409, "This browser gets the alerts of someone else. Turn them off there, or take it over.")
    subscriptions.add_loss(db, known.person_id, "taken_over", now)
    log.add_entry(db, now, f"person:{g.person.id}", "subscription.taken_over", known.id, known.person_id)


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
