"""A protocol as one page, and as data. The pages depend on nothing but the protocol, the language and its review."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, abort
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from guidance.protocol.load import to_document
from guidance.protocol.model import Outcome, Protocol, Step
from guidance.web import compress, content, locale, words
from guidance.web.access import open_to_all
from guidance.web.context import parts
from guidance.web.drawings import drawings
from guidance.web.pages import public_page
from guidance.web.translation_status import protocol_review, review_mark

blueprint = Blueprint("guides", __name__)


@blueprint.app_template_filter("compact")
def compact(facts: Mapping[str, str]) -> Markup:
    """Facts as JSON for an attribute in single quotes."""
    return htmlsafe_json_dumps(dict(facts), separators=(",", ":"))


@blueprint.get("/<locale>/guide/<protocol_id>")
@open_to_all
def guide(locale: str, protocol_id: str) -> Response:
    """The whole protocol; a step is a section named by the fragment. 404 for an unknown protocol."""
    protocol = _protocol(protocol_id)
    mark = review_mark(locale, protocol.id)
    key = (protocol.id, protocol.hash, mark)
    return public_page("guide.html", *key, effort=compress.BEST, context=lambda: guide_context(protocol))


@blueprint.get("/<locale>/guide/<protocol_id>.json")
@open_to_all
def data(locale: str, protocol_id: str) -> Response:
    """The same protocol as data, with its version and hash."""
    protocol = _protocol(protocol_id)
    key = ("protocol.json", protocol.hash)
    document = compress.kept(key) or compress.keep(key, compress.body(_document(protocol), "application/json"))
    return compress.answer(document)


def in_reading_order(protocol: Protocol) -> list[Step]:
    """The steps, the first one first."""
    rest = [step for step in protocol.steps.values() if step.id != protocol.start]
    return [protocol.steps[protocol.start], *rest]


def guide_context(protocol: Protocol) -> dict[str, object]:
    """What guide.html needs of a protocol: its sources in the reader's language, everything else as it is written."""
    review = protocol_review(locale.current(), protocol)
    protocol = replace(protocol, sources=content.protocol(protocol).sources)
    steps = in_reading_order(protocol)
    shown = drawings(step.drawing for step in steps)
    return {"protocol": protocol, "steps": steps, "words": words, "drawings": shown, "cited": cited, "review": review}


def cited(said: Step | Outcome) -> list[str]:
    """The ids of the sources that a step or outcome and its single lines name, each once."""
    lines = [*said.say, *said.do, *said.never] if isinstance(said, Outcome) else list(said.say)
    return list(dict.fromkeys([*said.source, *(source for line in lines for source in line.source)]))


def _document(protocol: Protocol) -> bytes:
    return json.dumps(to_document(protocol), ensure_ascii=False).encode()


def _protocol(protocol_id: str) -> Protocol:
    found = parts().library.get(protocol_id)
    if found is None:
        abort(404)
    return found
