"""What `/readyz` tells of the disk and of strangers, and to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guidance.app import create_app
from guidance.clock import FixedClock
from guidance.settings import Settings
from tests.practice.runs import HEADERS
from tests.reports import body

MEGABYTE = 1024 * 1024
RUN = "0190f3a2-0000-4000-8000-00000000000"


@pytest.mark.parametrize(
    ("free", "word"),
    [(5000, "enough"), (1000, "joined phones only"), (100, "reports of joined phones only")],
)
def test_everyone_reads_words_and_this_machine_numbers(
    settings: Settings, clock: FixedClock, free: int, word: str
) -> None:
    client = create_app(settings, clock, free_bytes=lambda: free * MEGABYTE).test_client()
    told = client.get("/readyz").get_json()
    assert told["disk"] == word and told["numbers"]["free_bytes"] == free * MEGABYTE
    assert told["numbers"]["database_bytes"] > 0 and "wal_bytes" in told["numbers"]
    assert set(told["strangers"].values()) == {"served" if free == 5000 else "disk"}
    for outside in (
        client.get("/readyz", environ_base={"REMOTE_ADDR": "203.0.113.9"}),
        client.get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"}),
        client.get("/readyz", headers={"Forwarded": "for=203.0.113.9"}),
    ):
        assert outside.get_json()["disk"] == word and "numbers" not in outside.get_json()


def test_it_tells_that_strangers_are_refused(settings: Settings, clock: FixedClock) -> None:
    client = create_app(replace(settings, stranger_rows_hour=1), clock).test_client()
    client.put(f"/api/reports/{RUN}1", json=body(clock), headers=HEADERS)
    assert client.get("/readyz").get_json()["strangers"] == {"report": "hour", "practice": "served", "class": "served"}
