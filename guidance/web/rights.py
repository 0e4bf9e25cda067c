"""Know your rights: the page, the card to print, and a poster of each protocol for the wall behind the desk."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, Response, abort

from guidance.protocol import texts as protocol_texts
from guidance.protocol.model import Poster
from guidance.rights.model import CARDS, HELP, Line, Rights, Section, reworded
from guidance.store.translation_reviews import Review
from guidance.translations.reviews import RIGHTS
from guidance.web import locale as language
from guidance.web import words
from guidance.web.access import open_to_all
from guidance.web.context import parts
from guidance.web.free_help import free_help
from guidance.web.pages import public_page
from guidance.web.sites import qr_code
from guidance.web.translation_status import protocol_review, review_mark, review_of

blueprint = Blueprint("rights", __name__)


@dataclass(frozen=True)
class Told:
    """A line in the reader's language beside its English, and the id of its section."""

    section: str
    here: Line
    english: Line


@blueprint.get("/<locale>/rights")
@open_to_all
def rights(locale: str) -> Response:
    """What anyone may say and do. The same for everyone; it asks nothing and keeps nothing."""
    return public_page("rights.html", review_mark(locale, RIGHTS), context=_page)


@blueprint.get("/<locale>/rights/card")
@open_to_all
def card(locale: str) -> Response:
    """A sheet and a wallet card to print and cut, English beside the reader's language."""
    return public_page("rights_card.html", review_mark(locale, RIGHTS), context=_card)


@blueprint.get("/<locale>/poster/<protocol_id>")
@open_to_all
def poster(locale: str, protocol_id: str) -> Response:
    """One page for the wall behind the desk. 404 for a protocol that is unknown or has no poster."""
    found = parts().library.get(protocol_id)
    if found is None or found.poster == Poster():
        abort(404)
    mark = review_mark(locale, protocol_id)
    return public_page("poster.html", protocol_id, found.hash, mark, context=lambda: _poster(protocol_id))


def here_and_english() -> tuple[Rights, Rights]:
    """The rights in the language of this request, and as they are written."""
    written = parts().rights
    return reworded(written, language.reword), written


def _page() -> dict[str, object]:
    here, english = here_and_english()
    sections = [
        (each, blocks(each, as_written)) for each, as_written in zip(here.sections, english.sections, strict=True)
    ]
    return {
        "rights": here,
        "sections": sections,
        "HELP": HELP,
        "help": free_help(parts().settings),
        "words": words,
        "review": _review(),
    }


def _review() -> Review | None:
    return review_of(language.current(), RIGHTS, lambda reword: reworded(parts().rights, reword))


def blocks(here: Section, english: Section) -> list[tuple[bool, list[Told]]]:
    """The lines of a section, neighbours of one kind together; True for words to say."""
    told = [Told(here.id, *pair) for pair in zip(here.lines, english.lines, strict=True)]
    return [(spoken, list(lines)) for spoken, lines in groupby(told, lambda each: each.here.spoken)]


def _card() -> dict[str, object]:
    here, english = here_and_english()
    address = f"{parts().settings.base_url}/{language.current()}/rights"
    lines = {name: {spoken: _both(here, english, name, spoken) for spoken in (True, False)} for name in CARDS}
    return {
        "rights": here,
        "english": english,
        "lines": lines,
        "HELP": HELP,
        "address": address,
        "qr": qr_code(address),
        "help": free_help(parts().settings),
        "review": _review(),
    }


def _both(here: Rights, english: Rights, card: str, spoken: bool) -> list[Told]:
    pairs = zip(here.on_card(card, spoken), english.on_card(card, spoken), strict=True)
    return [Told(section.id, line, as_written) for (section, line), (_, as_written) in pairs]


def _poster(protocol_id: str) -> dict[str, object]:
    english = parts().library.protocols[protocol_id]
    here = protocol_texts.reworded(english, language.reword)
    address = f"{parts().settings.base_url}/{language.current()}/guide/{protocol_id}"
    return {
        "protocol": here,
        "review": protocol_review(language.current(), english),
        "says": list(zip(here.poster.say, english.poster.say, strict=True)),
        "address": address,
        "qr": qr_code(address),
        "words": words,
        "others": [
            {"id": each.id, "title": language.reword(each.id, each.entry.title, "entry")}
            for each in parts().library.protocols.values()
            if each.poster != Poster()
        ],
    }
