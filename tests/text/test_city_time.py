"""Days and hours of the city: midnight is the city's, also in the nights when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.city_time import clock_words, day_begins, day_of, with_offset, zone_named
from guidance.settings import BadSetting, from_environment

NEW_YORK = zone_named("America/New_York")
zones = st.sampled_from(
    [
        "America/New_York",
        "America/Havana",
        "Asia/Beirut",
        "Africa/Cairo",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "UTC",
    ]
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_day_is_the_citys() -> None:
    assert day_of(at("2026-11-25T01:30:00Z"), NEW_YORK) == date(2026, 11, 24)
    assert day_begins(date(2026, 11, 25), NEW_YORK) == at("2026-11-25T05:00:00Z")


@given(zones, st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_day_begins_with_its_first_moment(name: str, day: date) -> None:
    zone = zone_named(name)
    first = day_begins(day, zone)
    assert day_of(first, zone) == day
    assert day_of(first - timedelta(microseconds=1), zone) < day
    assert timedelta(hours=22) < day_begins(day + timedelta(days=1), zone) - first < timedelta(hours=26)


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first, second = at("2026-11-01T05:30:00Z"), at("2026-11-01T06:30:00Z")
    assert [clock_words(each, NEW_YORK, first) for each in (first, second)] == ["01:30 EDT", "01:30 EST"]
    assert with_offset(first, NEW_YORK) == "2026-11-01T01:30:00-04:00"
    assert with_offset(second, NEW_YORK) == "2026-11-01T01:30:00-05:00"
    assert clock_words(at("2026-03-08T07:00:00Z"), NEW_YORK, first) == "2026-03-08 03:00 EDT"


def test_the_setting_is_a_zone_that_exists() -> None:
    assert from_environment({}).zone == NEW_YORK
    assert from_environment({"GUIDANCE_TIME_ZONE": "Asia/Karachi"}).time_zone == "Asia/Karachi"
    for wrong in ("", "EST5", "New York", "../../etc/passwd", "/etc/localtime", "America", "\0"):
        with pytest.raises(BadSetting, match="GUIDANCE_TIME_ZONE"):
            from_environment({"GUIDANCE_TIME_ZONE": wrong})


@pytest.mark.parametrize("name", ["GUIDANCE_CITY", "GUIDANCE_RIGHTS_HOTLINE_NAME", "GUIDANCE_MAIL_FROM"])
def test_settings_hold_no_control_characters(name: str) -> None:
    with pytest.raises(BadSetting, match=f"{name} holds an invisible control character"):
        from_environment({name: "City of \u202eevil"})


def test_moments_are_utc_below_it_all() -> None:
    assert day_begins(date(2026, 3, 8), NEW_YORK).tzinfo is UTC
