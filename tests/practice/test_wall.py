"""The wall between practice and real: by what is imported, by types, and by whatever anyone sends."""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guidance.alert import intake, plan
from guidance.incident import desk, receive
from guidance.practice import certificates, classes, runs
from guidance.settings import ROOT
from guidance.store import alerts, deliveries, incidents, reports, subscriptions
from guidance.store.db import Store
from guidance.store.practice_classes import ClassId
from guidance.store.practice_runs import RunId
from tests.people.town import OAK, Town
from tests.practice.classroom import open_class, trainee
from tests.practice.runs import HEADERS, PUPIL, run_body, send, wrong_body
from tests.reports import body

REAL = (
    "incidents", "incident_events", "reports", "report_revisions", "report_variants", "alerts", "deliveries",
    "push_subscriptions",
)  # fmt: skip
FORBIDDEN = (
    "guidance.alert", "guidance.incident.receive", "guidance.incident.desk", "guidance.incident.progress",
    "guidance.store.incidents", "guidance.store.reports", "guidance.store.alerts", "guidance.store.deliveries",
    "guidance.store.subscriptions", "guidance.store.board",
)  # fmt: skip
PRACTICE = [
    *sorted((ROOT / "guidance" / "practice").glob("*.py")),
    *sorted((ROOT / "guidance" / "store").glob("practice_*.py")),
    ROOT / "guidance" / "store" / "certificates.py",
    ROOT / "guidance" / "store" / "readiness.py",
    *sorted((ROOT / "guidance" / "web").glob("practice*.py")),
    *sorted((ROOT / "guidance" / "web").glob("trainer*.py")),
    ROOT / "guidance" / "web" / "certificates.py",
    ROOT / "guidance" / "web" / "readiness.py",
]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", PRACTICE, ids=lambda path: str(path.relative_to(ROOT)))
def test_practice_imports_nothing_that_alerts_or_that_keeps_what_is_real(path: Path) -> None:
    for name in imports(path):
        assert not any(name == each or name.startswith(each + ".") for each in FORBIDDEN), name


@pytest.mark.parametrize("path", sorted((ROOT / "guidance" / "alert").glob("*.py")), ids=lambda path: path.name)
def test_what_alerts_knows_nothing_of_practice(path: Path) -> None:
    assert not any("practice" in name for name in imports(path))


@pytest.mark.parametrize("module", [intake, plan, desk, receive, alerts, deliveries, incidents, reports, subscriptions])
def test_no_function_that_reaches_people_takes_the_id_of_a_run_or_a_class(module: Any) -> None:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        for kind in typing.get_type_hints(function).values():
            assert kind not in (RunId, ClassId, UUID), f"{module.__name__}.{name}"


def test_functions_of_practice_take_ids_of_their_own_type() -> None:
    assert typing.get_type_hints(runs.receive_run)["run_id"] is RunId
    assert typing.get_type_hints(certificates.Wish)["runs"] == tuple[RunId, ...]
    assert classes.ClassId is ClassId and not isinstance(RunId(uuid4()), str) and not isinstance(ClassId(uuid4()), str)


def everything_real(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.reader() as db:
        return {name: [tuple(row) for row in db.execute(f"SELECT * FROM {name} ORDER BY 1, 2")] for name in REAL}


CALLS = st.lists(
    st.tuples(
        st.sampled_from(["run", "wrong", "again", "progress", "class", "assigned", "certificate", "report", "join"]),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CALLS)
def test_whatever_is_sent_to_practice_leaves_everything_real_as_it_was(
    world: tuple[Town, list[FlaskClient], list[str]], calls: list[tuple[str, int, int]]
) -> None:
    town, phones, ids = world
    before = everything_real(town.store)
    for what, who, which in calls:
        assert _call(town, phones[who], ids[which], what) < 500
    assert everything_real(town.store) == before


@pytest.fixture
def world(town: Town) -> tuple[Town, list[FlaskClient], list[str]]:
    """A city with one real incident, a trainee, a phone of a site, a stranger, and a few ids to send under.

    One of the ids is that of the real report, another that of its incident.
    """
    real = str(uuid4())
    answer = town.phone("Oak Street School").put(f"/api/reports/{real}", json=_real(town), headers=HEADERS)
    assert answer.status_code == 201
    with town.store.reader() as db:
        report = reports.find_report(db, real)
    assert report is not None
    made = open_class(town)
    phones = [trainee(town, made, "Rosa"), town.phone("Oak Street School"), town.browser()]
    assert everything_real(town.store)["incidents"] and town.person(OAK)
    return town, phones, [real, report.incident_id, str(uuid4()), str(uuid4())]


def _real(town: Town) -> dict[str, Any]:
    return body(town.clock)


def _call(town: Town, phone: FlaskClient, id: str, what: str) -> int:
    path = f"/api/practice/runs/{id}"
    if what in ("run", "again"):
        return send(phone, run_body(town.clock), id).status_code
    if what == "wrong":
        return send(phone, wrong_body(town.clock, revision=2), id).status_code
    if what == "report":
        return phone.put(path, json={**_real(town)}, headers=HEADERS).status_code
    if what == "progress":
        told = {"scenario": PUPIL.id, "position": "danger", "answers": 1, "alerted": True}
        return phone.put(f"{path}/progress", json=told, headers=HEADERS).status_code
    if what == "certificate":
        wish = {"role": "front_desk", "site_type": "school", "runs": [id], "reminder_email": "rosa@mail.example"}
        return phone.post("/api/practice/certificates", json=wish, headers=HEADERS).status_code
    return phone.get("/practice/join" if what == "join" else f"/api/practice/{what}").status_code
