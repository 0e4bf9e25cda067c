"""Lint rules about the paper on a card: what is printed on it and what the expected path says of it agree.

For lint.py. The path is read by the facts its answers set (`paper_heading` and so on), so that it does not matter
what a protocol calls its steps. Only what is printed counts; what a paper is worth is for counsel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guidance.practice.scenario import Paper, Scenario
from guidance.protocol.finding import Finding
from guidance.protocol.model import Answer, Protocol
from guidance.protocol.replay import replay
from guidance.translations.mark import N_, Said

_AGENCY = re.compile(r"department|agency|homeland|enforcement|bureau|customs|services?|office", re.IGNORECASE)
_COURT = re.compile(r"\bcourt\b", re.IGNORECASE)
_IMMIGRATION_COURT = re.compile(r"\bimmigration (court|review)\b", re.IGNORECASE)
_JUDGE = re.compile(r"\b(judge|justice|magistrate)\b", re.IGNORECASE)
_IMMIGRATION_JUDGE = re.compile(r"\bimmigration judge\b", re.IGNORECASE)
_OFFICER = re.compile(r"\b(officer|director|agent|supervisor)\b", re.IGNORECASE)
_FORM = re.compile(r"[^a-z0-9]")
_NUMBERED = ("ao93", "ao442", "ao88b", "i200", "i205", "i247", "i138", "i862", "i286")


def paper_findings(scenario: Scenario, protocol: Protocol) -> Iterator[Finding]:
    """Every answer on the expected path that does not fit the paper on the card."""
    paper = scenario.card.paper
    found = replay(protocol, scenario.expected.trail(), scenario.site_type)
    for walked in found.walked:
        if not isinstance(walked.answer, Answer):
            continue
        for fact, value in walked.answer.sets.items():
            message = _clash(paper, fact, value)
            if message:
                at = Said(
                    N_("expected.path[%(index)s] answers %(step)s with %(answer)s"),
                    index=walked.index,
                    step=repr(walked.place.id),
                    answer=repr(walked.answer.id),
                )
                yield Finding(
                    "paper-and-path",
                    f"{scenario.id}/card.paper",
                    Said(N_("%(message)s; %(at)s"), message=message, at=at),
                )


def fitting(paper: Paper, fact: str) -> tuple[str, ...] | None:
    """The values of a fact that fit what is printed; None where any value may."""
    if fact == "paper_shown":
        return (paper.shown,)
    if fact == "paper_heading":
        return _heading(" ".join(paper.heading))
    if fact == "paper_signer":
        return _signer(paper.signer)
    if fact == "paper_form":
        return _form(paper.form)
    if fact == "paper_names":
        return _names(paper)
    if fact == "paper_date":
        return ("in_dates", "out_of_dates") if paper.dates else ("none", "cannot_tell")
    if fact == "paper_address":
        return ("matches", "other_address") if paper.address else ("none", "cannot_tell")
    return None


def _clash(paper: Paper | None, fact: str, value: str) -> str:
    if paper is None:
        shown = fact == "paper_shown" and value in ("on_paper", "on_phone")
        return N_("the card has no paper") if shown else ""
    fits = fitting(paper, fact)
    if fits is None or value in fits:
        return ""
    return Said(
        N_("the paper on the card fits %(fact)s %(fits)s, not %(value)s"), fact=fact, fits=" / ".join(fits), value=value
    )


def _heading(text: str) -> tuple[str, ...]:
    """A court's own name, "Immigration Court" (an agency's, whatever it is called), an agency, or nothing to tell."""
    if _IMMIGRATION_COURT.search(text):
        return ("immigration_court", "agency")
    if _COURT.search(text):
        return ("court",)
    return ("agency",) if _AGENCY.search(text) else ("cannot_tell",)


def _signer(text: str) -> tuple[str, ...]:
    if _IMMIGRATION_JUDGE.search(text):
        return ("immigration_judge",)
    if _JUDGE.search(text):
        return ("judge",)
    return ("officer",) if _OFFICER.search(text) else ("cannot_tell",)


def _form(text: str) -> tuple[str, ...]:
    """A printed number may still be too small to read, so that "cannot tell" always fits."""
    plain = _FORM.sub("", text.lower())
    number = next((each for each in _NUMBERED if plain.startswith(each)), "other" if plain else "none")
    outside = ("other",) if number in ("i138", "i862", "i286") else ()
    return (number, *outside, "cannot_tell")


def _names(paper: Paper) -> tuple[str, ...]:
    person = "person" in paper.names.lower()
    if person:
        return ("both",) if paper.address else ("person",)
    return ("place",) if paper.address else ("records", "cannot_tell")
