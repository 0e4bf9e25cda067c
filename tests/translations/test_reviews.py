"""Reviews: recorded on the console, said on the guide, on the page of translations and by the phones' version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from guidance.cli import commands
from guidance.protocol.load import load_folder
from guidance.protocol.model import Protocol
from guidance.protocol.texts import reworded
from guidance.settings import ROOT, Settings
from guidance.store.db import Store
from guidance.translations import catalogs
from guidance.translations.languages import TRANSLATED
from guidance.translations.reviews import words_hash

WHO = "A. Reader, certified court interpreter"
DRAFT = "This translation is a draft. No court-qualified translator has checked it yet."


@pytest.fixture
def run(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("GUIDANCE_DATA", str(settings.data))
    monkeypatch.setenv("GUIDANCE_BASE_URL", settings.base_url)
    return CliRunner()


def record(run: CliRunner, code: str, subject: str, day: str = "2026-11-20", who: str = WHO) -> Result:
    return run.invoke(commands, ("translations", "reviewed", code, subject, "--reviewer", who, "--on", day))


def page(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def version(client: FlaskClient) -> Any:
    return client.get("/ur/kept.json").get_json()["version"]


@pytest.mark.parametrize("subject", ["visit", "rights"])
def test_a_page_says_draft_until_a_review_is_recorded_and_then_who_and_when(
    run: CliRunner, client: FlaskClient, subject: str
) -> None:
    path = "rights" if subject == "rights" else f"guide/{subject}"
    draft = catalogs.words("ur").gettext(DRAFT)
    before = version(client)
    assert draft in page(client, f"/ur/{path}")
    result = record(run, "ur", subject)
    assert result.exit_code == 0, result.output
    assert draft not in page(client, f"/ur/{path}")
    assert WHO in page(client, f"/ur/{path}")
    assert draft in page(client, "/ur/guide/after"), "another protocol is another matter"
    assert WHO not in page(client, f"/bn/{path}"), "another language too"
    assert DRAFT not in page(client, f"/en/{path}")
    assert version(client) != before, "phones fetch the pages again"
    assert WHO in page(client, "/en/translations")
    assert f"{subject} (2026-11-20)" in run.invoke(commands, ("translations", "status")).output


def test_a_review_is_of_exactly_these_words() -> None:
    protocol = load_folder(ROOT / "protocols").protocols["after"]

    def hash_of(walked: Protocol, say: Callable[[str, str], str]) -> str:
        return words_hash(lambda reword: reworded(walked, reword), say)

    first = hash_of(protocol, lambda _context, text: f"one {text}")
    assert hash_of(protocol, lambda _context, text: f"one {text}") == first
    assert hash_of(protocol, lambda _context, text: f"two {text}") != first
    assert hash_of(replace(protocol, title="Another title"), lambda _context, text: f"one {text}") != first


def test_a_review_is_written_into_the_log(run: CliRunner, store: Store) -> None:
    record(run, "fr", "visit")
    with store.reader() as db:
        (entry,) = [row for row in db.query("SELECT * FROM log") if row["action"] == "translation.reviewed"]
    assert (entry["actor"], entry["object"]) == ("console", "fr/visit")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ur", "nothing"), "is none of"),
        (("en", "visit"), "Invalid value"),
        (("ur", "visit", "2999-01-01"), "has not come yet"),
        (("ur", "visit", "yesterday"), "Invalid value"),
        (("ur", "visit", "2026-11-20", "  "), "say who checked it"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_the_reason(
    run: CliRunner, arguments: tuple[str, ...], words: str
) -> None:
    result = record(run, *arguments)
    assert result.exit_code != 0
    assert words in result.output


@pytest.mark.parametrize("code", TRANSLATED)
def test_status_names_every_language_with_its_counts(run: CliRunner, code: str) -> None:
    lines = run.invoke(commands, ("translations", "status")).output.splitlines()
    (line,) = [each for each in lines if each.startswith(f"{code} ")]
    assert int(line.split()[-3]) > 3000
