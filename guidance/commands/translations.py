"""`guidance translations`: bring catalogs up to date, check, compile, and say how far each language is. Thin."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime

import click

from guidance.city_time import day_of
from guidance.clock import to_text
from guidance.commands.messages import all_messages
from guidance.commands.people import act
from guidance.protocol.load import load_folder
from guidance.protocol.texts import reworded
from guidance.rights.load import load_rights
from guidance.rights.model import reworded as reworded_rights
from guidance.settings import ROOT, from_environment
from guidance.store import log, translation_reviews
from guidance.store.db import Store
from guidance.store.migrate import migrate
from guidance.store.translation_reviews import Review
from guidance.text import HIDDEN, has_forbidden, looks_blank
from guidance.translations import catalogs
from guidance.translations.checks import check as find_faults
from guidance.translations.checks import read_allowed
from guidance.translations.languages import LANGUAGES, TRANSLATED
from guidance.translations.message import PHONETIC
from guidance.translations.reviews import RIGHTS, Reword, words_hash
from guidance.translations.status import progress

Walk = Callable[[Reword], object]
_language = click.argument("codes", type=click.Choice(TRANSLATED), nargs=-1)


@click.group()
def translations() -> None:
    """Keep the catalogs of the ten languages true."""


@translations.command()
@_language
def update(codes: tuple[str, ...]) -> None:
    """Put today's English sentences into the catalogs of CODES (all by default); what changed turns fuzzy."""
    messages = all_messages()
    for code in codes or TRANSLATED:
        catalogs.write(code, catalogs.updated(catalogs.read(code), messages))
        _say(code)


@translations.command()
@_language
def check(codes: tuple[str, ...]) -> None:
    """Refuse catalogs of CODES (all by default) that are not of today's English or break a rule (exit code 1)."""
    messages = all_messages()
    allowed = read_allowed()
    count = 0
    for code in codes or TRANSLATED:
        catalog = catalogs.read(code)
        if {each.key for each in messages} != {catalogs.key(entry) for entry in catalog if entry.id}:
            click.echo(f"{code}: is not of today's English; run `guidance translations update`")
            count += 1
        for finding in find_faults(code, catalog, allowed):
            click.echo(str(finding))
            count += 1
    if count:
        raise click.ClickException("1 finding" if count == 1 else f"{count} findings")


@translations.command("compile")
def compile_() -> None:
    """Compile all catalogs ahead of use; make run and make test do it too."""
    catalogs.compile_all(TRANSLATED)


@translations.command()
@click.argument("code", type=click.Choice(TRANSLATED), metavar="LANGUAGE")
@click.argument("subject")
@click.option("--reviewer", required=True, help="Name and qualification of the translator who checked it.")
@click.option("--on", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day of the check, 2026-12-01.")
def reviewed(code: str, subject: str, reviewer: str, day: datetime) -> None:
    """Record that a translator checked SUBJECT (a protocol's id) in LANGUAGE as it stands now.

    The guide then says who checked it and when, until its English or its translation changes.
    """
    if looks_blank(reviewer):
        raise click.BadParameter("say who checked it", param_hint="--reviewer")
    if has_forbidden(reviewer):
        raise click.BadParameter(f"the name {HIDDEN}", param_hint="--reviewer")
    subjects = reviewable()
    if subject not in subjects:
        raise click.BadParameter(f"{subject!r} is none of {', '.join(subjects)}", param_hint="SUBJECT")
    lacking: list[str] = []
    subjects[subject](functools.partial(_note, lacking, code))
    if lacking:
        raise click.ClickException(f"{len(lacking)} sentences have no translation, the first: {lacking[0]!r}.")
    hash = words_hash(subjects[subject], functools.partial(catalogs.translate, code))
    with act() as it:
        if day.date() > day_of(it.now, it.settings.zone):
            raise click.BadParameter("that day has not come yet", param_hint="--on")
        found = Review(code, subject, hash, reviewer.strip(), day.date().isoformat())
        translation_reviews.record(it.db, found, to_text(it.now))
        log.add_entry(it.db, to_text(it.now), "console", "translation.reviewed", f"{code}/{subject}", hash)
    click.echo(f"{LANGUAGES[code].english}, {subject}: checked by {reviewer.strip()} on {day.date()}.")


@translations.command()
def status() -> None:
    """Print how many sentences of each language are translated, fuzzy and missing, and what a translator checked."""
    click.echo(f"{'language':<22}{'translated':>11}{'fuzzy':>7}{'missing':>9}  checked")
    subjects, found = reviewable(), _reviews()
    for code in TRANSLATED:
        translate = functools.partial(catalogs.translate, code)
        valid = {(each.subject, each.words_hash): each for each in found if each.locale == code}
        hashes = {id: words_hash(walk, translate) for id, walk in subjects.items()}
        _say(code, [f"{id} ({valid[id, hash].reviewed_on})" for id, hash in hashes.items() if (id, hash) in valid])


def reviewable() -> dict[str, Walk]:
    """What a translator checks as a whole, by its id: how to walk over its sentences."""
    protocols = load_folder(ROOT / "protocols").protocols
    rights = load_rights(ROOT / "protocols" / "rights.yaml")
    walks: dict[str, Callable[[Reword], object]] = {
        id: functools.partial(reworded, each) for id, each in protocols.items()
    }
    return {**walks, RIGHTS: functools.partial(reworded_rights, rights)}


def _note(lacking: list[str], code: str, context: str, text: str, kind: str) -> str:
    spelled = kind == "say" and LANGUAGES[code].phonetic
    if catalogs.lacks(code, context, text) or (spelled and catalogs.lacks(code, PHONETIC, text)):
        lacking.append(text)
    return text


def _reviews() -> tuple[Review, ...]:
    settings = from_environment(os.environ)
    if not settings.database.exists():
        return ()
    store = Store(settings.database)
    migrate(store)
    with closing(store), store.reader() as db:
        return translation_reviews.reviews(db)


def _say(code: str, checked: Iterable[str] = ()) -> None:
    found = progress(code, catalogs.read(code))
    name = f"{code} {LANGUAGES[code].english}"
    click.echo(f"{name:<22}{found.translated:>11}{found.fuzzy:>7}{found.missing:>9}  {', '.join(checked)}".rstrip())
