"""Handing an e-mail over to the mail server that the settings name. Knows nothing of what the message says.

For guidance/alert/ and guidance/practice/, which never use each other.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

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


def server_of(settings: Settings) -> MailServer | None:
    """The mail server that an installation's settings name; None when e-mail is off. Raises `BadMailSetting`."""
    server = mail_server(settings.smtp_url) if settings.smtp_url else None
    if server is not None and "@" not in settings.mail_from:
        raise BadMailSetting("GUIDANCE_SMTP_URL is set, so GUIDANCE_MAIL_FROM must hold the sender's address")
    return server


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


def message_to(address: str, subject: str, text: str, sender: str, base_url: str) -> EmailMessage:
    """An automatic message; a `ValueError` says that it cannot be addressed like that."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = address
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=urlsplit(base_url).hostname or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def hand_over(server: MailServer, message: EmailMessage) -> None:
    """Send one message; raises `OSError` or `smtplib.SMTPException` when the server does not take it."""
    with _connect(server) as connection:
        connection.send_message(message)


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
