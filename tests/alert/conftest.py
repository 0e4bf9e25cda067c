"""A push service, a city, and a worker of this process that a test steps by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from guidance.alert.mail import mail_sender
from guidance.alert.policy import policy_of
from guidance.alert.push import PushSender, push_sender
from guidance.alert.worker import Worker
from guidance.clock import FixedClock
from guidance.keys import Keys, load_keys
from guidance.settings import Settings
from guidance.store.db import Store
from tests.alert.city import City
from tests.fakes.push_service import FakePushService
from tests.harness import wait_until

Until = Callable[[Worker, Callable[[], object]], None]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[FakePushService]:
    """A push service that listens."""
    with FakePushService(tmp_path / "service") as made:
        yield made


@pytest.fixture
def keys(settings: Settings) -> Keys:
    """The installation's keys."""
    return load_keys(settings.keys)


@pytest.fixture
def alerting(settings: Settings, service: FakePushService) -> Settings:
    """Settings under which the push service of the test is a known one."""
    return replace(settings, push_hosts=("localhost",), push_ca_file=service.ca_file)


@pytest.fixture
def sender(alerting: Settings, keys: Keys) -> PushSender:
    """A sender that reaches the push service of the test."""
    return push_sender(alerting, keys)


@pytest.fixture
def city(store: Store) -> Iterator[City]:
    """Two agencies, two sites, nobody yet; on a connection of its own, as the web process has."""
    own = Store(store.path)
    yield City(own).build()
    own.close()


@pytest.fixture
def worker(store: Store, clock: FixedClock, alerting: Settings, sender: PushSender) -> Worker:
    """A worker on the test's store and clock."""
    return Worker(store, clock, policy_of(alerting), sender, mail_sender(alerting), alerting.lease_seconds)


@pytest.fixture
def until() -> Until:
    """Step a worker until something is true, and write down what is under way."""

    def run(worker: Worker, happened: Callable[[], object]) -> None:
        def stepped() -> object:
            worker.step()
            return happened()

        wait_until(stepped, pause=0)

    return run
