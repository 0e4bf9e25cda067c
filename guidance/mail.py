"""E-mail as this installation sends it: which server, from whom, and what an automatic message looks like.

For every part that writes to people; none of them knows of the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from guidance import smtp
from guidance.mailbox import BadMailbox, read_mailbox, read_sender
from guidance.settings import Settings
from guidance.smtp import MailRefused, MailServer

__all__ = [
    "BadMailSetting",
    "Draft",
    "MailRefused",
    "MailServer",
    "hand_over",
    "mail_server",
    "message_to",
    "server_of",
]


class BadMailSetting(ValueError):
    """GUIDANCE_SMTP_URL or GUIDANCE_MAIL_FROM cannot be used; the text says why."""


def server_of(settings: Settings) -> MailServer | None:
    """The mail server that an installation's settings name; None when e-mail is off. Raises `BadMailSetting`."""
    if not settings.smtp_url:
        return None
    server = mail_server(settings.smtp_url)
    if not settings.mail_from:
        raise BadMailSetting("GUIDANCE_SMTP_URL is set, so GUIDANCE_MAIL_FROM must hold the sender's address")
    try:
        read_sender(settings.mail_from)
    except BadMailbox as error:
        raise BadMailSetting(
            f"GUIDANCE_MAIL_FROM is not one e-mail address, with or without a name before it: {error}"
        ) from error
    return replace(server, seconds=settings.smtp_seconds, answer_seconds=settings.smtp_answer_seconds)


def mail_server(url: str) -> MailServer:
    """Read `smtp://user:password@host:587` or `smtps://host`; raises `BadMailSetting`."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadMailSetting("GUIDANCE_SMTP_URL is not of the form smtp://user:password@host:587") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadMailSetting("GUIDANCE_SMTP_URL is not of the form smtp://user:password@host:587")
    tls = parts.scheme == "smtps"
    try:
        port = parts.port or (465 if tls else 587)
    except ValueError as error:
        raise BadMailSetting("GUIDANCE_SMTP_URL has a port that is no number") from error
    return MailServer(parts.hostname, port, tls, unquote(parts.username or ""), unquote(parts.password or ""))


@dataclass(frozen=True)
class Draft:
    """A message before it is written: one recipient, words, and `name`, by which a copy of it can be recognised."""

    recipient: str
    subject: str
    text: str
    name: str


def message_to(draft: Draft, sender: str, base_url: str) -> EmailMessage:
    """An automatic message to one mailbox; raises `BadMailbox` when the recipient or the sender is none.

    Its Message-ID is the same each time that a draft of this name is written (RFC 5322 §3.6.4), so that mail programs
    recognise a second copy. It is ASCII throughout: no server needs to be able to do more.
    """
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = draft.subject
    message["From"] = read_sender(sender)
    message["To"] = read_mailbox(draft.recipient)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{draft.name}@{_host(base_url)}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(draft.text)
    return message


def hand_over(server: MailServer, message: EmailMessage) -> None:
    """Send a message of `message_to`; returns once the server has confirmed it.

    Raises `MailRefused`, `OSError` or `smtplib.SMTPException` when it did not.
    """
    smtp.hand_over(server, _only(message, "To"), message, _only(message, "From"))


def _only(message: EmailMessage, header: str) -> str:
    (address,) = message[header].addresses
    return str(address.addr_spec)


def _host(base_url: str) -> str:
    """The name of this installation as it can stand in a Message-ID."""
    host = urlsplit(base_url).hostname or ""
    return host if re.fullmatch(r"[A-Za-z0-9.-]+", host) else "guidance.invalid"
