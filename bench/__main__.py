"""`make bench`: every measurement, with its aim. `python -m bench NAME…` runs some of NAMES."""

from __future__ import annotations

import importlib
import os
import platform
import sys

NAMES = ("fanout", "ingest", "push", "practice", "growth", "phone", "attacks")


def main(names: list[str]) -> int:
    """Print the rows of the named measurements; the exit status does not depend on them."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in names or NAMES:
        print(f"\n{name}")
        for row in importlib.import_module(f"bench.{name}").measure():
            print(f"  {row}")
    return 0


sys.exit(main(sys.argv[1:]))
