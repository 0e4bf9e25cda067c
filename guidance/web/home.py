"""The home screen: what is happening? Four entries, no sign-in."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response

from guidance.protocol.model import Protocol
from guidance.web.access import open_to_all
from guidance.web.context import parts
from guidance.web.pages import public_page

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@open_to_all
def front() -> Response:
    """The home screen in the language the browser asks for."""
    return _home(vary=("Accept-Language", "Cookie"))


@blueprint.get("/<locale>/")
@open_to_all
def home(locale: str) -> Response:
    """The home screen in one language."""
    return _home()


def _home(vary: tuple[str, ...] = ()) -> Response:
    return public_page("home.html", vary=vary, context=_context)


def _context() -> dict[str, object]:
    protocols = list(parts().library.protocols.values())
    main, more = entries(protocols, "main"), entries(protocols, "more")
    return {"entries": main, "more": more, "emergency": emergency_protocol(protocols)}


def entries(protocols: Iterable[Protocol], place: str) -> list[Protocol]:
    """The protocols that the home screen offers at `place` (main or more), in their order."""
    return sorted((each for each in protocols if each.entry.place == place), key=lambda each: each.entry.order)


def emergency_protocol(protocols: Iterable[Protocol]) -> Protocol | None:
    """The protocol whose interrupts and alert the home screen's bottom edge leads to: the first main entry."""
    return next(iter(entries(protocols, "main")), None)
