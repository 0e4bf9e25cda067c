"""One e-mail to a holder who asked for it: the certificate ends soon, or has ended since a guide changed much.

Never through what alerts people: practice hands its own messages to the mail server.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from guidance.city_time import day_of
from guidance.clock import Clock, to_text
from guidance.mail import MailServer, hand_over, message_to
from guidance.practice.certificates import Ground, Standing, standing
from guidance.store import certificates as rows
from guidance.store.certificates import CertificateRow
from guidance.store.db import Store
from guidance.translations.mark import ENGLISH, N_, Said, Voice

logger = logging.getLogger("guidance.practice")

Send = Callable[[EmailMessage], None]
ENDS_SOON = N_("PRACTICE: your certificate ends soon")
HAS_ENDED = N_("PRACTICE: your certificate has ended")
# Outside of the text below, since the extractor does not look into f-strings.
SEE = N_("See it:")
AGAIN = N_("Practise again, on any phone:")
CLOSING = N_(
    "This is PRACTICE: nothing has happened at your site. You asked for this one message; your address is now deleted."
)


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


def send_reminders(
    store: Store,
    clock: Clock,
    ground: Ground,
    letterhead: Letterhead,
    send: Send,
    voice: Callable[[CertificateRow], Voice] = lambda _row: ENGLISH,
) -> Sent:
    """Remind everyone whose certificate ends soon or has ended, once each, and forget the address.

    `voice` is the language in which the holder of a certificate is written to.
    """
    with store.reader() as db:
        waiting = rows.to_remind(db)
    due = [(row, found) for row in waiting if is_due(found := standing(row, ground, clock.now()), ground, clock.now())]
    sent = 0
    for row, found in due:
        titles = _titles(found, ground, voice(row))
        if _send(row, found, titles, letterhead, send, voice(row)):
            sent += 1
            with store.transaction() as db:
                rows.set_reminded(db, row.id, to_text(clock.now()))
    return Sent(sent, len(due) - sent)


def is_due(found: Standing, ground: Ground, now: datetime) -> bool:
    """Whether it is time: the end is near or past, or an edition rose."""
    return not found.current or day_of(now, ground.zone) >= found.last_day - timedelta(days=ground.rules.remind_days)


def letter(row: CertificateRow, found: Standing, titles: Sequence[str], letterhead: Letterhead, voice: Voice) -> str:
    """The text of a reminder; `titles` are those of the guides that rose. It says nothing about the holder but what
    the holder asked to be reminded of."""
    last_day = found.last_day.isoformat()
    if titles:
        changed = N_("These guides have changed so much that practice is needed again: %(titles)s.")
        why = Said(changed, titles=", ".join(titles))
    elif found.too_old:
        why = Said(N_("It was valid until %(day)s."), day=last_day)
    else:
        why = Said(N_("It is valid until %(day)s."), day=last_day)
    opening = Said(N_("%(city)s: a reminder about your practice certificate."), city=letterhead.city)
    base, say = letterhead.base_url, voice.say
    return (
        f"{opening.through(say)}\n\n{why.through(say)}\n\n"
        f"{say(SEE)}\n{base}/certificate/{row.code}\n\n"
        f"{say(AGAIN)}\n{base}/{voice.code}/practice\n\n"
        f"{say(CLOSING)}\n"
    )


def _titles(found: Standing, ground: Ground, voice: Voice) -> list[str]:
    """The titles of the guides that rose; one that is no longer published has only its id."""
    known = ((id, ground.library.get(id)) for id in found.risen)
    return [voice.reword(id, protocol.title, "title") if protocol else id for id, protocol in known]


def _send(
    row: CertificateRow, found: Standing, titles: Sequence[str], letterhead: Letterhead, send: Send, voice: Voice
) -> bool:
    subject = voice.say(ENDS_SOON if found.current else HAS_ENDED)
    try:
        text = letter(row, found, titles, letterhead, voice)
        send(message_to(row.reminder_email or "", subject, text, letterhead.sender, letterhead.base_url))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        logger.warning("a reminder did not go out (%s); it is tried again next time", type(error).__name__)
        return False
    return True
