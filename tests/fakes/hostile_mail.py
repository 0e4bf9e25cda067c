"""A mail server for tests that behaves as bad ones do: slow, dripping, refusing, cutting off, downgrading.

Threaded, on a port of its own. What it does is a `Manner`, which a test may replace at any time.
"""

from __future__ import annotations

import socketserver
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import cast

from tests.fakes.certificates import Certificates


@dataclass(frozen=True)
class Manner:
    """How it behaves. `answers` are by verb (`GREETING`, `EHLO`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `TAKEN`, `QUIT`); an
    empty one ends the connection there, and several lines are sent as they are. `drip`: seconds before each byte."""

    answers: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    confirm_after: float = 0.0
    starttls: bool = False
    injected: bytes = b""


@dataclass(frozen=True)
class Taken:
    """A message that it has, and the envelope that it came in."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    secret: bool


class _Closed(Exception):
    """The conversation is over."""


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.office = cast(HostileMailServer, self.server)
        self.sender, self.recipients, self.secret = "", [], False  # type: ignore[var-annotated]
        self.office.connections += 1
        with suppress(_Closed, OSError, ValueError):
            self._answer("GREETING", "220 test")
            while line := self.rfile.readline():
                self._obey(line.decode("latin-1").strip())

    def _obey(self, line: str) -> None:
        verb = line.split()[0].upper() if line.split() else ""
        self.office.verbs.append(verb)
        if verb == "EHLO":
            offers = ["test"] + (["STARTTLS"] if self._manner.starttls and not self.secret else ["AUTH PLAIN"])
            self._answer(verb, "\r\n".join(f"250-{each}" for each in offers) + "\r\n250 SIZE 1000000")
        elif verb == "STARTTLS":
            self._encrypt()
        elif verb == "MAIL":
            self.sender, self.recipients = line.partition("<")[2].partition(">")[0], []
            self._answer(verb, "250 fine")
        elif verb == "RCPT":
            address = line.partition("<")[2].partition(">")[0]
            self.recipients.append(address)
            self._say(self._manner.refused.get(address, self._manner.answers.get(verb, "250 fine")))
        elif verb == "DATA":
            self._take()
        elif verb == "QUIT":
            self._answer(verb, "221 bye")
            raise _Closed
        else:
            self._answer(verb, "235 welcome" if verb == "AUTH" else "250 fine")

    def _take(self) -> None:
        if not self._answer("DATA", "354 go on").startswith("354"):
            return
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        confirmation = self._manner.answers.get("TAKEN", "250 taken")
        self.office.arrivals.append(str(message["Message-ID"]))
        time.sleep(self._manner.confirm_after)
        if confirmation.startswith("250"):
            self.office.taken.append(Taken(self.sender, tuple(self.recipients), message, self.secret))
        self._say(confirmation)

    def _encrypt(self) -> None:
        assert self.office.certificates is not None
        self.connection.sendall(b"220 go\r\n" + self._manner.injected)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.office.certificates.chain, self.office.certificates.key)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.secret = self.connection.makefile("rb"), True

    @property
    def _manner(self) -> Manner:
        return self.office.manner

    def _answer(self, verb: str, usual: str) -> str:
        text = self._manner.answers.get(verb, usual)
        self._say(text)
        return text

    def _say(self, text: str) -> None:
        if not text:
            raise _Closed
        raw = text.encode() + b"\r\n"
        if not self._manner.drip:
            self.connection.sendall(raw)
            return
        for byte in raw:
            time.sleep(self._manner.drip)
            self.connection.sendall(bytes([byte]))


class HostileMailServer(socketserver.ThreadingTCPServer):
    """Listens from `with` to the end of it. `taken` is what it has confirmed or would say that it has, `arrivals` the
    Message-IDs of all that came, `verbs` what it was told."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, certificates: Certificates | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.certificates = certificates
        self.manner = Manner()
        self.taken: list[Taken] = []
        self.arrivals: list[str] = []
        self.verbs: list[str] = []
        self.connections = 0

    @property
    def url(self) -> str:
        """The setting smtp_url that leads here."""
        return f"smtp://localhost:{self.server_address[1]}"

    def __enter__(self) -> HostileMailServer:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.shutdown()
        self.server_close()
