"""The demo city with trainers, on the whole application."""

from __future__ import annotations

import pytest
from flask import Flask

from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.store.db import Store
from tests.people.town import Town


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    """A running installation with people, sites and no practice yet."""
    return Town(app, store, settings, clock)
