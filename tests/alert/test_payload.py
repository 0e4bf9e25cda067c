from __future__ import annotations

import json
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from guidance.alert.payload import FULL_BYTES, MINIMAL_BYTES, full_payload, minimal_payload

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["v", "kind", "id", "urgency", "exercise"],
    "properties": {
        "v": {"const": 1},
        "kind": {"type": "string", "pattern": "^[a-z0-9-]{0,40}$"},
        "id": {"type": "string"},
        "urgency": {"enum": ["urgent", "normal"]},
        "exercise": {"type": "boolean"},
    },
}


@given(st.text() | st.sampled_from(["visit", "people-first"]), st.text(), st.booleans())
def test_every_message_has_the_schema_and_the_same_length(kind: str, urgency: str, exercise: bool) -> None:
    incident_id = str(uuid4())
    message = full_payload(incident_id, kind, urgency, exercise)
    assert len(message) == FULL_BYTES <= 300
    Draft202012Validator(SCHEMA).validate(json.loads(message))


def test_the_minimal_message_carries_the_id_alone() -> None:
    incident_id = str(uuid4())
    message = minimal_payload(incident_id)
    assert len(message) == MINIMAL_BYTES
    assert json.loads(message) == {"v": 1, "id": incident_id}


def test_a_kind_that_is_no_protocol_id_is_left_out() -> None:
    assert json.loads(full_payload("an-id", "Maria Lopez, room 4", "urgent"))["kind"] == ""
