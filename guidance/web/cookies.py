"""The three cookies of ours: a person's session, a device's enrolment, a trainee's place in a class. Nothing else of
the web layer sets cookies except the signed one in which Flask-WTF keeps its form tokens, named here too."""

from __future__ import annotations

from flask import Request, Response
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

from guidance.settings import Settings

DEVICE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie
CLASS_SECONDS = 30 * 24 * 3600  # runs of a class that waited on the phone still belong to it when they come


class WithCookies(Request):
    """A request whose cookies can always be read."""

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies by their names."""
        return parsed(";".join(self.headers.getlist("Cookie")))


def parsed(header: str) -> ImmutableMultiDict[str, str]:
    """Read a Cookie header (as latin-1, PEP 3333).

    Bytes that are no UTF-8 are replaced. Another program of the city's domain may have set such a cookie, and that must
    not cost a phone its enrollment.
    """
    text = header.encode("latin-1", "replace").decode("utf-8", "replace")
    return ImmutableMultiDict(parse_cookie(text))


def session_cookie(settings: Settings) -> str:
    """Name of the cookie that carries a person's session."""
    return _name(settings, "session")


def device_cookie(settings: Settings) -> str:
    """Name of the cookie that carries a device's enrolment."""
    return _name(settings, "device")


def class_cookie(settings: Settings) -> str:
    """Name of the cookie that carries a trainee's place in a practice class."""
    return _name(settings, "class")


def form_cookie(settings: Settings) -> str:
    """Name for Flask's own signed cookie, which holds form tokens and where to go after sign-in."""
    return _name(settings, "form")


def session_token(request: Request, settings: Settings) -> str | None:
    """The session's token that a request carries."""
    return request.cookies.get(session_cookie(settings))


def device_token(request: Request, settings: Settings) -> str | None:
    """The device's token that a request carries."""
    return request.cookies.get(device_cookie(settings))


def class_token(request: Request, settings: Settings) -> str | None:
    """The trainee's token that a request carries."""
    return request.cookies.get(class_cookie(settings))


def set_session(response: Response, settings: Settings, token: str) -> None:
    """Let the browser keep a session for as long as it can last."""
    _set(response, settings, session_cookie(settings), token, settings.session_hours * 3600, "Lax")


def set_device(response: Response, settings: Settings, token: str) -> None:
    """Let the browser keep an enrolment for 400 days from now."""
    _set(response, settings, device_cookie(settings), token, DEVICE_SECONDS, "Strict")


def set_class(response: Response, settings: Settings, token: str) -> None:
    """Let the browser keep a trainee's place in a practice class for thirty days from now."""
    _set(response, settings, class_cookie(settings), token, CLASS_SECONDS, "Strict")


def clear_session(response: Response, settings: Settings) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(session_cookie(settings), path="/", secure=settings.secure, httponly=True, samesite="Lax")


def clear_device(response: Response, settings: Settings) -> None:
    """Take the enrolment away from the browser."""
    response.delete_cookie(device_cookie(settings), path="/", secure=settings.secure, httponly=True, samesite="Strict")


def _name(settings: Settings, what: str) -> str:
    # A browser takes a __Host- cookie only over TLS, for this host alone and for every path.
    return f"__Host-guidance-{what}" if settings.secure else f"guidance-{what}"


def _set(response: Response, settings: Settings, name: str, token: str, seconds: int, same_site: str) -> None:
    response.set_cookie(
        name, token, max_age=seconds, path="/", secure=settings.secure, httponly=True, samesite=same_site
    )
