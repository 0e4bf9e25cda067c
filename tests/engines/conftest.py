"""Each module of this folder names an engine; its tests share one browser and one server process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import QUIET, chromium_path
from tests.engines.engine import EngineMissing, engine_named
from tests.engines.phone import Phone
from tests.harness import Server

ALL = os.environ.get("GUIDANCE_TEST_ENGINES") == "all"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """How pytest-playwright starts Chromium."""
    path = chromium_path()
    return {"args": QUIET, **({"executable_path": path} if path else {})}


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo city for all tests of an engine."""
    running = Server(tmp_path_factory.mktemp("engine") / "data")
    running.prepare(demo=True)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def engine_phone(
    request: pytest.FixtureRequest, one_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Phone]:
    """A phone of the module's engine that has joined a school."""
    name: str = request.module.ENGINE

    def chromium() -> Browser:
        found: Browser = request.getfixturevalue("browser")
        return found

    try:
        engine = engine_named(name, tmp_path_factory.mktemp(name), chromium)
    except EngineMissing as missing:
        if ALL:
            raise
        pytest.skip(f"{missing} is not on this machine")
    try:
        phone = Phone(engine, one_server)
        phone.join("Oak Street School")
        phone.works_offline()
        yield phone
    finally:
        engine.quit()


@pytest.fixture
def phone(engine_phone: Phone, one_server: Server) -> Phone:
    """The phone, with the server alive: a test may have killed it."""
    if one_server.web is None:
        one_server.start()
    return engine_phone
