"""Nothing but the demo city's directory in a database."""

from __future__ import annotations

import pytest

from guidance.clock import FixedClock
from guidance.people import demo
from guidance.store.db import Store


@pytest.fixture
def city(store: Store, clock: FixedClock) -> Store:
    """A store that holds the demo city's directory."""
    with store.transaction() as db:
        demo.fill(db, clock.now())
    return store
