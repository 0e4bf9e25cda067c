"""Who may enter a view. Every view carries exactly one of `@open_to_all`, `@for_device`, `@for_person`; a test refuses
routes without one. Put the decorator between the route and the function."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, g, make_response, redirect, render_template, request

from guidance.people import join, sign_in
from guidance.store.devices import Device
from guidance.store.people import Person
from guidance.web import cookies
from guidance.web.context import parts
from guidance.web.problems import Problem, wants_json

logger = logging.getLogger("guidance.web")

View = Callable[..., Any]


@dataclass(frozen=True)
class Access:
    """What a view declares: `kind` is open, device or person; `roles` only for a person."""

    kind: str
    roles: tuple[str, ...] = ()


def open_to_all(view: View) -> View:
    """Anyone may enter, signed in or not."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return _mark(checked, Access("open"))


def for_device(view: View) -> View:
    """Only an enrolled device may enter; it is `g.device`. For any other this address does not exist (404)."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Response:
        device = current_device()
        if device is None:
            ended = enrollment_ended() if wants_json() else ""
            if ended:
                raise Problem(404, "This phone no longer belongs to a site. Join again.", reason=ended)
            abort(404)
        g.device = device
        response = _private(make_response(view(*args, **kwargs)))
        renew_device(response, device)
        return response

    return _mark(checked, Access("device"))


def for_person(*roles: str, live: bool = False) -> Callable[[View], View]:
    """Only a signed-in person with one of the roles may enter; it is `g.person`. Other persons find nothing (404).

    `live` is for what a page asks for by itself: it does not count as use, so that a forgotten page cannot
    keep its session alive.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Response:
            person = current_person()
            if person is None:
                return _private(_ask_to_sign_in(live))
            if not person.has(*roles):
                abort(404)
            if not live:
                _touch_session()
            g.person = person
            return _private(make_response(view(*args, **kwargs)))

        return _mark(checked, Access("person", roles))

    return mark


def current_person() -> Person | None:
    """Who is signed in on this request."""
    here = parts()
    token = cookies.session_token(request, here.settings)
    if not token:
        return None
    with here.store.reader() as db:
        return sign_in.person_of(db, here.clock.now(), here.settings, token)


def current_device() -> Device | None:
    """Which enrolled device sends this request; None for any other."""
    here = parts()
    token = cookies.device_token(request, here.settings)
    if not token:
        return None
    with here.store.reader() as db:
        return join.device_of(db, here.clock.now(), here.settings, token)


def enrollment_ended() -> str:
    """Why the phone that sends this request belongs to no site any more (`unused`, `removed`); empty for any other."""
    here = parts()
    token = cookies.device_token(request, here.settings)
    if not token:
        return ""
    with here.store.reader() as db:
        return join.why_ended(db, here.clock.now(), here.settings, token)


def renew_device(response: Response, device: Device) -> None:
    """Note a device's use, at most hourly, and let its cookie live another 400 days."""
    here, now = parts(), parts().clock.now()
    if join.due_for_touch(device, now):
        with _best_effort(), here.store.transaction() as db:
            join.touch(db, now, device)
        cookies.set_device(response, here.settings, cookies.device_token(request, here.settings) or "")


def safe_next(address: str | None) -> str | None:
    """A path on this site to go to after sign-in; None for anything that could lead elsewhere.

    Browsers read `//host` and `/\\host` as another host, and drop tabs and line ends before they look.
    """
    if not address or not address.startswith("/") or address[1:2] in {"/", "\\"}:
        return None
    return address if address.isprintable() and "\\" not in address else None


def _ask_to_sign_in(live: bool) -> Response:
    if live or wants_json():
        raise Problem(401, "Sign in, then ask again.")
    if request.method == "GET":
        return make_response(redirect("/sign-in?" + urlencode({"next": request.full_path.rstrip("?")}), 303))
    kept = [text for name, text in request.form.items() if name == "text" and text.strip()]
    return make_response(render_template("sign_in.html", kept=kept, ended=True), 401)


def _touch_session() -> None:
    here, now = parts(), parts().clock.now()
    token = cookies.session_token(request, here.settings) or ""
    with here.store.reader() as db:
        due = sign_in.due_for_touch(db, now, token)
    if due:
        with _best_effort(), here.store.transaction() as db:
            sign_in.touch(db, now, token)


@contextmanager
def _best_effort() -> Iterator[None]:
    """A store that cannot write right now must not keep anyone from reading."""
    try:
        yield
    except sqlite3.OperationalError as error:
        logger.warning("the time of last use was not written: %s", error)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _mark(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
