"""The command line refuses what would turn or hide the words beside it, and reads digits of every script."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from guidance.cli import commands
from guidance.settings import Settings
from guidance.store import people
from guidance.store.db import Store


@pytest.fixture
def run(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("GUIDANCE_DATA", str(settings.data))
    monkeypatch.setenv("GUIDANCE_BASE_URL", settings.base_url)
    runner = CliRunner()
    for arguments in (("add-agency", "Parks"), ("add-site", "Parks", "Meadow Park", "park")):
        assert runner.invoke(commands, arguments).exit_code == 0
    return runner


CHECKED = ("--site", "Meadow Park", "--checked-on", "2026-11-24")


@pytest.mark.parametrize("bad", ["a\u202eb", "a\u2067b", "a\x1b[31mb", "a\u2028b", "a\nb", "a\U000e0041", "a\udc80"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("add-agency", "{}"),
        ("add-agency", "Schools", "--short", "{}"),
        ("add-site", "Parks", "{}", "park"),
        ("add-contact", "park-manager", "{}", "555-0164", *CHECKED),
        ("add-person", "jo@city.example", "{}", "--role", "committee"),
        ("add-person", "jo@city.example", "Jo", "--title", "{}", "--role", "committee"),
        ("add-person", "{}@city.example", "Jo", "--role", "committee"),
    ],
)
def test_control_characters_are_refused_with_words(run: CliRunner, arguments: tuple[str, ...], bad: str) -> None:
    result = run.invoke(commands, [each.format(bad) for each in arguments])
    assert result.exit_code == 1
    assert "holds an invisible control character. Type it again" in result.output


@pytest.mark.parametrize("blank", ["\u3164", "\u2800", "\u115f\u1160", "\u200b\u200d", " "])
def test_names_that_nobody_could_see_are_refused(run: CliRunner, blank: str) -> None:
    for arguments in (
        ("add-agency", blank),
        ("add-site", "Parks", blank, "park"),
        ("add-contact", "park-manager", blank, "555-0164", *CHECKED),
        ("add-person", "jo@city.example", blank, "--role", "committee"),
    ):
        result = run.invoke(commands, arguments)
        assert result.exit_code == 1 and "nobody could see" in result.output, arguments


def test_a_telephone_number_and_a_day_are_read_in_every_script(run: CliRunner, store: Store) -> None:
    day = ("--site", "Meadow Park", "--checked-on", "۲۰۲۶-۱۱-۲۴")
    result = run.invoke(commands, ["add-contact", "park-manager", "مدیر", "۲۱۲ ৫৫৫ ０１４２ x٧", *day])
    assert result.exit_code == 0, result.output
    with store.reader() as db:
        (site,) = people.sites(db)
        (contact,) = people.contacts(db, site)
    assert (contact.phone, contact.checked_on, contact.label) == ("212 555 0142 x7", "2026-11-24", "مدیر")
