"""What a report may hold: everything of the catalog, nothing of what must never be collected."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.clock import FixedClock
from guidance.incident.facts import Field, load_catalog
from guidance.incident.schema import ReportSchema
from tests.reports import body

CATALOG = load_catalog()
SCHEMA = ReportSchema(CATALOG)

# General Municipal Law 996-a, Admin. Code 23-1201: words that no field may be about.
NEVER_ASKED = (
    "status", "nationality", "citizen", "birth", "country", "language", "a_number", "anumber", "alien", "ssn",
    "social_security", "religion", "race", "ethnic", "medical_fact", "diagnosis", "student", "pupil", "patient_id",
    "sought", "whereabouts", "location_of", "home_address", "passport", "visa", "gps", "latitude",
)  # fmt: skip


def test_no_field_is_about_what_must_never_be_collected() -> None:
    names = [field.id for field in CATALOG.fields()]
    names += [column.id for field in CATALOG.fields() for column in field.columns]
    assert not [name for name in names for word in NEVER_ASKED if word in name.lower()]


@pytest.mark.parametrize("field", ["immigration_status", "nationality", "a_number", "date_of_birth", "student_name"])
def test_a_field_that_must_never_be_collected_is_refused_by_name_without_its_value(
    field: str, clock: FixedClock
) -> None:
    (problem,) = SCHEMA.problems(body(clock, facts={field: "canary-value"}))
    assert problem.field == "/facts"
    assert field in problem.detail
    assert "canary" not in problem.detail


def test_the_smallest_report_passes(clock: FixedClock) -> None:
    assert SCHEMA.problems(body(clock)) == []


def test_every_wrong_field_is_named_by_its_pointer(clock: FixedClock) -> None:
    wrong = body(
        clock,
        facts={
            "officers_count": "three",
            "entered": ["maybe"],
            "free_text": "x" * 501,
            "officers": [{"badge": 7}],
            "started_at": "yesterday",
        },
        trail=[{"step": "a", "answer": "b"}],
    )
    assert [problem.field for problem in SCHEMA.problems(wrong)] == [
        "/facts/entered",
        "/facts/free_text",
        "/facts/officers/0/badge",
        "/facts/officers_count",
        "/facts/started_at",
        "/trail/0",
    ]


def given_value(field: Field) -> st.SearchStrategy[Any]:
    codes = st.sampled_from([option.id for option in field.options] or ["x"])
    row = st.fixed_dictionaries({}, optional={column.id: given_value(column) for column in field.columns})
    return {
        "choice": codes,
        "multi": st.lists(codes, unique=True),
        "count": st.integers(0, field.max),
        "text": st.text(max_size=field.max),
        "moment": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
        "rows": st.lists(row, max_size=min(field.max, 3)),
    }[field.type]


FACTS = st.fixed_dictionaries({}, optional={field.id: given_value(field) for field in CATALOG.fields()})


@given(FACTS)
def test_whatever_the_form_can_hold_the_schema_takes_and_the_board_can_say(facts: dict[str, Any]) -> None:
    small = {"revision": 1, "kind": "visit", "locale": "en", "sent_at": "2026-11-24T15:04:05Z"}
    sent = {**small, "protocol": {"id": "visit", "hash": "0"}, "trail": [], "facts": facts}
    assert SCHEMA.problems(sent) == []
    said = [field.words(value) for _, given_facts in CATALOG.described(facts) for field, value in given_facts]
    assert len(said) == len(facts)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_no_json_makes_the_check_fail(anything: Any) -> None:
    assert SCHEMA.problems(anything)
