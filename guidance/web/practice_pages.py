"""Practice on the phone: pages that are the same for everyone and kept for use without a network, and their data.

Everything that belongs to one person stays in the phone's own store; these pages never look at a cookie.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, abort

from guidance.incident.facts import Screen
from guidance.practice.document import to_document
from guidance.practice.outline import outline
from guidance.practice.scenario import Scenario
from guidance.protocol.model import SITE_TYPES
from guidance.web import compress, content
from guidance.web.access import open_to_all
from guidance.web.context import parts
from guidance.web.guides import guide_context
from guidance.web.pages import public_page
from guidance.web.practice_words import SITE_TYPE_WORDS
from guidance.web.translation_status import review_mark

blueprint = Blueprint("practice_pages", __name__)

FORMAT = 1
# What asks for the person's own word or for names has no place in a practice report.
NOT_PRACTISED = frozenset({"attested", "officers", "work_contact", "witnesses", "free_text"})


@blueprint.get("/<locale>/practice")
@open_to_all
def home(locale: str) -> Response:
    """What there is to practise, what is assigned, the class, and this phone's own record."""
    return public_page("practice/home.html", context=_home_context)


@blueprint.get("/<locale>/practice/guide/<protocol_id>")
@open_to_all
def guide(locale: str, protocol_id: str) -> Response:
    """The protocol in the practice frame; which scenario it is stands in the query, which only the phone reads."""
    protocol = parts().library.get(protocol_id)
    if protocol is None:
        abort(404)
    key = (protocol.id, protocol.hash, review_mark(locale, protocol.id))
    return public_page("practice/guide.html", *key, context=lambda: guide_context(protocol))


@blueprint.get("/<locale>/practice/report")
@open_to_all
def report(locale: str) -> Response:
    """The short practice report; which run it is about stands in the fragment alone."""
    return public_page("practice/report.html", context=_report_context)


@blueprint.get("/<locale>/practice/debrief")
@open_to_all
def debrief(locale: str) -> Response:
    """What a run teaches, computed on the phone; which run stands in the fragment alone."""
    return public_page("practice/debrief.html", context=dict)


@blueprint.get("/<locale>/practice/scenarios.json")
@open_to_all
def scenarios(locale: str) -> Response:
    """Every scenario, and of each protocol what a debrief needs, in one language. Officers speak English."""
    key = ("practice/scenarios.json", locale)
    document = compress.kept(key) or compress.keep(key, compress.body(_scenarios(), "application/json"))
    return compress.answer(document)


def _home_context() -> Mapping[str, object]:
    return {"site_types": {each: SITE_TYPE_WORDS[each] for each in SITE_TYPES}, "roles": content.role_titles()}


def _report_context() -> Mapping[str, object]:
    here = parts()
    asked = wanted(here.scenarios.scenarios.values())
    screens = [(screen, _asked(screen, asked)) for screen in content.catalog().screens]
    return {"screens": [(screen, fields) for screen, fields in screens if fields]}


def wanted(scenarios: Iterable[Scenario]) -> frozenset[str]:
    """The facts that the practice report can ask for: those that some scenario expects."""
    return frozenset(fact for each in scenarios for fact in each.expected.report) - NOT_PRACTISED


def _asked(screen: Screen, asked: frozenset[str]) -> list[object]:
    return [field for field in screen.fields if field.id in asked]


def _scenarios() -> bytes:
    library = content.library()
    labels = {field.id: field.label for field in content.catalog().fields()}
    found = {
        "format": FORMAT,
        "protocols": {each.id: outline(each) for each in library.protocols.values()},
        "scenarios": [
            to_document(content.scenario(each), library.protocols[each.protocol], labels, each.card.say)
            for each in parts().scenarios.scenarios.values()
        ],
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
