"""How long enrolled phones wait for receipts while visitors attack, through the shipped proxy and without it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bench.rows import Row
from tests.faults import attacks
from tests.faults.fortress import ALONE, PROXY, Fortress

RECEIPTS = 200


def measure() -> list[Row]:
    """p50 and p99 without an attack, and under each one. `GUIDANCE_BENCH_ATTACKS=name,name` runs some of them."""
    wanted = [name for name in os.environ.get("GUIDANCE_BENCH_ATTACKS", "").split(",") if name]
    http2 = {attack.__name__ for attack in attacks.HTTP2}
    with tempfile.TemporaryDirectory() as folder:
        fortress = Fortress.build(Path(folder))
        try:
            rows = []
            for door in (ALONE, PROXY):
                rows += _rows(fortress, door, [])
                for name in wanted or attacks.ALL:
                    if door == PROXY or name not in http2:
                        rows += _rows(fortress, door, [name])
            return rows
        finally:
            fortress.stop()


def _rows(fortress: Fortress, door: str, names: list[str]) -> list[Row]:
    fortress.receipts(door, 8)
    if names:
        with fortress.attacked(door, names):
            times = fortress.receipts(door, RECEIPTS)
    else:
        times = fortress.receipts(door, RECEIPTS)
    what = f"{door}, {' and '.join(names).replace('_', ' ') or 'no attack'}"
    rows = [
        Row(f"{what}: receipt, p50", times.percentile(0.5) * 1000, "ms"),
        Row(f"{what}: receipt, p99", times.percentile(0.99) * 1000, "ms", 1000.0),
    ]
    for row in rows:
        print(f"  {row}", flush=True)
    if times.lost:
        print(f"  {what}: {len(times.lost)} lost; {times.lost[0]}", flush=True)
    return rows
