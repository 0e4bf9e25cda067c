"""Reports as phones send them, for tests: real protocols, real trails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlite_utils import Database

from guidance.clock import Clock, to_text
from guidance.people.join import enrol
from guidance.protocol.load import load_folder
from guidance.protocol.model import Protocol
from guidance.protocol.paths import paths
from guidance.settings import ROOT
from guidance.store.people import Agency, Grant, Person, Site, add_agency, add_person, add_site

LIBRARY = load_folder(ROOT / "protocols")
VISIT = LIBRARY.protocols["visit"]


def body(clock: Clock, revision: int = 1, protocol: Protocol = VISIT, **members: Any) -> dict[str, Any]:
    """The smallest report, with whatever a test adds."""
    return {
        "revision": revision,
        "kind": protocol.id,
        "locale": "en",
        "sent_at": to_text(clock.now()),
        "protocol": {"id": protocol.id, "hash": protocol.hash},
        "trail": [],
        **members,
    }


def walked(clock: Clock, outcome: str | None = None, site_type: str = "school") -> list[dict[str, str]]:
    """The trail of somebody who walked `visit` to an outcome (the first one that comes, when none is named)."""
    for path in paths(VISIT, site_type):
        if outcome in (None, path.outcome):
            return path.trail(to_text(clock.now()))
    raise AssertionError(f"no path of visit leads to {outcome}")


@dataclass(frozen=True)
class Place:
    """A site with a supervisor, a committee member and the token of a phone that is enrolled there."""

    site: Site
    supervisor: Person
    counsel: Person
    device_id: str
    token: str


def a_place(db: Database, clock: Clock, name: str = "Oak Street School", type: str = "school") -> Place:
    """Make a site with its people and one enrolled phone."""
    agency = Agency(str(uuid4()), f"Agency of {name}", name[:3] + str(uuid4())[:4])
    site = Site(str(uuid4()), name, type, agency.id, agency.name)
    add_agency(db, agency)
    add_site(db, site)
    supervisor = a_person(db, "Sam Supervisor", "Site supervisor", Grant("supervisor", None, site.id))
    counsel = a_person(db, "Cleo Counsel", "Law Department duty counsel", Grant("committee"))
    device, token = enrol(db, clock.now(), site, None)
    return Place(site, supervisor, counsel, device.id, token)


def a_person(db: Database, name: str, title: str, *roles: Grant) -> Person:
    """Somebody who can sign in."""
    person = Person(str(uuid4()), name, title, f"{uuid4()}@city.example", roles, True)
    add_person(db, person)
    return person
