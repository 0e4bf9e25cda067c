"""`guidance demo`: a city that does not exist, with a few worked incidents, in an empty database."""

from __future__ import annotations

import os
from datetime import datetime

import click
from sqlite_utils import Database

from guidance.app import assemble
from guidance.commands.demo_incidents import work
from guidance.commands.people import store_in_use
from guidance.people import demo as city
from guidance.people import join, sign_in
from guidance.people.directory import ROLES
from guidance.settings import Settings, from_environment
from guidance.store import people
from guidance.store.db import Store
from guidance.store.people import Person


@click.command()
def demo() -> None:
    """Fill an empty database with the demo city, and print links to sign in and to join."""
    settings = from_environment(os.environ)
    store = store_in_use(settings)
    if not fill_if_empty(settings, store):
        raise click.ClickException("The database holds people or agencies already; nothing was put among them.")
    print_links(settings, store)


def fill_if_empty(settings: Settings, store: Store) -> bool:
    """Put the demo city into a database that holds nothing; false when it holds something."""
    here = assemble(settings)
    now = here.clock.now()
    with store.transaction() as db:
        if not people.empty(db):
            return False
        city.fill(db, now)
        work(db, here, now)
    return True


def print_links(settings: Settings, store: Store) -> None:
    """Print a fresh sign-in link for each person and a fresh join link for each site of the demo city."""
    now = assemble(settings).clock.now()
    with store.transaction() as db:
        persons = [each for each in people.people(db) if each.email.endswith("city.example")]
        lines = [_person_line(db, now, settings, each) for each in sorted(persons, key=_committee_first)]
        sites = people.sites(db) if persons else []
        joins = [f"  {each.name:<28} {join.join_address(settings, join.make_code(db, now, settings, each, None))}"
                 for each in sites]  # fmt: skip
    click.echo(f"\nSign in (each link works once, for {settings.sign_in_minutes} minutes):")
    click.echo("\n".join(lines))
    click.echo(f"\nJoin a phone to a site (for {settings.join_code_hours} hours):")
    click.echo("\n".join(joins))


def _committee_first(person: Person) -> tuple[bool, str]:
    return (not person.has("committee"), person.email)


def _person_line(db: Database, now: datetime, settings: Settings, person: Person) -> str:
    role = next(each for each in ROLES if person.has(each))
    who = f"{role}: {person.name}, {person.title}"
    return f"  {who:<52} {sign_in.make_link(db, now, settings, person)}"
