"""Rows of agencies, sites, contacts, people and their roles."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Row

from sqlite_utils import Database


@dataclass(frozen=True)
class Agency:
    """A City agency."""

    id: str
    name: str
    short_name: str


@dataclass(frozen=True)
class Site:
    """A City place, and the agency that runs it."""

    id: str
    name: str
    type: str
    agency_id: str
    agency_name: str


@dataclass(frozen=True)
class Contact:
    """Whom the desk calls. `checked_on` is a date as text; a fictional number is never real."""

    role: str
    label: str
    phone: str
    checked_on: str
    fictional: bool


@dataclass(frozen=True)
class Grant:
    """One role of one person: for a site, for an agency's sites, or (both None) for the whole city."""

    role: str
    agency_id: str | None = None
    site_id: str | None = None


@dataclass(frozen=True)
class Person:
    """Someone who can sign in."""

    id: str
    name: str
    title: str
    email: str
    roles: tuple[Grant, ...]
    on_duty: bool

    def has(self, *roles: str) -> bool:
        """Whether the person holds one of these roles anywhere."""
        return any(grant.role in roles for grant in self.roles)


SITE = """SELECT sites.id, sites.name, sites.type, sites.agency_id, agencies.name AS agency_name
          FROM sites JOIN agencies ON agencies.id = sites.agency_id"""


def add_agency(db: Database, agency: Agency) -> None:
    """Keep a new agency."""
    db.execute(
        "INSERT INTO agencies (id, name, short_name) VALUES (:id, :name, :short_name)",
        {"id": agency.id, "name": agency.name, "short_name": agency.short_name},
    )


def agency_named(db: Database, name: str) -> Agency | None:
    """The agency with this name or short name, in any case."""
    row = db.execute(
        """SELECT id, name, short_name FROM agencies
           WHERE lower(name) = lower(:name) OR lower(short_name) = lower(:name)""",
        {"name": name},
    ).fetchone()
    return Agency(**dict(row)) if row else None


def add_site(db: Database, site: Site) -> None:
    """Keep a new site of an agency that exists; an IntegrityError says the agency already has one of this name."""
    db.execute(
        "INSERT INTO sites (id, agency_id, name, type) VALUES (:id, :agency_id, :name, :type)",
        {"id": site.id, "agency_id": site.agency_id, "name": site.name, "type": site.type},
    )


def site(db: Database, site_id: str) -> Site | None:
    """One site."""
    row = db.execute(f"{SITE} WHERE sites.id = :id", {"id": site_id}).fetchone()
    return Site(**dict(row)) if row else None


def sites(db: Database) -> list[Site]:
    """Every site, by agency and name."""
    return [Site(**dict(row)) for row in db.execute(f"{SITE} ORDER BY agencies.name, sites.name")]


def add_contact(
    db: Database,
    contact_id: str,
    contact: Contact,
    *,
    site_id: str | None = None,
    agency_id: str | None = None,
    position: int = 0,
) -> None:
    """Keep whom to call, for one site or for all sites of an agency; exactly one of the two is given."""
    db.execute(
        """INSERT INTO contacts (id, site_id, agency_id, role, label, phone, checked_on, fictional, position)
           VALUES (:id, :site, :agency, :role, :label, :phone, :checked_on, :fictional, :position)""",
        {
            "id": contact_id,
            "site": site_id,
            "agency": agency_id,
            "role": contact.role,
            "label": contact.label,
            "phone": contact.phone,
            "checked_on": contact.checked_on,
            "fictional": int(contact.fictional),
            "position": position,
        },
    )


def contacts(db: Database, site: Site) -> list[Contact]:
    """Whom the desk of a site calls: the site's own contacts before its agency's."""
    rows = db.execute(
        """SELECT role, label, phone, checked_on, fictional FROM contacts
           WHERE site_id = :site OR agency_id = :agency ORDER BY site_id IS NULL, position, label""",
        {"site": site.id, "agency": site.agency_id},
    )
    return [Contact(row["role"], row["label"], row["phone"], row["checked_on"], bool(row["fictional"])) for row in rows]


def add_person(db: Database, person: Person) -> None:
    """Keep a new person with all roles; an IntegrityError says the e-mail address is taken."""
    db.execute(
        "INSERT INTO people (id, email, name, title, on_duty) VALUES (:id, :email, :name, :title, :on_duty)",
        {
            "id": person.id,
            "email": person.email,
            "name": person.name,
            "title": person.title,
            "on_duty": int(person.on_duty),
        },
    )
    for grant in person.roles:
        add_grant(db, person.id, grant)


def add_grant(db: Database, person_id: str, grant: Grant) -> None:
    """Give a role; giving it twice changes nothing."""
    db.execute(
        """INSERT INTO person_roles (person_id, role, agency_id, site_id) VALUES (:person, :role, :agency, :site)
           ON CONFLICT DO NOTHING""",
        {"person": person_id, "role": grant.role, "agency": grant.agency_id, "site": grant.site_id},
    )


def person(db: Database, person_id: str) -> Person | None:
    """One person who may still sign in."""
    return _one(db, "id = :key", person_id)


def anyone(db: Database, person_id: str) -> Person | None:
    """One person, also when access was taken away since: whose name stands on what was done."""
    row = db.execute("SELECT * FROM people WHERE id = :key", {"key": person_id}).fetchone()
    return _person(db, row) if row else None


def person_by_email(db: Database, email: str) -> Person | None:
    """The person with this e-mail address, in any case, who may still sign in."""
    return _one(db, "email = :key", email.strip())


def people(db: Database) -> list[Person]:
    """Everyone who may sign in, by name."""
    rows = db.execute("SELECT * FROM people WHERE disabled_at IS NULL ORDER BY name, id").fetchall()
    return [_person(db, row) for row in rows]


def disable(db: Database, person_id: str, now: str) -> bool:
    """Take someone's access away and end their sessions and alerts; false when it was done before."""
    rows = db.execute(
        "UPDATE people SET disabled_at = :now WHERE id = :id AND disabled_at IS NULL RETURNING id",
        {"id": person_id, "now": now},
    ).fetchall()
    db.execute(
        "UPDATE sessions SET ended_at = :now WHERE person_id = :id AND ended_at IS NULL", {"id": person_id, "now": now}
    )
    db.execute("DELETE FROM push_subscriptions WHERE person_id = :id", {"id": person_id})
    return bool(rows)


def set_locale(db: Database, person_id: str, locale: str) -> None:
    """Remember the language in which a person signed in, for e-mails to them."""
    db.execute("UPDATE people SET locale = :locale WHERE id = :id", {"locale": locale, "id": person_id})


def set_on_duty(db: Database, person_id: str, on_duty: bool) -> None:
    """Say whether alerts of the first tier reach this person."""
    db.execute("UPDATE people SET on_duty = :on WHERE id = :id", {"on": int(on_duty), "id": person_id})


def empty(db: Database) -> bool:
    """Whether nobody has put anything in yet."""
    return db.execute("SELECT 1 FROM agencies UNION SELECT 1 FROM people LIMIT 1").fetchone() is None


def _one(db: Database, condition: str, key: str) -> Person | None:
    row = db.execute(f"SELECT * FROM people WHERE {condition} AND disabled_at IS NULL", {"key": key}).fetchone()
    return _person(db, row) if row else None


def _person(db: Database, row: Row) -> Person:
    grants = db.execute(
        "SELECT role, agency_id, site_id FROM person_roles WHERE person_id = :id ORDER BY role, agency_id, site_id",
        {"id": row["id"]},
    )
    roles = tuple(Grant(**dict(grant)) for grant in grants)
    return Person(row["id"], row["name"], row["title"], row["email"], roles, bool(row["on_duty"]))
