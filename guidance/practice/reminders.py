"""One e-mail to a holder who asked for it: the certificate ends soon, or has ended since a guide changed much.

Never through what alerts people: practice hands its own messages to the mail server.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from guidance.clock import Clock, to_text
from guidance.mail import MailServer, hand_over, message_to
from guidance.practice.certificates import Ground, Standing, standing
from guidance.store import certificates as rows
from guidance.store.certificates import CertificateRow
from guidance.store.db import Store

logger = logging.getLogger("guidance.practice")

Send = Callable[[EmailMessage], None]


@dataclass(frozen=True)
class Letterhead:
    """Who writes: the sender's address, the city's name, and where its pages are."""

    sender: str
    city: str
    base_url: str


@dataclass(frozen=True)
class Sent:
    """How many reminders went out, and how many could not and are tried again next time."""

    sent: int
    failed: int


def sender_for(server: MailServer) -> Send:
    """Sends through a mail server."""
    return lambda message: hand_over(server, message)


def send_reminders(store: Store, clock: Clock, ground: Ground, letterhead: Letterhead, send: Send) -> Sent:
    """Remind everyone whose certificate ends soon or has ended, once each, and forget the address."""
    with store.reader() as db:
        waiting = rows.to_remind(db)
    due = [(row, found) for row in waiting if is_due(found := standing(row, ground, clock.now()), ground, clock.now())]
    sent = 0
    for row, found in due:
        if _send(row, found, letterhead, send):
            sent += 1
            with store.transaction() as db:
                rows.set_reminded(db, row.id, to_text(clock.now()))
    return Sent(sent, len(due) - sent)


def is_due(found: Standing, ground: Ground, now: datetime) -> bool:
    """Whether it is time: the end is near or past, or an edition rose."""
    return not found.current or now.date() >= found.last_day - timedelta(days=ground.rules.remind_days)


def letter(row: CertificateRow, found: Standing, letterhead: Letterhead) -> str:
    """The text of a reminder. It says nothing about the holder but what the holder asked to be reminded of."""
    if found.risen:
        why = f"These guides have changed so much that practice is needed again: {', '.join(found.risen)}."
    elif found.too_old:
        why = f"It was valid until {found.last_day.isoformat()}."
    else:
        why = f"It is valid until {found.last_day.isoformat()}."
    return (
        f"{letterhead.city}: a reminder about your practice certificate.\n\n{why}\n\n"
        f"See it:\n{letterhead.base_url}/certificate/{row.code}\n\n"
        f"Practise again, on any phone:\n{letterhead.base_url}/en/practice\n\n"
        "This is PRACTICE: nothing has happened at your site. You asked for this one message; your address is now "
        "deleted.\n"
    )


def _send(row: CertificateRow, found: Standing, letterhead: Letterhead, send: Send) -> bool:
    subject = "PRACTICE: your certificate " + ("ends soon" if found.current else "has ended")
    try:
        text = letter(row, found, letterhead)
        send(message_to(row.reminder_email or "", subject, text, letterhead.sender, letterhead.base_url))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        logger.warning("a reminder did not go out (%s); it is tried again next time", type(error).__name__)
        return False
    return True
