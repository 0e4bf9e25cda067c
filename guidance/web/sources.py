"""The page of sources: every publication that a guide names, how sure we are of it, and where it can be read."""

from __future__ import annotations

from flask import Blueprint, Response

from guidance.protocol.model import Source
from guidance.web import content, words
from guidance.web.access import open_to_all
from guidance.web.pages import public_page
from guidance.web.rights import here_and_english

blueprint = Blueprint("sources", __name__)


@blueprint.get("/<locale>/sources")
@open_to_all
def sources(locale: str) -> Response:
    """Every source; `#<id>` leads to one."""
    return public_page("sources.html", context=lambda: {"sources": all_sources(), "words": words})


def all_sources() -> list[Source]:
    """The sources of all protocols and of the rights, each once, by title in the language of this request."""
    shelves = [each.sources for each in content.library().protocols.values()]
    found = {source.id: source for shelf in (*shelves, here_and_english()[0].sources) for source in shelf.values()}
    return sorted(found.values(), key=lambda source: source.title.casefold())
