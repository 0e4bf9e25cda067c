"""Worked incidents of the demo city. They come in through the same door as a phone's report, so nothing in them is
staged; only the alert is left out, or the first browser that asks for alerts would be told of a morning long gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml
from sqlite_utils import Database

from guidance.clock import to_text
from guidance.incident import desk
from guidance.incident.receive import Sender, receive
from guidance.people import directory, join
from guidance.protocol.model import Protocol
from guidance.protocol.paths import paths
from guidance.store import people
from guidance.web.context import Parts

DETAILS_MINUTES = 4.0
INCIDENTS = Path(__file__).parent / "demo_incidents.yaml"


@dataclass(frozen=True)
class Told:
    """One incident of the demo, with where it comes from and when it began."""

    data: Mapping[str, Any]
    began: datetime
    sender: Sender | None
    protocol: Protocol

    @property
    def report_id(self) -> str:
        """The same in every demo city, so that codes stay the same too."""
        return str(uuid5(NAMESPACE_URL, f"guidance:demo:{self.data['name']}"))

    @property
    def late(self) -> float:
        """How many minutes the report waited on the phone."""
        return float(self.data.get("late_minutes", 0))

    @property
    def details_after(self) -> float:
        """How many minutes after the beginning the details arrived."""
        return max(self.late, DETAILS_MINUTES)

    def moment(self, minutes: float) -> datetime:
        """So many minutes after it began."""
        return self.began + timedelta(minutes=minutes)


def load_incidents(path: Path = INCIDENTS) -> list[dict[str, Any]]:
    """The worked incidents as data."""
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def work(db: Database, here: Parts, now: datetime) -> None:
    """File every worked incident and do what people did about it, each at its own moment before `now`."""
    desks: dict[str, Sender] = {}
    for data in sorted(load_incidents(), key=lambda each: -float(each["minutes_ago"])):
        began = now - timedelta(minutes=data["minutes_ago"])
        sender = _desk_of(db, began, data["site"], desks) if "site" in data else None
        told = Told(data, began, sender, here.library.protocols[data["kind"]])
        incident_id = _file(db, here, told)
        for act in _in_order(told):
            if act["do"] == "details":
                _add_details(db, here, told)
            else:
                _act(db, told.moment(act["after"]), incident_id, act)


def trail_to(
    protocol: Protocol, site_type: str | None, outcome: str, via: Mapping[str, str], began: datetime
) -> list[dict[str, str]]:
    """A trail of the first way to an outcome with these answers (by step), one answer every fifteen seconds.

    A `ValueError` says that there is no such way.
    """
    for path in paths(protocol, site_type):
        given = {step.id: answer.id for step, answer in path.taken}
        if path.outcome == outcome and via.items() <= given.items():
            moments = (began + timedelta(seconds=15 * (number + 1)) for number in range(len(path.taken)))
            return [{**entry, "at": to_text(at)} for entry, at in zip(path.trail(), moments, strict=True)]
    raise ValueError(f"protocol {protocol.id} has no way to {outcome} at {site_type or 'an unknown site'}")


def _desk_of(db: Database, began: datetime, site_name: str, desks: dict[str, Sender]) -> Sender:
    if site_name not in desks:
        site = directory.find_site(db, site_name)
        device, _token = join.enrol(db, began, site, None)
        desks[site_name] = Sender(device.id, site.id, site.type)
    return desks[site_name]


def _in_order(told: Told) -> list[Mapping[str, Any]]:
    details = [{"after": told.details_after, "do": "details"}] if "outcome" in told.data else []
    return sorted([*details, *told.data.get("acts", ())], key=lambda act: float(act["after"]))


def _file(db: Database, here: Parts, told: Told) -> str:
    """The early alert; returns the incident's id."""
    early = _body(told, 1, told.began, [], {})
    return receive(db, told.moment(told.late), told.report_id, early, told.sender, here.desk).incident_id


def _add_details(db: Database, here: Parts, told: Told) -> None:
    site_type = told.sender.site_type if told.sender else None
    trail = trail_to(told.protocol, site_type, told.data["outcome"], told.data.get("via", {}), told.began)
    body = _body(told, 2, told.moment(DETAILS_MINUTES), trail, told.data.get("facts", {}))
    receive(db, told.moment(told.details_after), told.report_id, body, told.sender, here.desk)


def _body(
    told: Told, revision: int, sent_at: datetime, trail: list[dict[str, str]], facts: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "revision": revision,
        "kind": told.data["kind"],
        "locale": "en",
        "sent_at": to_text(sent_at),
        "protocol": {"id": told.protocol.id, "hash": told.protocol.hash},
        "trail": trail,
        "facts": dict(facts),
    }


def _act(db: Database, at: datetime, incident_id: str, act: Mapping[str, Any]) -> None:
    person = people.person_by_email(db, act["by"])
    if person is None:
        raise ValueError(f"the demo city has nobody with the e-mail address {act['by']}")
    if act["do"] == "acknowledge":
        desk.acknowledge(db, at, incident_id, person.id)
    elif act["do"] == "close":
        desk.close(db, at, incident_id, person.id, act["reason"], act.get("text", ""))
    else:
        desk.add_note(db, at, incident_id, person.id, act["text"], act["do"])
