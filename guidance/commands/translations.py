"""`guidance translations`: bring catalogs up to date, check, compile, and say how far each language is. Thin."""

from __future__ import annotations

import click

from guidance.commands.messages import all_messages
from guidance.translations import catalogs
from guidance.translations.languages import LANGUAGES, TRANSLATED
from guidance.translations.status import progress

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


@translations.command("compile")
def compile_() -> None:
    """Compile all catalogs ahead of use; make run and make test do it too."""
    catalogs.compile_all(TRANSLATED)


@translations.command()
def status() -> None:
    """Print how many sentences of each language are translated, fuzzy and missing."""
    click.echo(f"{'language':<22}{'translated':>11}{'fuzzy':>7}{'missing':>9}")
    for code in TRANSLATED:
        _say(code)


def _say(code: str) -> None:
    found = progress(code, catalogs.read(code))
    name = f"{code} {LANGUAGES[code].english}"
    click.echo(f"{name:<22}{found.translated:>11}{found.fuzzy:>7}{found.missing:>9}")
