"""Two e-mails to a holder who asked for them: a question whether the address is theirs and, once it was answered, one
reminder that the certificate ends soon or has ended since a guide changed much. Nothing else is ever sent.

Never through what alerts people: practice hands its own messages to the mail server.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import smtplib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlite_utils import Database

from guidance.city_time import day_of
from guidance.clock import LEEWAY, Clock, from_text, to_text
from guidance.mail import Draft, MailRefused, MailServer, hand_over, message_to
from guidance.mailbox import BadMailbox, read_mailbox
from guidance.people.tokens import new_token, token_hash
from guidance.practice.certificates import Ground, Standing, standing
from guidance.store import certificates as rows
from guidance.store import log
from guidance.store.certificates import CertificateRow
from guidance.store.db import Store
from guidance.translations.mark import ENGLISH, N_, Said, Voice

logger = logging.getLogger("guidance.practice")

Send = Callable[[EmailMessage], None]
# A little less than a day, so that a job that runs once a day is never a moment too early.
ONE_A_DAY = timedelta(hours=23)
ANSWER_WITHIN = timedelta(days=14)

ENDS_SOON = N_("PRACTICE: your certificate ends soon")
HAS_ENDED = N_("PRACTICE: your certificate has ended")
IS_IT_YOURS = N_("PRACTICE: do you want a reminder?")
# Outside of the text below, since the extractor does not look into f-strings.
SEE = N_("See it:")
AGAIN = N_("Practise again, on any phone:")
CLOSING = N_(
    "This is PRACTICE: nothing has happened at your site. You asked for this one message; your address is now deleted."
)
QUESTION = N_("%(city)s: someone gave this address for one reminder before a practice certificate ends.")
TO_CONFIRM = N_("If that was you, open this page and press the button:")
OTHERWISE = N_("If it was not you, do nothing. You get no other message, and your address is deleted after 14 days.")


@dataclass(frozen=True)
class Letterhead:
    """Who writes: the sender's address, the city's name, and where its pages are.

    With `secret` addresses are hashed, to know to whom was written today after the address itself was deleted.
    """

    sender: str
    city: str
    base_url: str
    secret: bytes = b""


@dataclass(frozen=True)
class Sent:
    """How many reminders went out, how many messages could not and are tried again next time, how many addresses were
    asked whether they want one, and how many were given up because they are none or never answered."""

    sent: int
    failed: int
    asked: int = 0
    given_up: int = 0


def sender_for(server: MailServer) -> Send:
    """Sends through a mail server."""
    return lambda message: hand_over(server, message)


@dataclass(frozen=True)
class _Job:
    store: Store
    clock: Clock
    ground: Ground
    letterhead: Letterhead
    send: Send
    voice: Callable[[CertificateRow], Voice]


def send_reminders(
    store: Store,
    clock: Clock,
    ground: Ground,
    letterhead: Letterhead,
    send: Send,
    voice: Callable[[CertificateRow], Voice] = lambda _row: ENGLISH,
) -> Sent:
    """Ask each new address once, and remind those who said yes when it is time, once each; then forget the address.

    At most one message goes to an address in a day, however many certificates name it. `voice` is the language in which
    the holder of a certificate is written to. What goes wrong with one certificate never keeps others from theirs.
    """
    job = _Job(store, clock, ground, letterhead, send, voice)
    with store.transaction() as db:
        rows.forget_mail(db, to_text(clock.now() - 2 * ONE_A_DAY))
        waiting = rows.to_remind(db)
    counts: Counter[str] = Counter()
    for row in waiting:
        try:
            counts[_handle(job, row)] += 1
        except Exception:
            logger.exception("the reminder of certificate %s failed; it is tried again next time", row.id)
            counts["failed"] += 1
    return Sent(counts["sent"], counts["failed"], counts["asked"], counts["given up"])


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


def question(token: str, letterhead: Letterhead, voice: Voice) -> str:
    """The text that asks whether the address is its reader's. It names nothing that the asker typed."""
    opening = Said(QUESTION, city=letterhead.city)
    return (
        f"{opening.through(voice.say)}\n\n{voice.say(TO_CONFIRM)}\n"
        f"{letterhead.base_url}/certificate/reminder/{token}\n\n{voice.say(OTHERWISE)}\n"
    )


def _handle(job: _Job, row: CertificateRow) -> str:
    """What came of one certificate: `sent`, `asked`, `given up`, `failed`, or `waits`."""
    now = job.clock.now()
    try:
        address = read_mailbox(row.reminder_email or "")
    except BadMailbox:
        return _give_up(job, row, "no address")
    if row.confirmed_at is None:
        if row.confirm_sent_at is None:
            return _ask(job, row, address)
        too_long = now - from_text(row.confirm_sent_at) > ANSWER_WITHIN
        return _give_up(job, row, "no answer") if too_long else "waits"
    found = standing(row, job.ground, now)
    return _remind(job, row, address, found) if is_due(found, job.ground, now) else "waits"


def _ask(job: _Job, row: CertificateRow, address: str) -> str:
    token, voice = new_token(), job.voice(row)
    draft = Draft(address, voice.say(IS_IT_YOURS), question(token, job.letterhead, voice), f"ask.{row.id}")
    message = message_to(draft, job.letterhead.sender, job.letterhead.base_url)
    now = to_text(job.clock.now())
    return _once_a_day(job, row, message, "asked", lambda db: rows.set_asked(db, row.id, token_hash(token), now))


def _remind(job: _Job, row: CertificateRow, address: str, found: Standing) -> str:
    voice = job.voice(row)
    text = letter(row, found, _titles(found, job.ground, voice), job.letterhead, voice)
    draft = Draft(address, voice.say(ENDS_SOON if found.current else HAS_ENDED), text, f"remind.{row.id}")
    message = message_to(draft, job.letterhead.sender, job.letterhead.base_url)
    now = to_text(job.clock.now())
    return _once_a_day(job, row, message, "sent", lambda db: rows.set_reminded(db, row.id, now))


def _once_a_day(
    job: _Job, row: CertificateRow, message: EmailMessage, done: str, write: Callable[[Database], None]
) -> str:
    """Send a message unless its address got one today, and write down that it went out.

    Today's place is taken before sending, so that no second job, and none after a kill, sends another.
    """
    now, address = job.clock.now(), _hashed(job, row.reminder_email or "")
    with job.store.transaction() as db:
        if not rows.claim_mail(db, address, to_text(now), to_text(now - ONE_A_DAY), to_text(now + LEEWAY)):
            return "waits"
        if done == "asked":
            write(db)  # the link must work as soon as anyone can have it
    try:
        job.send(message)
    except MailRefused as refused:
        if refused.about_recipient:
            return _give_up(job, row, f"smtp {refused.code}")
        return _not_sent(job, row, address, done, refused)
    except (OSError, smtplib.SMTPException) as error:
        return _not_sent(job, row, address, done, error)
    if done == "sent":
        with job.store.transaction() as db:
            write(db)
    return done


def _not_sent(job: _Job, row: CertificateRow, address: str, done: str, error: Exception) -> str:
    logger.warning("a reminder did not go out (%s); it is tried again next time", type(error).__name__)
    with job.store.transaction() as db:
        rows.release_mail(db, address)
        if done == "asked":
            rows.set_not_asked(db, row.id)
    return "failed"


def _give_up(job: _Job, row: CertificateRow, why: str) -> str:
    now = to_text(job.clock.now())
    with job.store.transaction() as db:
        rows.forget_address(db, row.id)
        log.add_entry(db, now, "system", "practice.reminder_given_up", row.id, why)
    return "given up"


def _hashed(job: _Job, address: str) -> str:
    return hmac.new(job.letterhead.secret or b"-", address.lower().encode(), hashlib.sha256).hexdigest()


def _titles(found: Standing, ground: Ground, voice: Voice) -> list[str]:
    """The titles of the guides that rose; one that is no longer published has only its id."""
    known = ((id, ground.library.get(id)) for id in found.risen)
    return [voice.reword(id, protocol.title, "title") if protocol else id for id, protocol in known]
