"""Commands about people: agencies, sites, contacts, who may sign in, and the links that people and devices need."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import click
from sqlite_utils import Database

from guidance.clock import Clock, SystemClock
from guidance.installation import open_with_own_keys, refuse_lost
from guidance.people import directory, join, sign_in
from guidance.people.directory import LISTED_ROLES, ROLES, NotAdded
from guidance.people.tokens import show_code
from guidance.protocol.model import SITE_TYPES
from guidance.settings import Settings, from_environment
from guidance.store import devices, people
from guidance.store.db import Store, StoreUnusable
from guidance.store.people import Contact, Grant
from guidance.store.test_clock import StoreClock


@dataclass(frozen=True)
class Act:
    """One command at work: in one transaction, at one moment."""

    db: Database
    now: datetime
    settings: Settings


def store_in_use(settings: Settings) -> Store:
    """The database of an installation that was set up; says what to do when there is none."""
    try:
        refuse_lost(settings)
    except StoreUnusable as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if not settings.database.exists():
        raise click.ClickException(f"There is no database in {settings.data}. Run `guidance init` first.")
    return open_with_own_keys(settings)


@contextmanager
def act() -> Iterator[Act]:
    """Everything that a command writes is one commit; what is refused is said in one line."""
    settings = from_environment(os.environ)
    store = store_in_use(settings)
    clock: Clock = StoreClock(store) if settings.test_clock else SystemClock()
    try:
        with store.transaction() as db:
            yield Act(db, clock.now(), settings)
    except NotAdded as refusal:
        raise click.ClickException(str(refusal)) from refusal
    finally:
        store.close()


@click.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a link with which the person of EMAIL signs in, once."""
    with act() as it:
        person = people.person_by_email(it.db, email)
        if person is None:
            raise click.ClickException(f"Nobody with the e-mail address {email} may sign in.")
        address = sign_in.make_link(it.db, it.now, it.settings, person)
    click.echo(address)
    click.echo(f"For {person.name}. Works once, for {it.settings.sign_in_minutes} minutes.", err=True)


@click.command("join-link")
@click.argument("site")
def join_link(site: str) -> None:
    """Print a link with which phones join SITE (its name or id)."""
    with act() as it:
        found = directory.find_site(it.db, site)
        code = join.make_code(it.db, it.now, it.settings, found, None)
    click.echo(join.join_address(it.settings, code))
    hours = it.settings.join_code_hours
    click.echo(f"For {found.name}, for {hours} hours. Typed at /join: {show_code(code)}", err=True)


@click.command("add-agency")
@click.argument("name")
@click.option("--short", default="", help="A short name for the board.")
def add_agency(name: str, short: str) -> None:
    """Put in an agency called NAME."""
    with act() as it:
        agency = directory.add_agency(it.db, it.now, name, short or name)
    click.echo(agency.id)


@click.command("add-site")
@click.argument("agency")
@click.argument("name")
@click.argument("site_type", metavar="TYPE", type=click.Choice(SITE_TYPES))
def add_site(agency: str, name: str, site_type: str) -> None:
    """Put in a site of AGENCY called NAME, of one of the six types."""
    with act() as it:
        site = directory.add_site(it.db, it.now, agency, name, site_type)
    click.echo(site.id)


@click.command("add-contact")
@click.argument("role", type=click.Choice(LISTED_ROLES))
@click.argument("label")
@click.argument("phone")
@click.option("--site", default="", help="For this site alone.")
@click.option("--agency", default="", help="For all sites of this agency.")
@click.option("--checked-on", required=True, help="Day on which someone last checked the number, as 2026-11-24.")
@click.option("--fictional", is_flag=True, help="Mark the number as invented, for exercises.")
def add_contact(role: str, label: str, phone: str, site: str, agency: str, checked_on: str, fictional: bool) -> None:
    """Put in whom desks call: ROLE as guides name it, LABEL as the button says it, PHONE."""
    with act() as it:
        contact = Contact(role, label, phone, checked_on, fictional)
        directory.add_contact(it.db, it.now, contact, site=site, agency=agency)
    click.echo(f"{label}: {phone}")


@click.command("add-person")
@click.argument("email")
@click.argument("name")
@click.option("--title", default="", help="What desks see instead of the name, such as Law Department duty counsel.")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--site", default="", help="The site that a supervisor looks after.")
@click.option(
    "--agency", default="", help="The agency whose sites a supervisor looks after, or whose staff a trainer trains."
)
def add_person(email: str, name: str, title: str, role: str, site: str, agency: str) -> None:
    """Put in someone who can sign in."""
    with act() as it:
        person = directory.add_person(it.db, it.now, name, title, email, (_grant(it.db, role, site, agency),))
    click.echo(person.id)


@click.command("disable-person")
@click.argument("email")
def disable_person(email: str) -> None:
    """Take EMAIL's access away: no sign-in, no session, no alert from now on. What they did stays in the log."""
    with act() as it:
        person = people.person_by_email(it.db, email)
        if person is None:
            raise click.ClickException(f"Nobody who may sign in has the address {email}.")
        directory.disable(it.db, it.now, person)
    click.echo(f"{person.name} can no longer sign in and is alerted no more.")


@click.command("revoke-device")
@click.argument("device")
def revoke_device(device: str) -> None:
    """End the enrolment of DEVICE (its id)."""
    try:
        device_id = str(UUID(device))
    except ValueError as error:
        raise click.ClickException(f"{device!r} is no id of a device.") from error
    with act() as it:
        if devices.device(it.db, device_id) is None or not join.revoke(it.db, it.now, device_id, None):
            raise click.ClickException("No enrolled device has this id.")
    click.echo("It is a stranger's device now; what it sends is kept and shown as not verified.")


def _grant(db: Database, role: str, site: str, agency: str) -> Grant:
    if role == "supervisor":
        return directory.supervisor_of(db, site=site, agency=agency)
    if role == "trainer":
        if site:
            raise NotAdded("A trainer trains an agency or the whole city; leave out --site.")
        return directory.trainer_of(db, agency=agency)
    if site or agency:
        raise NotAdded("The committee is for the whole city; leave out --site and --agency.")
    return Grant("committee")
