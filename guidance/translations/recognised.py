"""Sentences that come from the store or from the protocol package as finished English, found again among the marked
templates they were made from, so that they can be said in another language. Pure; any part may use it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from guidance.translations.mark import N_, Said

# What protocol/replay.py says of a trail that cannot be followed. Stored with the report as it was said.
TRAIL_PROBLEMS = (
    N_("the trail is not a list"),
    N_("%(site)s is no site type"),
    N_("this version has no step %(step)s to start from"),
    N_("this version has no step or outcome %(place)s"),
    N_("names step %(step)s, but the walk stands at %(place)s"),
    N_("answer %(answer)s leads to %(place)s, which this version does not have"),
    N_("is not an object with step and answer"),
    N_("step and answer must be texts"),
    N_("there is nothing to go back to"),
    N_("%(place)s has no answer %(answer)s at a site of type %(site)s"),
    N_("%(place)s has no answer %(answer)s"),
)
# What protocol/values.py and protocol/yamlfile.py say of a draft that cannot be read.
READING_PROBLEMS = (
    N_("unknown key; known here are %(known)s"),
    N_("%(key)s is missing"),
    N_("write keys and values here"),
    N_("write a list here"),
    N_("write a text here"),
    N_("write a text here; it is empty"),
    N_("%(text)s is no id; use lower-case letters, digits and hyphens"),
    N_("write a whole number here"),
    N_("write true or false here"),
    N_("write a date like 2026-11-24 here"),
    N_("aliases (*name) are not read; write the piece out"),
    N_("a key must be a plain text"),
    N_("this key is there twice"),
    N_("this is not YAML: %(problem)s"),
    N_("the file is empty"),
    N_("a key is longer than %(most)s characters; shorten it"),
    N_("a text is longer than %(most)s characters; shorten it"),
    N_("tags (!name) are not read; leave them out"),
    N_("this has more than %(most)s values; shorten it"),
    N_("this is larger than %(most)s KiB; split or shorten it"),
    N_("this is nested deeper than %(most)s levels; close a bracket or indent less"),
)
ENTRY = N_("entry %(number)s: %(problem)s")
_GAP = re.compile(r"%\\\((\w+)\\\)s")


def trail_problem(text: str) -> str:
    """A problem of a trail as a `Said` where it is one that we know, else as it is."""
    entry = _pattern(ENTRY).fullmatch(text)
    if entry is None:
        return recognised(text, TRAIL_PROBLEMS)
    return Said(ENTRY, number=entry["number"], problem=recognised(entry["problem"], TRAIL_PROBLEMS))


def recognised(text: str, templates: Sequence[str]) -> str:
    """The text as a `Said` of the first template that it can have been made from, else as it is."""
    for template in templates:
        found = _pattern(template).fullmatch(text)
        if found is not None:
            return Said(template, **found.groupdict())
    return text


@lru_cache(maxsize=256)
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_GAP.sub(r"(?P<\1>.+?)", re.escape(template)), re.DOTALL)
