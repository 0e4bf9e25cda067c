"""Settings come from the environment, and a wrong one says which and what to write."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from guidance.settings import BadSetting, Settings, from_environment


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GUIDANCE_TIER_SECONDS", "soon"),
        ("GUIDANCE_TIER_SECONDS", "²"),
        ("GUIDANCE_LEASE_SECONDS", "0"),
        ("GUIDANCE_TRUST_PROXY", "perhaps"),
        ("GUIDANCE_BASE_URL", "guidance.city.example"),
        ("GUIDANCE_BASE_URL", "ftp://guidance.city.example"),
        ("GUIDANCE_BASE_URL", "https://guidance.city.example:99999"),
        ("GUIDANCE_BASE_URL", "http://[::1"),
        ("GUIDANCE_BASE_URL", "https://admin@guidance.city.example"),
        ("GUIDANCE_BASE_URL", "https://guidance.city.example?x#y"),
        ("GUIDANCE_BASE_URL", "https://führung.example"),
        ("GUIDANCE_BASE_URL", "https://guidance city.example"),
        ("GUIDANCE_DEVICE_DAYS", "999999999"),
        ("GUIDANCE_SESSION_HOURS", "99999999999"),
        ("GUIDANCE_TIER_SECONDS", "9" * 5000),
        ("GUIDANCE_TIME_ZONE", ""),
        ("GUIDANCE_TIME_ZONE", " UTC"),
        ("GUIDANCE_TIME_ZONE", "localtime"),
        ("GUIDANCE_TIME_ZONE", "right/America/New_York"),
        ("GUIDANCE_TIME_ZONE", "posix/America/New_York"),
        ("GUIDANCE_RIGHTS_HOTLINE_CHECKED", "last week"),
        ("GUIDANCE_RIGHTS_311_CHECKED", "24.11.2026"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=name):
        from_environment({name: text})


def test_an_address_over_tls_makes_cookies_secure_however_it_is_written() -> None:
    settings = from_environment({"GUIDANCE_BASE_URL": "HTTPS://guidance.city.example/"})
    assert settings.secure
    assert settings.base_url == "https://guidance.city.example"


def test_lists_paths_and_switches_are_read() -> None:
    settings = from_environment(
        {"GUIDANCE_PUSH_HOSTS": "a.example, b.example:8443,", "GUIDANCE_DATA": "/tmp/x", "GUIDANCE_TRUST_PROXY": "1"}
    )
    assert settings.push_hosts == ("a.example", "b.example:8443")
    assert settings.database == Path("/tmp/x").resolve() / "guidance.db"
    assert settings.trust_proxy is True


def test_telling_again_can_be_turned_off() -> None:
    assert from_environment({"GUIDANCE_REPEAT_SECONDS": "0"}).repeat_seconds == 0


def test_every_setting_says_what_it_means() -> None:
    assert all(each.metadata.get("meaning") for each in fields(Settings))


def test_nobody_has_checked_a_number_until_a_date_says_so() -> None:
    assert Settings().rights_hotline_checked == ""
    assert from_environment({"GUIDANCE_RIGHTS_HOTLINE_CHECKED": ""}).rights_hotline_checked == ""
    assert from_environment({"GUIDANCE_RIGHTS_311_CHECKED": "2026-11-24"}).rights_311_checked == "2026-11-24"
