"""What tests of the board do again and again: read the list, open an incident, act on it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.people.town import Town, press

SCHOOL, HOSPITAL = "Oak Street School", "Harbor Hospital"


def page_of(incident: str) -> str:
    return f"/board/incidents/{incident}"


def listed(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/board/incidents.json{query}").get_json()["rows"]
    return rows


def act(town: Town, who: str, incident: str, what: str, **fields: str) -> int:
    browser = town.browser(who)
    return press(browser, page_of(incident), fields, to=f"{page_of(incident)}/{what}").status_code
