"""A mail server for tests: takes messages over plain SMTP on a port of its own, and refuses on request."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import cast


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast(FakeMailServer, self.server)
        self._say("220 test")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"DATA":
                self._take(server)
            else:
                self._say(server.answer if verb == b"RCPT" else "250 fine")

    def _take(self, server: FakeMailServer) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        server.messages.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class FakeMailServer(socketserver.ThreadingTCPServer):
    """Listens from `with` to the end of it. `answer` is what it says to a recipient, `messages` what it took."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answer = "250 fine"
        self.messages: list[EmailMessage] = []

    @property
    def url(self) -> str:
        """The setting smtp_url that leads here."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> FakeMailServer:
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
