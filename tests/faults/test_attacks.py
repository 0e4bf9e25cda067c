"""Receipts come within a second and none is lost, whatever visitors do; through the shipped proxy and without it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import attacks
from tests.faults.fortress import ALONE, PROXY, Fortress

pytestmark = pytest.mark.faults

RECEIPTS = 100
ROUNDS = 3
SLOWEST_SECONDS = 1.0  # p99, as the issue states it
GROUPS = {
    "slow": attacks.SLOW,
    "floods": attacks.FLOODS,
    "signed-in": attacks.SIGNED_IN,
    "http2": attacks.HTTP2,
}
TRIED = [(door, group) for door in (ALONE, PROXY) for group in GROUPS if (door, group) != (ALONE, "http2")]


@pytest.fixture(scope="module")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    built = Fortress.build(tmp_path_factory.mktemp("fortress"))
    yield built
    built.stop()


@pytest.mark.parametrize(("door", "group"), TRIED)
def test_receipts_come_within_a_second_under_attack(fortress: Fortress, door: str, group: str) -> None:
    slowest = []
    with fortress.attacked(door, [attack.__name__ for attack in GROUPS[group]]):
        # The machine of the tests may be busy with others for a while; an attack that works, works in every round.
        for _ in range(ROUNDS):
            times = fortress.receipts(door, RECEIPTS)
            assert times.lost == []
            slowest.append(times.percentile(0.99))
            if slowest[-1] < SLOWEST_SECONDS:
                return
    raise AssertionError(f"p99 of each round in seconds: {slowest}")
