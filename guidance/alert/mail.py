"""An alert by e-mail: a generic subject, a link, no names and no free text. One message to one address."""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage

from guidance.alert.outcome import Answer
from guidance.mail import BadMailSetting, MailServer, hand_over, mail_server, message_to, server_of
from guidance.settings import Settings
from guidance.translations.mark import ENGLISH, N_, Said, Voice

__all__ = ["BadMailSetting", "MailSender", "mail_sender", "mail_server"]


logger = logging.getLogger("guidance.alert")
SUBJECT = N_("Guidance: an incident needs you")
URGENT_SUBJECT = N_("Guidance: an incident needs you (urgent)")
LATER = N_("Details are shown only after you sign in.")


@dataclass(frozen=True)
class MailSender:
    """Sends for one installation; without a server it refuses every message."""

    server: MailServer | None
    sender: str
    base_url: str
    city: str

    def send(self, address: str, incident_id: str, urgency: str, voice: Voice = ENGLISH) -> Answer:
        """Send one alert in the language of `voice`. Every way it can end is an `Answer`, never an exception."""
        if self.server is None:
            return Answer(problem="e-mail is off", final=True)
        try:
            message = self._spoken(address, incident_id, urgency, voice)
            hand_over(self.server, message)
            return Answer(200)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
            return _refusal(error)
        except (OSError, smtplib.SMTPException) as error:
            return Answer(problem="timeout" if isinstance(error, TimeoutError) else "connection")
        except ValueError:
            return Answer(problem="no e-mail address", final=True)

    def _spoken(self, address: str, incident_id: str, urgency: str, voice: Voice) -> EmailMessage:
        """In the reader's language; a translation that cannot be put into a message must not stop an alert."""
        try:
            return self._message(address, incident_id, urgency, voice)
        except (KeyError, TypeError, ValueError) as error:
            logger.error("an alert goes out in English: the words in %s fail (%s)", voice.code, type(error).__name__)
            return self._message(address, incident_id, urgency, ENGLISH)

    def _message(self, address: str, incident_id: str, urgency: str, voice: Voice) -> EmailMessage:
        subject = URGENT_SUBJECT if urgency == "urgent" else SUBJECT
        what = Said(N_("%(city)s: nobody has taken over an incident yet."), city=self.city).through(voice.say)
        todo, later = voice.say(N_("Open it, and say that you have it:")), voice.say(LATER)
        text = f"{what}\n\n{todo}\n{self.base_url}/board/incidents/{incident_id}\n\n{later}\n"
        return message_to(address, voice.say(subject), text, self.sender, self.base_url)


def mail_sender(settings: Settings) -> MailSender:
    """The sender that an installation's settings ask for; raises `BadMailSetting`."""
    return MailSender(server_of(settings), settings.mail_from, settings.base_url, settings.city)


def _refusal(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> Answer:
    """Codes from 500 on are for good, lower ones pass (RFC 5321 §4.2.1)."""
    if isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
    else:
        code = max(number for number, _ in error.recipients.values())
    return Answer(problem=f"smtp {code}", final=code >= 500)
