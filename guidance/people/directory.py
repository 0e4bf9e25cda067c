"""Putting agencies, sites, contacts and people into the directory, with what is wrong said in words.

Every function runs inside the caller's transaction.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from sqlite_utils import Database

from guidance.clock import to_text
from guidance.mailbox import BadMailbox, read_mailbox
from guidance.protocol.model import ROLES as CONTACT_ROLES
from guidance.protocol.model import SITE_TYPES
from guidance.store import log
from guidance.store import people as rows
from guidance.store.people import Agency, Contact, Grant, Person, Site
from guidance.text import HIDDEN, ascii_digits, has_forbidden, looks_blank

ROLES = ("committee", "supervisor", "trainer")
# 911 and 311 are the same for everyone; they stand in the pages and never in a directory.
LISTED_ROLES = tuple(role for role in CONTACT_ROLES if not role.isdigit())
PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,24}( ?x[0-9]{1,6})?")


class NotAdded(Exception):
    """Something cannot be put into the directory; the text says what is wrong and what to do."""


def add_agency(db: Database, now: datetime, name: str, short_name: str) -> Agency:
    """Put in an agency."""
    _need(name, "the agency's name")
    _clear(short_name, "the agency's short name")
    for each in (name, short_name):
        if rows.agency_named(db, each):
            raise NotAdded(f"There is an agency called {each} already.")
    agency = Agency(_id("agency", name), name, short_name or name)
    rows.add_agency(db, agency)
    _log(db, now, "agency.added", agency.id)
    return agency


def add_site(db: Database, now: datetime, agency: str, name: str, site_type: str) -> Site:
    """Put in a site of an agency, which is named by its name or short name."""
    _need(name, "the site's name")
    if site_type not in SITE_TYPES:
        raise NotAdded(f"{site_type!r} is no type of site. Choose one of {', '.join(SITE_TYPES)}.")
    home = find_agency(db, agency)
    if any(each.name.lower() == name.lower() and each.agency_id == home.id for each in rows.sites(db)):
        raise NotAdded(f"{home.name} has a site called {name} already.")
    site = Site(_id("site", home.id + name), name, site_type, home.id, home.name)
    rows.add_site(db, site)
    _log(db, now, "site.added", site.id)
    return site


def add_contact(db: Database, now: datetime, contact: Contact, *, site: str = "", agency: str = "") -> None:
    """Put in whom to call, for one site or for all of an agency. The number's date must be a real one."""
    if bool(site) == bool(agency):
        raise NotAdded("Name either a site or an agency for the contact.")
    if contact.role not in LISTED_ROLES:
        raise NotAdded(f"{contact.role!r} is nobody whom guides name. Choose one of {', '.join(LISTED_ROLES)}.")
    contact = replace(
        contact, phone=ascii_digits(contact.phone).strip(), checked_on=ascii_digits(contact.checked_on).strip()
    )
    if not PHONE.fullmatch(contact.phone):
        raise NotAdded(
            f"{contact.phone!r} is no telephone number. Write digits, spaces and dashes, x for an extension."
        )
    _need(contact.label, "who answers this number")
    _check_date(contact.checked_on)
    place = find_site(db, site) if site else None
    home = find_agency(db, agency) if agency else None
    key = f"{place.id if place else home.id if home else ''} {contact.role} {contact.phone}"
    here = {"site_id": place.id if place else None, "agency_id": home.id if home else None}
    rows.add_contact(db, _id("contact", key), contact, position=LISTED_ROLES.index(contact.role), **here)
    _log(db, now, "contact.added", here["site_id"] or here["agency_id"] or "")


def add_person(db: Database, now: datetime, name: str, title: str, email: str, roles: tuple[Grant, ...]) -> Person:
    """Put in someone who can sign in."""
    _need(name, "the person's name")
    _clear(title, "the person's title")
    _clear(email, "the e-mail address")
    try:
        email = read_mailbox(email)
    except BadMailbox as wrong:
        raise NotAdded(f"{email!r} is not one e-mail address. {wrong}") from wrong
    if rows.person_by_email(db, email):
        raise NotAdded(f"Someone has the e-mail address {email} already.")
    if not roles:
        raise NotAdded("Give the person a role: committee, supervisor of a site or an agency, or trainer.")
    person = Person(_id("person", email.lower()), name, title, email, roles, on_duty=True)
    rows.add_person(db, person)
    _log(db, now, "person.added", person.id)
    return person


def supervisor_of(db: Database, *, site: str = "", agency: str = "") -> Grant:
    """The role of a supervisor, of one site or of all sites of an agency."""
    if bool(site) == bool(agency):
        raise NotAdded("A supervisor looks after a site or an agency; name one of them.")
    if site:
        return Grant("supervisor", site_id=find_site(db, site).id)
    return Grant("supervisor", agency_id=find_agency(db, agency).id)


def trainer_of(db: Database, *, agency: str = "") -> Grant:
    """The role of a trainer, of all sites of an agency or, without one, of the whole city."""
    return Grant("trainer", agency_id=find_agency(db, agency).id if agency else None)


def find_agency(db: Database, name: str) -> Agency:
    """The agency of this name or short name."""
    found = rows.agency_named(db, name)
    if found is None:
        raise NotAdded(f"There is no agency called {name}.")
    return found


def find_site(db: Database, name: str) -> Site:
    """The site with this name or id. A name that two agencies use needs the id."""
    found = [each for each in rows.sites(db) if name == each.id or name.lower() == each.name.lower()]
    if not found:
        known = ", ".join(each.name for each in rows.sites(db)[:12]) or "none yet"
        raise NotAdded(f"There is no site called {name}. Sites: {known}.")
    if len(found) > 1:
        which = "; ".join(f"{each.agency_name}: {each.id}" for each in found)
        raise NotAdded(f"Several agencies have a site called {name}. Give its id instead. {which}")
    return found[0]


def _id(kind: str, key: str) -> str:
    # Made from the name, so that the same directory, put in again elsewhere, has the same ids.
    return str(uuid5(NAMESPACE_URL, f"guidance:{kind}:{key}"))


def _need(text: str, what: str) -> None:
    if looks_blank(text):
        raise NotAdded(f"Say {what}; nobody could see {text!r}." if text else f"Say {what}.")
    _clear(text, what)


def _clear(text: str, what: str) -> None:
    """Refuse what would turn or hide the words beside it wherever it is shown."""
    if has_forbidden(text):
        raise NotAdded(f"{what[:1].upper()}{what[1:]} {HIDDEN}")


def _check_date(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise NotAdded(f"{text!r} is no date. Write the day of the last check as 2026-11-24.") from error


def _log(db: Database, now: datetime, action: str, object_id: str) -> None:
    log.add_entry(db, to_text(now), "system", action, object_id)


def disable(db: Database, now: datetime, person: Person) -> None:
    """Take someone's access away; the person's name stays on what was done."""
    rows.disable(db, person.id, to_text(now))
    _log(db, now, "person.disabled", person.id)
