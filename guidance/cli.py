"""The `guidance` command: thin, one module of `guidance.commands` per family."""

from __future__ import annotations

import sqlite3
import sys

import click

from guidance import __version__
from guidance.alert.endpoint import BadPushHost
from guidance.commands import (
    backup,
    demo,
    doctor,
    people,
    practice,
    protocols,
    purge,
    receipts,
    scenarios,
    serve,
    translations,
    worker,
)
from guidance.keys import KeysUnusable
from guidance.mail import BadMailSetting
from guidance.protocol.load import ProtocolError
from guidance.settings import BadSetting
from guidance.store.db import StoreUnusable

REFUSALS = (
    BadMailSetting,
    BadPushHost,
    BadSetting,
    KeysUnusable,
    OSError,
    ProtocolError,
    StoreUnusable,
    sqlite3.OperationalError,
)


@click.group()
@click.version_option(__version__)
def commands() -> None:
    """What to say and do when non-local officers come to a City site, and an alert that reaches people."""


for command in (
    backup.backup,
    backup.restore,
    serve.init,
    serve.run,
    serve.web,
    serve.settings,
    protocols.protocols,
    scenarios.scenarios,
    people.sign_in_link,
    people.join_link,
    people.add_agency,
    people.add_site,
    people.add_contact,
    people.add_person,
    people.disable_person,
    people.revoke_device,
    demo.demo,
    doctor.doctor,
    practice.practice_reminders,
    purge.purge_command,
    receipts.receipt,
    translations.translations,
    worker.worker,
):
    commands.add_command(command)


def main() -> None:
    """Run the command line; a refusal is said in one line, without a stack."""
    try:
        commands()
    except REFUSALS as refusal:
        click.echo(f"guidance: {refusal}", err=True)
        sys.exit(1)
