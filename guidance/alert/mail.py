"""An alert by e-mail: a generic subject, a link, no names and no free text. One message to one address."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from guidance.alert.outcome import Answer
from guidance.settings import Settings

SECONDS = 10.0


class BadMailSetting(ValueError):
    """GUIDANCE_SMTP_URL or GUIDANCE_MAIL_FROM cannot be used; the text says why."""


@dataclass(frozen=True)
class MailServer:
    """Where e-mail is handed over. `tls` from the first byte (smtps), otherwise as soon as the server offers it."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class MailSender:
    """Sends for one installation; without a server it refuses every message."""

    server: MailServer | None
    sender: str
    base_url: str
    city: str

    def send(self, address: str, incident_id: str, urgency: str) -> Answer:
        """Send one alert. Every way it can end is an `Answer`, never an exception."""
        if self.server is None:
            return Answer(problem="e-mail is off", final=True)
        try:
            message = self._message(address, incident_id, urgency)
            with _connect(self.server) as connection:
                connection.send_message(message)
            return Answer(200)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
            return _refusal(error)
        except (OSError, smtplib.SMTPException) as error:
            return Answer(problem="timeout" if isinstance(error, TimeoutError) else "connection")
        except ValueError:
            return Answer(problem="no e-mail address", final=True)

    def _message(self, address: str, incident_id: str, urgency: str) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = "Guidance: an incident needs you" + (" (urgent)" if urgency == "urgent" else "")
        message["From"] = self.sender
        message["To"] = address
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=urlsplit(self.base_url).hostname or "localhost")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(
            f"{self.city}: nobody has taken over an incident yet.\n\n"
            f"Open it, and say that you have it:\n{self.base_url}/board/incidents/{incident_id}\n\n"
            "Details are shown only after you sign in.\n"
        )
        return message


def mail_sender(settings: Settings) -> MailSender:
    """The sender that an installation's settings ask for; raises `BadMailSetting`."""
    server = mail_server(settings.smtp_url) if settings.smtp_url else None
    if server is not None and "@" not in settings.mail_from:
        raise BadMailSetting("GUIDANCE_SMTP_URL is set, so GUIDANCE_MAIL_FROM must hold the sender's address")
    return MailSender(server, settings.mail_from, settings.base_url, settings.city)


def mail_server(url: str) -> MailServer:
    """Read `smtp://user:password@host:587` or `smtps://host`; raises `BadMailSetting`."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadMailSetting("GUIDANCE_SMTP_URL is not of the form smtp://user:password@host:587")
    tls = parts.scheme == "smtps"
    try:
        port = parts.port or (465 if tls else 587)
    except ValueError as error:
        raise BadMailSetting("GUIDANCE_SMTP_URL has a port that is no number") from error
    return MailServer(parts.hostname, port, tls, unquote(parts.username or ""), unquote(parts.password or ""))


def _connect(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        connection.ehlo()
        if not server.tls and (server.user or connection.has_extn("starttls")):
            connection.starttls(context=context)  # a password never goes in the clear: this raises where it cannot
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _refusal(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> Answer:
    """Codes from 500 on are for good, lower ones pass (RFC 5321 §4.2.1)."""
    if isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
    else:
        code = max(number for number, _ in error.recipients.values())
    return Answer(problem=f"smtp {code}", final=code >= 500)
