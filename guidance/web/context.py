"""The parts of a running installation, wired by `guidance.app` and handed to views by `parts()`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from flask import current_app
from sqlite_utils import Database

from guidance.alert.policy import Policy, policy_of
from guidance.city_time import day_of
from guidance.clock import Clock, to_text
from guidance.incident.facts import Catalog
from guidance.incident.receive import Desk
from guidance.incident.schema import BodySchema, ReportSchema
from guidance.keys import Keys
from guidance.people.budget import Limits, free_bytes_of, limits_of
from guidance.practice.certificate_rules import Rules
from guidance.practice.certificates import Ground
from guidance.practice.load import ScenarioShelf
from guidance.practice.runs import Floor, RunSchema, progress_schema
from guidance.protocol.load import Library, from_document, to_document
from guidance.protocol.model import Protocol
from guidance.rights.model import Rights
from guidance.settings import Settings
from guidance.store import protocols
from guidance.store.db import Store

NAME = "guidance"


class VersionShelf:
    """Finds a protocol version by hash: today's from the library, older ones from the store, each parsed once."""

    def __init__(self, library: Library) -> None:
        self._by_hash: dict[str, Protocol] = {each.hash: each for each in library.protocols.values()}

    def find(self, db: Database, content_hash: str) -> Protocol | None:
        """The version, or None when none with this hash was ever published here."""
        found = self._by_hash.get(content_hash)
        if found is None:
            kept = protocols.find_version(db, content_hash)
            if kept is not None:
                found = self._by_hash[content_hash] = from_document(json.loads(kept.document))
        return found


@dataclass(frozen=True)
class Parts:
    """Everything that views need, made once per process."""

    settings: Settings
    clock: Clock
    store: Store
    keys: Keys
    library: Library
    catalog: Catalog
    scenarios: ScenarioShelf
    certificate_rules: Rules
    rights: Rights
    free_bytes: Callable[[], int] | None = None
    limits: Limits = field(init=False)
    schema: ReportSchema = field(init=False)
    run_schema: RunSchema = field(init=False)
    progress_schema: BodySchema = field(init=False)
    shelf: VersionShelf = field(init=False)
    desk: Desk = field(init=False)
    floor: Floor = field(init=False)
    ground: Ground = field(init=False)
    policy: Policy = field(init=False)

    def __post_init__(self) -> None:
        shelf = VersionShelf(self.library)
        limits = limits_of(self.settings, self.free_bytes or free_bytes_of(self.settings.data))
        desk = Desk(shelf.find, self.keys.receipt, self.settings.late_report_hours, limits, self.catalog.vocabulary())
        object.__setattr__(self, "schema", ReportSchema(self.catalog))
        object.__setattr__(self, "run_schema", RunSchema(self.catalog))
        object.__setattr__(self, "progress_schema", BodySchema(progress_schema()))
        object.__setattr__(self, "shelf", shelf)
        zone = self.settings.zone
        ground = Ground(self.certificate_rules, self.scenarios, self.library, shelf.find, zone, limits)
        object.__setattr__(self, "limits", limits)
        object.__setattr__(self, "desk", desk)
        object.__setattr__(self, "floor", Floor(self.scenarios, shelf.find, self.keys.receipt, limits))
        object.__setattr__(self, "ground", ground)
        object.__setattr__(self, "policy", policy_of(self.settings))

    def today(self) -> date:
        """The city's day at this moment."""
        return day_of(self.clock.now(), self.settings.zone)


def parts() -> Parts:
    """The parts of the application that serves this request."""
    found: Parts = current_app.extensions[NAME]
    return found


def publish_library(db: Database, library: Library, clock: Clock) -> int:
    """Keep every protocol of the library in the store; returns how many versions are new."""
    now = to_text(clock.now())
    return sum(
        protocols.publish(
            db,
            protocols.PublishedVersion(
                each.hash, each.id, each.version, json.dumps(to_document(each), ensure_ascii=False), now
            ),
        )
        for each in library.protocols.values()
    )
