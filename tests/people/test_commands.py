from __future__ import annotations

import re

import pytest
from click.testing import CliRunner, Result

from guidance.cli import commands
from guidance.people import directory
from guidance.settings import Settings
from guidance.store import devices, people
from guidance.store.db import Store


@pytest.fixture
def run(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("GUIDANCE_DATA", str(settings.data))
    monkeypatch.setenv("GUIDANCE_BASE_URL", settings.base_url)
    return CliRunner()


def said(run: CliRunner, *arguments: str) -> Result:
    return run.invoke(commands, arguments)


def test_a_city_is_put_in_from_an_empty_database(run: CliRunner, store: Store) -> None:
    for arguments in (
        ("add-agency", "Parks and Recreation", "--short", "Parks"),
        ("add-site", "Parks", "Meadow Park", "park"),
        ("add-contact", "park-manager", "Manager", "555-0164", "--site", "Meadow Park", "--checked-on", "2026-11-24"),
        ("add-person", "jo@city.example", "Jo Rivera", "--role", "supervisor", "--site", "Meadow Park"),
        ("add-person", "ann@city.example", "Ann Lee", "--role", "committee", "--title", "Chair"),
    ):
        result = said(run, *arguments)
        assert result.exit_code == 0, result.output
    with store.reader() as db:
        (site,) = people.sites(db)
        assert (site.name, site.agency_name) == ("Meadow Park", "Parks and Recreation")
        assert [each.label for each in people.contacts(db, site)] == ["Manager"]
        jo = people.person_by_email(db, "jo@city.example")
        assert jo is not None and jo.roles[0].site_id == site.id


def test_a_sign_in_link_is_the_first_line_that_is_printed(run: CliRunner) -> None:
    said(run, "add-person", "ann@city.example", "Ann Lee", "--role", "committee")
    first = said(run, "sign-in-link", "ANN@city.example").output.splitlines()[0]
    assert re.fullmatch(r"http://localhost/sign-in/[\w-]{43}", first)


def test_a_join_link_carries_a_code_that_can_be_typed(run: CliRunner) -> None:
    said(run, "demo")
    result = said(run, "join-link", "oak street school")
    assert re.match(r"http://localhost/join/[0-9A-Z]{10}\n", result.output)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sign-in-link", "nobody@city.example"), "Nobody with the e-mail address"),
        (("join-link", "Nowhere"), "no site called Nowhere"),
        (("add-site", "Nobody", "Somewhere", "school"), "no agency called Nobody"),
        (("add-person", "a@city.example", "A", "--role", "supervisor"), "looks after a site or an agency"),
        (("add-person", "a@city.example", "A", "--role", "committee", "--agency", "Parks"), "whole city"),
        (("revoke-device", "abc"), "no id of a device"),
        (("revoke-device", "00000000-0000-4000-8000-000000000000"), "No enrolled device"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run: CliRunner, arguments: tuple[str, ...], words: str) -> None:
    result = said(run, *arguments)
    assert result.exit_code == 1
    assert words in result.output and "Traceback" not in result.output


def test_the_demo_fills_an_empty_database_and_only_that(run: CliRunner, store: Store) -> None:
    first = said(run, "demo")
    assert first.exit_code == 0, first.output
    assert first.output.count("/sign-in/") == 14 and first.output.count("/join/") == 7
    with store.reader() as db:
        before = len(people.people(db))
    again = said(run, "demo")
    assert again.exit_code == 1 and "nothing was put among them" in again.output
    with store.reader() as db:
        assert len(people.people(db)) == before


def test_a_device_is_revoked_by_its_id(run: CliRunner, store: Store) -> None:
    said(run, "demo")
    with store.reader() as db:
        (device,) = devices.devices_of_site(db, directory.find_site(db, "Oak Street School").id)
    assert said(run, "revoke-device", device.id).exit_code == 0
    with store.reader() as db:
        assert devices.device(db, device.id) is None


def test_without_a_database_a_command_says_to_make_one(run: CliRunner, settings: Settings) -> None:
    settings.database.unlink()
    result = said(run, "sign-in-link", "a@city.example")
    assert result.exit_code == 1 and "guidance init" in result.output
