"""`guidance practice-reminders`: one e-mail to each holder whose certificate ends. To be run once a day."""

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
    """Remind holders of certificates who asked for it; run it once a day, from cron or a timer."""
    settings = from_environment(os.environ)
    store_in_use(settings).close()
    try:
        server = server_of(settings)
    except BadMailSetting as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if server is None:
        raise click.ClickException("E-mail is off. Set GUIDANCE_SMTP_URL and GUIDANCE_MAIL_FROM.")
    here = assemble(settings)
    letterhead = Letterhead(settings.mail_from, settings.city, settings.base_url)
    done = send_reminders(
        here.store, here.clock, here.ground, letterhead, sender_for(server), lambda row: voice(row.locale)
    )
    click.echo(f"{done.sent} reminders sent.")
    if done.failed:
        raise click.ClickException(f"{done.failed} could not be sent; they are tried again next time.")
