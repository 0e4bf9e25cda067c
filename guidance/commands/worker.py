"""`guidance worker`: sends alerts until it is told to stop. Several may run, and any may be killed."""

from __future__ import annotations

import logging
import os
import signal
import threading

import click

from guidance.alert.mail import mail_sender
from guidance.alert.policy import policy_of
from guidance.alert.push import push_sender
from guidance.alert.vapid import usable_contact
from guidance.alert.worker import Worker
from guidance.clock import Clock, SystemClock
from guidance.installation import open_store
from guidance.keys import load_keys
from guidance.settings import Settings, from_environment
from guidance.store.test_clock import StoreClock

logger = logging.getLogger("guidance.alert")


@click.command()
def worker() -> None:
    """Send alerts and escalate them, until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = from_environment(os.environ)
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: stop.set())
    made = make_worker(settings)
    if not usable_contact(settings.public_contact):
        logger.warning(
            "GUIDANCE_PUBLIC_CONTACT is not an address that push services can write to: the browsers' own push "
            "services get no alert until it is set"
        )
    logger.info("worker %s is ready", made.name)
    made.run(stop)


def make_worker(settings: Settings) -> Worker:
    """A worker wired as the settings say. Raises what a wrong setting, missing keys or an unusable store raise."""
    keys = load_keys(settings.keys)
    store = open_store(settings, keys)
    clock: Clock = StoreClock(store) if settings.test_clock else SystemClock()
    return Worker(
        store, clock, policy_of(settings), push_sender(settings, keys), mail_sender(settings), settings.lease_seconds
    )
