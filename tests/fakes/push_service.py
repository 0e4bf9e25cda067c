"""A push service for tests: TLS, HTTP/1.1 kept alive, strict. It verifies RFC 8292, decrypts RFC 8291, and misbehaves
on request. Run as a program it only counts (`python -m tests.fakes.push_service FOLDER`), for measurements."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.fakes.certificates import make_certificates

LARGEST = 4096


@dataclass(frozen=True)
class Browser:
    """A subscription as a browser would hand it over, with the private half that only the browser has."""

    name: str
    endpoint: str
    p256dh: str
    auth: str
    private_key: ec.EllipticCurvePrivateKey
    application_key: str = ""

    @property
    def info(self) -> dict[str, Any]:
        """The JSON form of a PushSubscription."""
        return {"endpoint": self.endpoint, "keys": {"p256dh": self.p256dh, "auth": self.auth}}


@dataclass(frozen=True)
class Message:
    """One push that passed every check; `arrived` is of `time.monotonic`."""

    browser: str
    plaintext: bytes
    headers: Mapping[str, str]
    claims: Mapping[str, Any]
    arrived: float

    @property
    def data(self) -> Any:
        """The message as JSON."""
        return json.loads(self.plaintext)


@dataclass(frozen=True)
class Reply:
    """How to answer one push. `act` other than `answer`: reset, hang, drip (a byte at a time), garbage."""

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    act: str = "answer"


class Refused(Exception):
    """A push that a real service would refuse with this status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class FakePushService:
    """Listens on a port of its own from `with` to the end of it.

    `messages` are accepted pushes, `refusals` what it found wrong, `attempts` and `tokens` the
    browsers and VAPID headers of all that arrived;
    `script(name, replies...)` plays answers one by one before 201 is the answer again, or forever with `always`.
    """

    def __init__(self, folder: Path, host: str = "localhost", sink: bool = False) -> None:
        self.host = host
        self.sink = sink
        self.certificates = make_certificates(folder, host)
        self.browsers: dict[str, Browser] = {}
        self.messages: list[Message] = []
        self.refusals: list[Refused] = []
        self.attempts: list[str] = []
        self.tokens: list[str] = []
        self.connections = 0
        self.on_message: Callable[[Message], None] = lambda message: None
        self._scripts: dict[str, deque[Reply]] = {}
        self._always: dict[str, Reply] = {}
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificates.chain, self.certificates.key)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]

    @property
    def origin(self) -> str:
        """What VAPID tokens must be made out to."""
        return f"https://{self.host}:{self.port}"

    @property
    def ca_file(self) -> str:
        """The authority that signed this service's certificate."""
        return str(self.certificates.ca)

    def subscribe(self, name: str, application_key: str = "") -> Browser:
        """A new subscription; with an application key only that VAPID key may push to it."""
        browser = new_browser(name, self.origin, application_key)
        self.browsers[name] = browser
        return browser

    def script(self, name: str, *replies: Reply, always: Reply | None = None) -> None:
        """Answer the next pushes to a browser like this, and every later one like `always`."""
        with self._lock:
            self._scripts[name] = deque(replies)
            if always is not None:
                self._always[name] = always

    def received(self, name: str) -> list[Message]:
        """What one browser got."""
        with self._lock:
            return [message for message in self.messages if message.browser == name]

    def __enter__(self) -> FakePushService:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        with self._lock:
            left = list(self._open)
        for sock in left:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError), raw:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock = self._context.wrap_socket(raw, server_side=True)
            with self._lock:
                self._open.add(sock)
            try:
                self._count(sock) if self.sink else self._converse(sock)
            finally:
                with self._lock:
                    self._open.discard(sock)
                sock.close()

    def _count(self, sock: socket.socket) -> None:
        pending = b""
        while True:
            head, pending = _head(sock, pending)
            if not head:
                return
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            while len(pending) < length:
                pending += sock.recv(65536)
            pending = pending[length:]
            sock.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    def _converse(self, sock: socket.socket) -> None:
        pending = b""
        while True:
            head, pending = _head(sock, pending)
            if not head:
                return
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            length = int(headers.get("content-length", "0"))
            while len(pending) < length:
                pending += sock.recv(65536)
            body, pending = pending[:length], pending[length:]
            if not self._play(sock, self._reply(first.split(" ")[1], headers, body)):
                return

    def _reply(self, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        name = target.rpartition("/")[2]
        with self._lock:
            self.attempts.append(name)
            self.tokens.append(headers.get("authorization", ""))
            script = self._scripts.get(name)
            reply = script.popleft() if script else self._always.get(name, Reply())
        try:
            if name not in self.browsers:
                raise Refused(404, "no such subscription")
            message = self._check(self.browsers[name], headers, body)
        except Refused as refused:
            with self._lock:
                self.refusals.append(refused)
            return Reply(refused.status)
        if reply.status == 201 and reply.act == "answer":
            with self._lock:
                self.messages.append(message)
            self.on_message(message)
        return reply

    def _check(self, browser: Browser, headers: Mapping[str, str], body: bytes) -> Message:
        claims = self._vapid(browser, headers.get("authorization", ""))
        if headers.get("content-encoding") != "aes128gcm":
            raise Refused(415, "not aes128gcm")
        if not re.fullmatch(r"[0-9]+", headers.get("ttl", "")):
            raise Refused(400, "TTL is missing")
        if headers.get("urgency", "normal") not in ("very-low", "low", "normal", "high"):
            raise Refused(400, "Urgency is none of the four")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", headers.get("topic", "x")):
            raise Refused(400, "Topic is no name")
        if len(body) > LARGEST:
            raise Refused(413, "too large")
        try:
            plaintext = http_ece.decrypt(
                body, private_key=browser.private_key, auth_secret=_bytes(browser.auth), version="aes128gcm"
            )
        except Exception as error:
            raise Refused(400, f"cannot be decrypted: {type(error).__name__}") from error
        return Message(browser.name, plaintext, dict(headers), claims, time.monotonic())

    def _vapid(self, browser: Browser, authorization: str) -> dict[str, Any]:
        match = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)", authorization)
        if match is None:
            raise Refused(401, "no VAPID header")
        claims: dict[str, Any] = json.loads(_bytes(match[2]))
        if not _signed(match):
            raise Refused(403, "the signature is wrong")
        if claims.get("aud") != self.origin:
            raise Refused(403, f"aud is {claims.get('aud')}, not {self.origin}")
        if not time.time() < claims["exp"] <= time.time() + 24 * 3600:
            raise Refused(403, "exp is past or too far away")
        if "sub" in claims and not re.match(r"mailto:.+@.+|https://", claims["sub"]):
            raise Refused(403, "sub is neither a mailto: nor an https: address")
        if browser.application_key and browser.application_key != match[4]:
            raise Refused(403, "another key than the one subscribed with")
        return claims

    def _play(self, sock: socket.socket, reply: Reply) -> bool:
        """Answer; whether the connection lives on."""
        time.sleep(reply.delay)
        if reply.act == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if reply.act == "hang":
            return bool(sock.recv(1))
        if reply.act == "garbage":
            sock.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
            return False
        fields = {"Content-Length": str(len(reply.body)), **reply.headers}
        head = f"HTTP/1.1 {reply.status} Answer\r\n" + "".join(f"{name}: {text}\r\n" for name, text in fields.items())
        answer = head.encode("latin-1") + b"\r\n" + reply.body
        if reply.act == "drip":
            for byte in answer:
                sock.sendall(bytes([byte]))
                time.sleep(0.2)
            return True
        sock.sendall(answer)
        return True


def new_browser(name: str, origin: str, application_key: str = "") -> Browser:
    """A browser that is subscribed at a push service of this origin."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return Browser(name, f"{origin}/push/{name}", _text(point), _text(os.urandom(16)), key, application_key)


def _head(sock: socket.socket, pending: bytes) -> tuple[bytes, bytes]:
    while b"\r\n\r\n" not in pending:
        chunk = sock.recv(65536)
        if not chunk:
            return b"", b""
        pending += chunk
    head, _, rest = pending.partition(b"\r\n\r\n")
    return head, rest


def _signed(token: re.Match[str]) -> bool:
    signature, key = _bytes(token[3]), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(token[4]))
    first, second = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(first, second), f"{token[1]}.{token[2]}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main() -> None:
    """Count pushes until standard input ends; the first line of output says where."""
    with FakePushService(Path(sys.argv[1]), sink=True) as service:
        print(json.dumps({"port": service.port, "ca": service.ca_file}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
