"""How far each translation is, and who checked it: the page, and the line under each guide in another language."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, current_app

from guidance.protocol.model import Protocol
from guidance.protocol.texts import reworded
from guidance.rights.model import reworded as reworded_rights
from guidance.store import translation_reviews
from guidance.store.db import StoreUnusable
from guidance.store.translation_reviews import Review
from guidance.translations import catalogs
from guidance.translations.languages import DEFAULT, LANGUAGES, TRANSLATED, Language
from guidance.translations.reviews import RIGHTS, Reword, words_hash
from guidance.translations.status import Progress, standing
from guidance.web.access import open_to_all
from guidance.web.context import parts
from guidance.web.pages import public_page

blueprint = Blueprint("translation_status", __name__)
logger = logging.getLogger("guidance.web")
LAST = "guidance-last-reviews"


@dataclass(frozen=True)
class Checked:
    """Something that is checked as a whole: its title, and its review or None."""

    title: str
    review: Review | None


@dataclass(frozen=True)
class Row:
    """One language on the page."""

    language: Language
    progress: Progress
    checked: tuple[Checked, ...]


@blueprint.get("/<locale>/translations")
@open_to_all
def page(locale: str) -> Response:
    """Each language: how many sentences are translated, and which protocols a translator has checked."""
    return public_page("translations.html", repr(all_reviews()), context=_rows)


def all_reviews() -> tuple[Review, ...]:
    """Every review that the store has; those of the last time while it does not answer, so that guides open always."""
    try:
        with parts().store.reader() as db:
            found = translation_reviews.reviews(db)
    except (sqlite3.Error, StoreUnusable) as error:
        logger.warning("reviews of translations could not be read (%s)", type(error).__name__)
        last: tuple[Review, ...] = current_app.extensions.get(LAST, ())
        return last
    current_app.extensions[LAST] = found
    return found


def review_mark(code: str, subject: str) -> str:
    """What tells two states of a page's review apart, for a page that is kept ready; empty for English."""
    if code == DEFAULT:
        return ""
    return repr([each for each in all_reviews() if (each.locale, each.subject) == (code, subject)])


def review_of(code: str, subject: str, walk: Callable[[Reword], object]) -> Review | None:
    """The review of exactly the words that a page shows, or None."""
    if code == DEFAULT:
        return None
    wanted = (code, subject, words_hash(walk, partial(catalogs.translate, code)))
    return next((each for each in all_reviews() if (each.locale, each.subject, each.words_hash) == wanted), None)


def protocol_review(code: str, protocol: Protocol) -> Review | None:
    """The review of a protocol as a language shows it."""
    return review_of(code, protocol.id, lambda reword: reworded(protocol, reword))


def _rows() -> dict[str, object]:
    return {"rows": [_row(code) for code in TRANSLATED]}


def _row(code: str) -> Row:
    library = parts().library
    checked = tuple(Checked(each.title, protocol_review(code, each)) for each in library.protocols.values())
    rights = parts().rights
    of_rights = Checked(rights.title, review_of(code, RIGHTS, lambda reword: reworded_rights(rights, reword)))
    return Row(LANGUAGES[code], standing(code), (*checked, of_rights))
