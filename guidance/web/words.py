"""Words that pages say of a protocol's fixed vocabulary: site types, contact roles, confidence of a source.

Each word goes through gettext.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from guidance.web.gettext import listed

CALLS = {
    "supervisor": _l("Call your supervisor"),
    "counsel": _l("Call duty counsel"),
    "principal": _l("Call the principal"),
    "safety-agent": _l("Call the school safety agent"),
    "senior-field-counsel": _l("Call senior field counsel"),
    "liaison": _l("Call the hospital’s immigration liaison"),
    "administrator": _l("Call the administrator on duty"),
    "director": _l("Call the shelter’s director"),
    "agency-legal": _l("Call your agency’s legal office"),
    "facility": _l("Call the facility’s manager"),
    "dcas-counsel": _l("Call building management’s counsel (DCAS)"),
    "hr": _l("Call human resources"),
    "privacy-officer": _l("Call your agency’s privacy officer"),
    "press-office": _l("Call the press office"),
    "park-manager": _l("Call the park manager"),
    "union": _l("Call your union"),
    "911": _l("Call 911"),
    "311": _l("Call 311"),
}

PLACES = {
    "school": _l("At a school"),
    "hospital": _l("At a hospital"),
    "shelter": _l("At a shelter"),
    "garage": _l("At a garage or lot"),
    "office": _l("In an office"),
    "park": _l("In a park"),
}

# The same after another one, inside a line.
PLACES_NEXT = {
    "school": _l("at a school"),
    "hospital": _l("at a hospital"),
    "shelter": _l("at a shelter"),
    "garage": _l("at a garage or lot"),
    "office": _l("in an office"),
    "park": _l("in a park"),
}

# What each mark of a source means to someone at a desk; the marks are those of the content's own fact sheet.
CONFIDENCE = {
    "primary": _l("from the text itself"),
    "official": _l("from an official page"),
    "news": _l("from a news report; counsel must confirm"),
    "mirror": _l("from a copy of a news report; counsel must confirm"),
    "background": _l("background knowledge; counsel must confirm"),
}

# The same with a capital letter and a full stop, for a line of its own.
CONFIDENCE_ALONE = {
    "primary": _l("From the text itself."),
    "official": _l("From an official page."),
    "news": _l("From a news report; counsel must confirm."),
    "mirror": _l("From a copy of a news report; counsel must confirm."),
    "background": _l("Background knowledge; counsel must confirm."),
}


def call_words(role: str) -> str:
    """What a call button says for a contact role; a `KeyError` means a role outside the vocabulary."""
    return str(CALLS[role])


def place_words(types: Iterable[str]) -> str:
    """Where a line holds: `At a school, at a hospital`. Site types outside the vocabulary raise `KeyError`."""
    first, *rest = types
    return listed([str(PLACES[first]), *(str(PLACES_NEXT[each]) for each in rest)])


def confidence_words(mark: str) -> str:
    """A source's confidence in plain words; a `KeyError` means a mark outside the vocabulary."""
    return str(CONFIDENCE[mark])


def confidence_sentence(mark: str) -> str:
    """The same as a sentence of its own."""
    return str(CONFIDENCE_ALONE[mark])


def short_title(title: str) -> str:
    """A source's name without its explanation: what stands before the first colon, bracket, comma or semicolon, also
    those of Chinese and Arabic."""
    return re.split(r"[:;,：；，、؛،（]| \(", title, maxsplit=1)[0]
