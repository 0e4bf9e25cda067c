"""Handing one message over to a mail server, within a time that no server can stretch, and judging what it said.

The conversation is smtplib's. Ours are the reading of answers against a deadline, and the end: once the server has
confirmed the message it is sent, whatever happens afterwards.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

CONNECT_SECONDS = 10.0
GOODBYE_SECONDS = 2.0
LONGEST_LINE = 4096
MOST_LINES = 100

# The command at which a refusal for good can be about the recipient, and the codes that are (RFC 5321 §4.2.2, §4.2.3;
# 556: RFC 7504). 552 counts as passing there (§4.5.3.1.10), and 554 says nothing about whom it is about.
RECIPIENT_CODES = (501, 521, 550, 551, 553, 556)
_ENHANCED = re.compile(r"\s*([245])\.([0-9]{1,3})\.[0-9]{1,3}\b")


@dataclass(frozen=True)
class MailServer:
    """Where e-mail is handed over. `tls` from the first byte (smtps), otherwise as soon as the server offers it.

    `seconds` is how long it may take until the message is handed over, `answer_seconds` how long it may then take to
    confirm it: ten minutes (RFC 5321 §4.5.3.2.6), since a message that it took and did not confirm would be sent again.
    """

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""
    seconds: float = 60.0
    answer_seconds: float = 600.0


class MailRefused(Exception):
    """The server said no. `about_recipient`: for good, to this recipient; anything else may pass."""

    def __init__(self, code: int, about_recipient: bool) -> None:
        super().__init__(f"smtp {code}")
        self.code = code
        self.about_recipient = about_recipient


class BadAnswer(OSError):
    """What the server sent is not an answer of SMTP."""


def hand_over(server: MailServer, recipient: str, message: EmailMessage, sender: str) -> None:
    """Hand one message over for one recipient; returns once the server has confirmed it.

    Raises `MailRefused`, or an `OSError` or `smtplib.SMTPException` for trouble on the way, all of which may pass.
    """
    raw = message.as_bytes(policy=SMTP.clone(cte_type="7bit"))
    talk = _Conversation(server)
    try:
        talk.begin()
        _need(talk.mail(sender), 250)
        _need(talk.rcpt(recipient), 250, at_recipient=True)
        _need(talk.docmd("DATA"), 354)
        talk.deliver(raw)
        talk.deadline = time.monotonic() + GOODBYE_SECONDS
        with suppress(OSError, smtplib.SMTPException, MailRefused):  # it is sent: nothing that comes now changes that
            talk.quit()
    finally:
        with suppress(OSError):
            talk.close()


def _need(answer: tuple[int, bytes], wanted: int, at_recipient: bool = False) -> None:
    """Raise `MailRefused` unless the answer is the wanted one (250 stands for every 25x)."""
    code, text = answer
    if code == wanted or (wanted == 250 and code in (250, 251, 252)):
        return
    raise MailRefused(code, code >= 500 and _about_recipient(code, text, at_recipient))


def _about_recipient(code: int, text: bytes, at_recipient: bool) -> bool:
    """Whether a refusal for good speaks of the recipient. An enhanced code says so: subject 1 is the address, 2 the
    mailbox (RFC 3463 §3), every other the server, the way, the policy. Of those the sender's are 1.7 and 1.8."""
    found = _ENHANCED.match(text.decode("latin-1"))
    if found:
        detail = found[0].strip().split(".", 1)[1]
        return found[2] in ("1", "2") and detail not in ("1.7", "1.8", "2.2")
    return at_recipient and code in RECIPIENT_CODES


class _Conversation(smtplib.SMTP):
    """smtplib's client, which reads answers against `deadline` (of `time.monotonic`) however slowly they drip."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(timeout=server.seconds)
        self._server = server
        self._pending = b""
        self._tls = ssl.create_default_context()
        self.deadline = time.monotonic() + server.seconds

    def begin(self) -> None:
        """Connect, greet, encrypt, sign in. Raises where a password would have to go in the clear."""
        server = self._server
        self._host = server.host
        self.sock = self._open()
        _need(self.getreply(), 220)
        self.ehlo_or_helo_if_needed()
        if not server.tls and (server.user or self.has_extn("starttls")):
            self.starttls(context=self._tls)
            self.ehlo()
        if server.user:
            self.login(server.user, server.password)

    def deliver(self, raw: bytes) -> None:
        """Send the message itself and wait for the confirmation, which has a time of its own."""
        body = re.sub(rb"(?m)^\.", b"..", raw)
        self._wait_no_longer_than_is_left()
        self.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        self.deadline = time.monotonic() + self._server.answer_seconds
        _need(self.getreply(), 250)

    def getreply(self) -> tuple[int, bytes]:
        """One answer, of at most a hundred lines."""
        texts: list[bytes] = []
        for _ in range(MOST_LINES):
            line = self._line()
            if not re.match(rb"[2-5][0-9]{2}(?:[ -]|$)", line):
                self.close()
                raise BadAnswer("the mail server's answer has no code")
            texts.append(line[4:].strip(b" \t"))
            if line[3:4] != b"-":
                code = int(line[:3])
                if code == 421:  # it closes the connection, and no further command makes sense
                    self.close()
                    raise MailRefused(code, about_recipient=False)
                return code, b"\n".join(texts)
        self.close()
        raise BadAnswer("the mail server's answer does not end")

    def starttls(self, *, context: ssl.SSLContext | None = None) -> tuple[int, bytes]:  # type: ignore[override]
        """As smtplib does it. Words that came before the encryption are not taken for words within it."""
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("the mail server offers no encryption")
        answer = self.docmd("STARTTLS")
        _need(answer, 220)
        if self._pending:
            raise BadAnswer("the mail server sent words in the clear after STARTTLS")
        self._wait_no_longer_than_is_left()
        assert self.sock is not None, "it was connected before"
        self.sock = (context or self._tls).wrap_socket(self.sock, server_hostname=self._host)
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False
        return answer

    def _open(self) -> socket.socket:
        """Connect to the first address that answers."""
        server, trouble = self._server, OSError("the mail server's name leads to no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(min(CONNECT_SECONDS, self._left()))
                sock.connect(address)
                return self._tls.wrap_socket(sock, server_hostname=server.host) if server.tls else sock
            except ssl.SSLError:
                sock.close()
                raise
            except OSError as error:
                sock.close()
                trouble = error
        raise trouble

    def _line(self) -> bytes:
        while b"\n" not in self._pending:
            if len(self._pending) > LONGEST_LINE:
                self.close()
                raise BadAnswer("the mail server's answer has a line that is too long")
            self._wait_no_longer_than_is_left()
            if self.sock is None:
                raise smtplib.SMTPServerDisconnected("not connected")
            chunk = self.sock.recv(LONGEST_LINE)
            if not chunk:
                self.close()
                raise smtplib.SMTPServerDisconnected("the mail server ended the connection")
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        return line.rstrip(b"\r")

    def _wait_no_longer_than_is_left(self) -> None:
        if self.sock is not None:
            self.sock.settimeout(self._left())

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            self.close()
            raise TimeoutError("the mail server takes too long")
        return left
