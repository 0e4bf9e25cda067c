"""The demo city's directory: agencies, sites of all six types, contacts and people. Invented from end to end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlite_utils import Database

from guidance.people import directory
from guidance.store import readiness
from guidance.store.people import Contact, Grant

CITY = Path(__file__).parent / "demo_city.yaml"


def load_city(path: Path = CITY) -> dict[str, Any]:
    """The demo city as data."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def fill(db: Database, now: datetime) -> None:
    """Put the demo city's directory into a database that holds none; a `NotAdded` says what stands in the way."""
    city = load_city()
    for agency in city["agencies"]:
        _agency(db, now, agency, str(city["checked_on"]))
    for person in city["people"]:
        directory.add_person(db, now, person["name"], person["title"], person["email"], (_grant(db, person),))


def _agency(db: Database, now: datetime, agency: Mapping[str, Any], checked_on: str) -> None:
    directory.add_agency(db, now, agency["name"], agency["short"])
    for each in agency["contacts"]:
        directory.add_contact(db, now, _contact(each, checked_on), agency=agency["name"])
    for site in agency["sites"]:
        added = directory.add_site(db, now, agency["name"], site["name"], site["type"])
        readiness.set_staff(db, added.id, site["staff"])
        for each in site["contacts"]:
            directory.add_contact(db, now, _contact(each, checked_on), site=site["name"])


def _contact(contact: Mapping[str, str], checked_on: str) -> Contact:
    return Contact(contact["role"], contact["label"], contact["phone"], checked_on, fictional=True)


def _grant(db: Database, person: Mapping[str, Any]) -> Grant:
    if person.get("committee"):
        return Grant("committee")
    if person.get("trainer"):
        return directory.trainer_of(db, agency=person.get("agency", ""))
    return directory.supervisor_of(db, site=person.get("site", ""), agency=person.get("agency", ""))
