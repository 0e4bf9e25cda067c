"""The one JSON schema of `PUT /api/reports/<uuid>`, made from the catalog of facts, and checking against it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from guidance.clock import from_text
from guidance.incident.facts import Catalog, Field

MOMENT = {"type": "string", "format": "date-time", "maxLength": 40}
SHORT = {"type": "string", "minLength": 1, "maxLength": 80}
MOST_PROBLEMS = 50
MOST_UNKNOWN = 10
# RFC 3339 as phones write it, with a capital T and an offset.
RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=(ValueError, OverflowError))
def is_moment(text: object) -> bool:
    """Whether a string is an RFC 3339 moment with an offset; other types are the schema's business."""
    if isinstance(text, str):
        if not RFC_3339.fullmatch(text):
            raise ValueError("not an RFC 3339 moment")
        from_text(text)
    return True


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field. `field` is a JSON pointer (RFC 6901)."""

    field: str
    detail: str


class BodySchema:
    """Checks bodies of the JSON lane. Make it once: the validator is compiled."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._validator = Draft202012Validator(document, format_checker=formats)

    def problems(self, body: Any) -> list[FieldProblem]:
        """What is wrong with a body (the first fifty), in the order of its fields; empty when it fits."""
        errors = islice(self._validator.iter_errors(body), MOST_PROBLEMS)
        found = dict.fromkeys(_problem(error) for error in errors) or dict.fromkeys(_said_twice(body))
        return sorted(found, key=lambda problem: problem.field)


class ReportSchema(BodySchema):
    """Checks report bodies against the catalog of facts."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(report_schema(catalog))


def report_schema(catalog: Catalog, *, known_only: bool = False) -> dict[str, Any]:
    """JSON Schema 2020-12 of one revision of a report. `known_only` refuses choices that the catalog does not offer."""
    entry = closed_object({"step": SHORT, "answer": SHORT, "at": MOMENT}, required=["step", "answer", "at"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **closed_object(
            {
                "revision": {"type": "integer", "minimum": 1, "maximum": 1000},
                # A newer kind, language or urgency than this installation knows must alert too: what is no code is set
                # apart on receiving.
                "kind": SHORT,
                "locale": SHORT,
                "sent_at": MOMENT,
                "protocol": closed_object({"id": SHORT, "hash": SHORT}, required=["id", "hash"]),
                "trail": {"type": "array", "maxItems": 400, "items": entry},
                "facts": closed_object({field.id: _fact(field, known_only) for field in catalog.fields()}),
                "urgency": SHORT,
                "queued_offline": {"type": "boolean"},
            },
            required=["revision", "kind", "locale", "sent_at", "protocol", "trail"],
        ),
    }


def _said_twice(body: dict[str, Any]) -> Iterator[FieldProblem]:
    """Codes that stand twice in a list. JSON Schema's uniqueItems compares all pairs, which a stranger could abuse."""
    for name, value in body.get("facts", {}).items():
        if isinstance(value, list) and all(isinstance(each, str) for each in value) and len(set(value)) < len(value):
            yield FieldProblem(f"/facts/{name}", "says the same thing twice")


def closed_object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """JSON Schema of an object that holds these members and no others."""
    return {"type": "object", "properties": properties, "required": required or [], "additionalProperties": False}


def _fact(field: Field, known_only: bool = True) -> dict[str, Any]:
    # A choice of a newer or an older catalog must not cost the report: it is set apart on receiving.
    codes = {"enum": [option.id for option in field.options]} if known_only else SHORT
    if field.type == "choice":
        return codes
    if field.type == "multi":
        return {"type": "array", "items": codes, "maxItems": len(field.options) + (0 if known_only else MOST_UNKNOWN)}
    if field.type == "count":
        return {"type": "integer", "minimum": 0, "maximum": field.max}
    if field.type == "moment":
        return MOMENT
    if field.type == "rows":
        row = closed_object({column.id: _fact(column) for column in field.columns})
        return {"type": "array", "maxItems": field.max, "items": row}
    return {"type": "string", "maxLength": field.max}


def _problem(error: ValidationError) -> FieldProblem:
    place = "/" + "/".join(str(part) for part in error.absolute_path) if error.absolute_path else ""
    return FieldProblem(place, _detail(error))


def _detail(error: ValidationError) -> str:
    # The offending value is never repeated: it may be exactly what must not be stored or logged.
    wanted = error.validator_value
    messages = {
        "additionalProperties": f"holds a field that a report does not have: {_unknown(error)}",
        "required": f"lacks {', '.join(sorted(_lacking(error)))}",
        "enum": f"is none of: {', '.join(map(str, wanted)) if isinstance(wanted, list) else wanted}",
        "type": f"is not of type {wanted}",
        "maxLength": f"is longer than {wanted} characters",
        "minLength": "is empty",
        "maximum": f"is more than {wanted}",
        "minimum": f"is less than {wanted}",
        "maxItems": f"has more than {wanted} entries",
        "format": "is not a time such as 2026-11-24T15:04:05Z",
    }
    return messages.get(str(error.validator), "is not what a report holds there")


def _unknown(error: ValidationError) -> str:
    known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
    extra = sorted(set(error.instance) - set(known)) if isinstance(error.instance, dict) else []
    return ", ".join(name[:40] for name in extra[:5])


def _lacking(error: ValidationError) -> set[str]:
    wanted = error.validator_value if isinstance(error.validator_value, list) else []
    given = error.instance if isinstance(error.instance, dict) else {}
    return {str(name) for name in wanted} - set(given)
