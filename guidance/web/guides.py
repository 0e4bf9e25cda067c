"""A protocol as one page, and as data. The pages depend on nothing but the protocol and the language."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort

from guidance.protocol.load import to_document
from guidance.protocol.model import Protocol, Step
from guidance.web import compress, words
from guidance.web.access import open_to_all
from guidance.web.context import parts
from guidance.web.pages import public_page

blueprint = Blueprint("guides", __name__)


@blueprint.get("/<locale>/guide/<protocol_id>")
@open_to_all
def guide(locale: str, protocol_id: str) -> Response:
    """The whole protocol; a step is a section named by the fragment. 404 for an unknown protocol."""
    protocol = _protocol(protocol_id)
    return public_page(
        "guide.html", protocol.id, protocol.hash, protocol=protocol, steps=in_reading_order(protocol), words=words
    )


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


def _document(protocol: Protocol) -> bytes:
    return json.dumps(to_document(protocol), ensure_ascii=False).encode()


def _protocol(protocol_id: str) -> Protocol:
    found = parts().library.get(protocol_id)
    if found is None:
        abort(404)
    return found
