from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.practice.export import COLUMNS, FEW, safe_cell
from tests.people.town import HARBOR, OAK, Town
from tests.practice.classroom import SCHOOL_TRAINER, TRAINER, open_class, trainee
from tests.practice.runs import PUPIL, SHELF, run_body, send, wrong_body

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|calc", "%0A")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@given(st.text())
def test_a_cell_never_begins_like_a_formula_and_loses_nothing(text: str) -> None:
    found = safe_cell(text)
    assert found.lstrip()[:1] not in ("=", "+", "-", "@") and found[:1] not in ("\t", "\r", "\n")
    assert found.removeprefix("'") == text.removeprefix("'") or found == text


def table(town: Town, who: str, query: str = "") -> list[dict[str, str]]:
    answer = town.browser(who).get(f"/trainer/export.csv{query}")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_runs_are_rows_with_the_words_of_those_who_sent_them_made_harmless(town: Town) -> None:
    made = open_class(town, title="=HYPERLINK(1)")
    send(trainee(town, made, "@Rosa"), run_body(town.clock))
    (row,) = table(town, TRAINER)
    assert tuple(row) == COLUMNS
    assert (row["participant"], row["class"]) == ("'@Rosa", "'=HYPERLINK(1)")
    assert (row["outcome"], row["passed"], row["scenario"]) == (PUPIL.expected.outcome, "yes", PUPIL.id)
    assert row["answers"].split()[0] == ":".join(PUPIL.expected.path[0])


def test_a_site_where_fewer_than_five_practised_is_not_named(town: Town) -> None:
    for _ in range(4):
        send(town.phone("Oak Street School"), run_body(town.clock))
    assert {row["site"] for row in table(town, TRAINER)} == {FEW}
    send(town.phone("Oak Street School"), run_body(town.clock))
    assert {row["site"] for row in table(town, TRAINER)} == {"Oak Street School"}


def test_a_trainer_exports_the_runs_of_the_own_agency_only(town: Town) -> None:
    send(town.phone("Oak Street School"), run_body(town.clock))
    send(town.phone("Harbor Hospital"), run_body(town.clock, SHELF.scenarios["hospital-custody"]))
    send(town.browser(), run_body(town.clock))
    assert len(table(town, TRAINER)) == 3
    assert [row["scenario"] for row in table(town, SCHOOL_TRAINER)] == [PUPIL.id]
    for who in (OAK, HARBOR):
        assert town.browser(who).get("/trainer/export.csv").status_code == 404
    site = town.site_id("Harbor Hospital")
    assert town.browser(SCHOOL_TRAINER).get(f"/trainer/export.csv?site={site}").status_code == 404


def test_filters_narrow_what_is_exported(town: Town) -> None:
    made = open_class(town)
    send(trainee(town, made, "Rosa"), run_body(town.clock))
    town.clock.advance(days=2)
    send(town.browser(), wrong_body(town.clock))
    assert len(table(town, TRAINER, f"?class={made.id}")) == 1
    assert len(table(town, TRAINER, "?from=2026-11-25")) == 1
    assert len(table(town, TRAINER, "?until=2026-11-24&scenario=" + PUPIL.id)) == 1
    assert table(town, TRAINER, "?scenario=gone") == []


def statements(town: Town) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.browser(TRAINER).get("/trainer/xapi.json").get_json()
    return found


def test_statements_have_the_shape_of_xapi(town: Town) -> None:
    made = open_class(town)
    phone = trainee(town, made, "Rosa")
    send(phone, run_body(town.clock, seconds=40))
    send(phone, wrong_body(town.clock))
    found = statements(town)
    assert len(found) == len(PUPIL.expected.path) + 1 + 2
    for each in found:
        _check(each)
    assert [each["verb"]["display"]["en"] for each in found].count("passed") == 1
    assert [each["verb"]["display"]["en"] for each in found].count("failed") == 1
    passed = next(each for each in found if each["verb"]["display"]["en"] == "passed")
    assert passed["result"] == {
        "success": True, "completion": True, "response": PUPIL.expected.outcome, "duration": "PT45.00S",
    }  # fmt: skip


def test_an_actor_is_an_account_without_any_address_of_a_person(town: Town) -> None:
    made = open_class(town)
    send(trainee(town, made, "Rosa"), run_body(town.clock))
    actor = statements(town)[0]["actor"]
    assert actor["name"] == "Rosa" and set(actor) == {"objectType", "account", "name"}
    assert set(actor["account"]) == {"homePage", "name"} and UUID(actor["account"]["name"])


def test_exporting_twice_gives_the_same_ids(town: Town) -> None:
    send(town.browser(), run_body(town.clock))
    ids = [each["id"] for each in statements(town)]
    assert ids == [each["id"] for each in statements(town)] and len(set(ids)) == len(ids)


def _check(statement: dict[str, Any]) -> None:
    """What xAPI 1.0.3 asks of every statement (part two, 2.4)."""
    assert set(statement) == {"id", "version", "actor", "verb", "object", "result", "context", "timestamp"}
    assert UUID(statement["id"]) and UUID(statement["context"]["registration"])
    assert statement["version"] == "1.0.3"
    assert datetime.fromisoformat(statement["timestamp"]).tzinfo
    assert urlsplit(statement["verb"]["id"]).scheme == "http" and statement["verb"]["display"]
    thing = statement["object"]
    assert thing["objectType"] == "Activity" and urlsplit(thing["id"]).scheme in ("http", "https")
    assert urlsplit(thing["definition"]["type"]).scheme == "http"
    if thing["definition"].get("interactionType") == "choice":
        ids = [each["id"] for each in thing["definition"]["choices"]]
        assert len(set(ids)) == len(ids) and statement["result"]["response"] in ids
        assert set(thing["definition"].get("correctResponsesPattern", [])) <= set(ids)
    assert set(statement["context"]["contextActivities"]) <= {"parent", "grouping", "category", "other"}
    for around in statement["context"]["contextActivities"].values():
        assert all(urlsplit(each["id"]).scheme in ("http", "https") for each in around)
