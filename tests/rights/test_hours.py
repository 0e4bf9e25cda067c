"""Hours are read in one form; anything else is words."""

from __future__ import annotations

from datetime import time

import pytest

from guidance.rights.hours import Hours, read_hours


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("mon-fri 09:00-18:00", Hours(0, 4, time(9), time(18))),
        ("Mon – Fri 9:00 – 18:30", Hours(0, 4, time(9), time(18, 30))),
        ("sat 10:00-12:00", Hours(5, 5, time(10), time(12))),
        ("day and night", None),
        ("mon-fri 09:00-25:00", None),
        ("", None),
    ],
)
def test_hours_in_the_form_of_the_setting(text: str, hours: Hours | None) -> None:
    assert read_hours(text) == hours
