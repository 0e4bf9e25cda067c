"""What most tests stand on: settings on a temporary folder, a store, a clock that moves, the application."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from guidance.clock import FixedClock
from guidance.keys import make_keys
from guidance.settings import Settings
from guidance.store.db import Store
from guidance.store.migrate import migrate


@pytest.fixture
def clock() -> FixedClock:
    """A clock at noon UTC of an ordinary day; it moves only when a test says so."""
    return FixedClock(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation of its own, with keys."""
    made = Settings(data=tmp_path / "data", base_url="http://localhost", public_contact="mailto:admin@city.example")
    made.data.mkdir()
    make_keys(made.keys)
    return made


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An empty database of the newest schema."""
    opened = Store(settings.database)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def app(settings: Settings, clock: FixedClock) -> Flask:
    """The whole web application on those settings."""
    from guidance.app import create_app

    return create_app(settings, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser's view of the application, without a browser."""
    return app.test_client()
