"""Practice runs as phones send them, for tests: real scenarios, real protocols, real trails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from guidance.clock import Clock, to_text
from guidance.practice.certificate_rules import load_rules
from guidance.practice.load import load_scenarios
from guidance.practice.scenario import Scenario
from guidance.protocol.load import load_folder
from guidance.settings import ROOT

LIBRARY = load_folder(ROOT / "protocols")
SHELF = load_scenarios(ROOT / "protocols" / "scenarios", LIBRARY)
RULES = load_rules(ROOT / "protocols" / "certificates.yaml", SHELF)
PUPIL = SHELF.scenarios["school-pupil-immigration-court"]
HEADERS = {"X-Guidance": "1", "Sec-Fetch-Site": "same-origin"}


def run_body(clock: Clock, scenario: Scenario = PUPIL, /, seconds: float = 40, **members: Any) -> dict[str, Any]:
    """A run that walks the expected path in so many seconds, alerts at ten, and passes; with what a test changes."""
    start = clock.now()
    step = seconds / max(1, len(scenario.expected.path))
    trail = [
        {"step": place, "answer": answer, "at": to_text(start + timedelta(seconds=step * (number + 1)))}
        for number, (place, answer) in enumerate(scenario.expected.path)
    ]
    return {
        "revision": 1,
        "kind": "practice",
        "locale": "en",
        "sent_at": to_text(start),
        "scenario": {"id": scenario.id, "hash": scenario.hash},
        "protocol": {"id": scenario.protocol, "hash": LIBRARY.protocols[scenario.protocol].hash},
        "trail": trail,
        "facts": {},
        "started_at": to_text(start),
        "alerted_at": to_text(start + timedelta(seconds=10)),
        "finished_at": to_text(start + timedelta(seconds=seconds + 5)),
        **members,
    }


def wrong_body(clock: Clock, scenario: Scenario = PUPIL, /, **members: Any) -> dict[str, Any]:
    """A run that answers the very first question as nobody should and stops there."""
    first = LIBRARY.protocols[scenario.protocol].interrupts[0].id
    start = LIBRARY.protocols[scenario.protocol].start
    trail = [{"step": start, "answer": first, "at": to_text(clock.now() + timedelta(seconds=4))}]
    return run_body(clock, scenario, **{"trail": trail, "alerted_at": None, **members})


def send(client: FlaskClient, body: dict[str, Any], run_id: str = "") -> TestResponse:
    """Send a run from a browser, under a new id unless one is given."""
    return client.put(f"/api/practice/runs/{run_id or uuid4()}", json=body, headers=HEADERS)
