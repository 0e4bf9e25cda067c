"""An alert by e-mail: a generic subject, a link, no names and no free text. One message to one address."""

from __future__ import annotations

import logging
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage

from guidance.alert.outcome import Answer
from guidance.mail import BadMailSetting, Draft, MailRefused, MailServer, hand_over, mail_server, message_to, server_of
from guidance.mailbox import BadMailbox
from guidance.settings import Settings
from guidance.smtp import BadAnswer
from guidance.translations.mark import ENGLISH, N_, Said, Voice

__all__ = ["BadMailSetting", "MailAlert", "MailSender", "mail_sender", "mail_server"]


logger = logging.getLogger("guidance.alert")
SUBJECT = N_("Guidance: an incident needs you")
URGENT_SUBJECT = N_("Guidance: an incident needs you (urgent)")
LATER = N_("Details are shown only after you sign in.")


TOGETHER = N_("%(city)s: %(n)s alerts came while alerts were off. Nobody has taken them over yet.")
TOGETHER_SUBJECT = N_("Guidance: alerts came while alerts were off")
OPEN_BOARD = N_("Open the board, and look at each:")


@dataclass(frozen=True)
class MailAlert:
    """What is sent and to whom. `delivery` names the message; `summary` is of how many alerts it tells, 0 for one."""

    delivery: str
    address: str
    incident_id: str
    urgency: str
    summary: int = 0


@dataclass(frozen=True)
class MailSender:
    """Sends for one installation; without a server it refuses every message."""

    server: MailServer | None
    sender: str
    base_url: str
    city: str

    def send(self, alert: MailAlert, voice: Voice = ENGLISH) -> Answer:
        """Send one alert in the language of `voice`. Every way it can end is an `Answer`, never an exception."""
        if self.server is None:
            return Answer(problem="e-mail is off", final=True)
        try:
            message = self._spoken(alert, voice)
        except BadMailbox:
            return Answer(problem="no e-mail address", final=True)
        try:
            hand_over(self.server, message)
            return Answer(200)
        except MailRefused as refused:
            return Answer(problem=f"smtp {refused.code}", final=refused.about_recipient)
        except smtplib.SMTPResponseException as error:  # signing in was refused, which a person can mend
            return Answer(problem=f"smtp {error.smtp_code}")
        except (OSError, smtplib.SMTPException) as error:
            return Answer(problem=_trouble(error))

    def _spoken(self, alert: MailAlert, voice: Voice) -> EmailMessage:
        """In the reader's language; a translation that cannot be put into a message must not stop an alert."""
        try:
            return self._message(alert, voice)
        except BadMailbox:
            raise
        except (KeyError, TypeError, ValueError) as error:
            logger.error("an alert goes out in English: the words in %s fail (%s)", voice.code, type(error).__name__)
            return self._message(alert, ENGLISH)

    def _message(self, alert: MailAlert, voice: Voice) -> EmailMessage:
        subject, text = self._together(alert, voice) if alert.summary else self._one(alert, voice)
        return message_to(Draft(alert.address, subject, text, alert.delivery), self.sender, self.base_url)

    def _one(self, alert: MailAlert, voice: Voice) -> tuple[str, str]:
        subject = URGENT_SUBJECT if alert.urgency == "urgent" else SUBJECT
        what = Said(N_("%(city)s: nobody has taken over an incident yet."), city=self.city).through(voice.say)
        todo, later = voice.say(N_("Open it, and say that you have it:")), voice.say(LATER)
        text = f"{what}\n\n{todo}\n{self.base_url}/board/incidents/{alert.incident_id}\n\n{later}\n"
        return voice.say(subject), text

    def _together(self, alert: MailAlert, voice: Voice) -> tuple[str, str]:
        what = Said(TOGETHER, city=self.city, n=alert.summary).through(voice.say)
        text = f"{what}\n\n{voice.say(OPEN_BOARD)}\n{self.base_url}/board\n\n{voice.say(LATER)}\n"
        return voice.say(TOGETHER_SUBJECT), text


def mail_sender(settings: Settings) -> MailSender:
    """The sender that an installation's settings ask for; raises `BadMailSetting`."""
    return MailSender(server_of(settings), settings.mail_from, settings.base_url, settings.city)


def _trouble(error: OSError | smtplib.SMTPException) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return "tls"
    return "bad answer" if isinstance(error, BadAnswer) else "connection"
