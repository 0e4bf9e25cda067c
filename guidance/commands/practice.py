"""`guidance practice-reminders`: asks new addresses, and reminds holders whose certificate ends."""

from __future__ import annotations

import os

import click

from guidance.app import assemble
from guidance.commands.people import store_in_use
from guidance.mail import BadMailSetting, server_of
from guidance.practice.reminders import Letterhead, send_reminders, sender_for
from guidance.settings import from_environment
from guidance.translations.voices import voice


@click.command("practice-reminders")
def practice_reminders() -> None:
    """Write to holders of certificates who asked for a reminder.

    A new address is asked first whether it is theirs. Who said yes gets one reminder when the end is near. Run it every
    ten minutes, from cron or a timer: nobody gets more than one message a day.
    """
    settings = from_environment(os.environ)
    store_in_use(settings).close()
    try:
        server = server_of(settings)
    except BadMailSetting as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if server is None:
        raise click.ClickException("E-mail is off. Set GUIDANCE_SMTP_URL and GUIDANCE_MAIL_FROM.")
    here = assemble(settings)
    letterhead = Letterhead(settings.mail_from, settings.city, settings.base_url, here.keys.secret)
    done = send_reminders(
        here.store, here.clock, here.ground, letterhead, sender_for(server), lambda row: voice(row.locale)
    )
    click.echo(f"{done.sent} reminders sent.")
    if done.asked:
        click.echo(f"{done.asked} addresses asked whether they want one.")
    if done.given_up:
        click.echo(f"{done.given_up} addresses deleted: they take no mail, or nobody answered.")
    if done.failed:
        raise click.ClickException(f"{done.failed} could not be sent; they are tried again next time.")
