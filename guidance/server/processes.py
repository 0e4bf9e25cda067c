"""The processes of the web server: one that takes everything in and files reports, one for pages, one for exports.

They are forked from one that holds the listening sockets, so that a request waits while its process starts again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import shutil
import signal
import socket
import tempfile
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from guidance.server.gate import Gate, Known, Place
from guidance.server.http import Connection
from guidance.server.limits import LIMITS
from guidance.server.routes import Kind
from guidance.server.turns import Room
from guidance.server.wsgi import Application

logger = logging.getLogger("guidance.server")

PAGE_THREADS, EXPORT_THREADS = 8, 2
BACKLOG = 2048
# Files that are no visitors: the database per thread, connections to the other processes.
FILES_FOR_OURSELVES = 700
STOP_SECONDS = LIMITS.stop_seconds + 1
# Ends in a row, each within so many seconds of its start, after which starting again is left to whoever started us.
HOPELESS, YOUNG_SECONDS = 3, 5.0


@dataclass(frozen=True)
class Role:
    """A process: how far it stands behind the others for the processor (nice), and what it listens on."""

    name: str
    nice: int
    listener: socket.socket


@dataclass(frozen=True)
class Site:
    """The application as one process serves it, and the headers of the server's own pages."""

    application: Application
    known: Known
    common_headers: dict[str, str]


MakeSite = Callable[[], Site]


def listen(host: str, port: int) -> socket.socket:
    """Open the port. Raises `OSError` when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.create_server((host, port), family=family, backlog=BACKLOG)
    opened.setblocking(False)
    return opened


def serve(front: socket.socket, threads: int, make_site: MakeSite) -> int:
    """Run the processes until SIGTERM, SIGINT or SIGHUP. Returns the exit status: 1 when one of them cannot start."""
    folder = Path(tempfile.mkdtemp(prefix="guidance-web-"))  # readable by this user alone
    try:
        paths = {name: str(folder / name) for name in ("pages", "exports")}
        roles = [
            Role("reports", 0, front),
            Role("pages", 5, _listen_locally(paths["pages"])),
            Role("exports", 15, _listen_locally(paths["exports"])),
        ]
        return _Family(roles, lambda role: _run(role, roles, _places(role.name, threads, paths), make_site)).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _listen_locally(path: str) -> socket.socket:
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    opened.bind(path)
    opened.listen(BACKLOG)
    opened.setblocking(False)
    return opened


def _places(name: str, threads: int, paths: dict[str, str]) -> dict[Kind, Place]:
    """Where each kind of work is done, seen from one process."""
    strangers = max(1, threads // 8)
    if name == "reports":
        return {
            Kind.REPORTS: Place(Room(threads, strangers, 1000, 100)),
            Kind.PAGES: Place(Room(PAGE_THREADS, PAGE_THREADS - 2, 300, 100), paths["pages"]),
            Kind.LIVE: Place(Room(400, 100, 0, 0), paths["pages"]),
            Kind.EXPORTS: Place(Room(EXPORT_THREADS, 1, 6, 2), paths["exports"]),
        }
    everyone = {PAGE_THREADS: Room(PAGE_THREADS, PAGE_THREADS, 1000, 1000), 2: Room(2, 2, 1000, 1000)}
    many = everyone[PAGE_THREADS if name == "pages" else EXPORT_THREADS]
    return {Kind.PAGES: Place(many), Kind.REPORTS: Place(everyone[2]), Kind.LIVE: Place(everyone[2]),
            Kind.EXPORTS: Place(everyone[2])}  # fmt: skip


def _most_files() -> int:
    """Raise this process's limit of open files as far as it may go, and return it.

    A shell's usual 1,024 would be reached before our own limit, and then no newcomer could be let in.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = LIMITS.connections + FILES_FOR_OURSELVES
    wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


class _Family:
    """Starts the processes, starts again what ended, and ends them together."""

    def __init__(self, roles: list[Role], run: Callable[[Role], None]) -> None:
        self._roles, self._run = roles, run
        self._children: dict[int, tuple[Role, float]] = {}
        self._young_ends = 0
        self._stopping = False

    def run(self) -> int:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, self._stop)
        for role in self._roles:
            self._start(role)
        while self._children and not self._stopping:
            self._reap()
            if self._young_ends >= HOPELESS:
                self._end_all()
                return 1
            time.sleep(0.05)
        self._end_all()
        return 0

    def _stop(self, _signal: int, _frame: types.FrameType | None) -> None:
        self._stopping = True

    def _start(self, role: Role) -> None:
        child = os.fork()
        if child == 0:
            for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(each, signal.SIG_DFL)
            status = 1
            try:
                self._run(role)
                status = 0
            except KeyboardInterrupt:
                status = 0
            except BaseException as error:
                logger.exception("the process for %s ended: %s", role.name, error)
            finally:
                os._exit(status)
        self._children[child] = (role, time.monotonic())

    def _reap(self) -> None:
        for child in list(self._children):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended == 0:
                continue
            role, started = self._children.pop(child)
            if self._stopping:
                continue
            logger.error("the process for %s ended (status %d); starting it again", role.name, status)
            is_young = time.monotonic() - started < YOUNG_SECONDS and os.WIFEXITED(status)
            self._young_ends = self._young_ends + 1 if is_young else 0
            self._start(role)

    def _end_all(self) -> None:
        self._stopping = True
        self._send(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self._children and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.02)
        self._send(signal.SIGKILL)
        for child in list(self._children):
            os.waitpid(child, 0)

    def _send(self, which: signal.Signals) -> None:
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, which)


class _Server(uvicorn.Server):
    """uvicorn's server. It ends live streams when it is told to stop, and stops when its parent is gone."""

    def __init__(self, config: uvicorn.Config, gate: Gate, parent: int) -> None:
        super().__init__(config)
        self._gate, self._parent = gate, parent

    def handle_exit(self, sig: int, frame: types.FrameType | None) -> None:
        self._gate.stop()
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if os.getppid() != self._parent:
            self._gate.stop()
            return True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._gate.stop()
        await super().shutdown(sockets)


def _run(role: Role, roles: list[Role], places: dict[Kind, Place], make_site: MakeSite) -> None:
    """Serve as one of the processes until told to stop."""
    parent = os.getppid()
    with contextlib.suppress(OSError):  # only Linux lets a process name itself for `ps` and `top`
        Path("/proc/self/comm").write_text(f"web-{role.name}")
    os.nice(role.nice)
    for other in roles:
        if other is not role:
            other.listener.close()
    site = make_site()
    Connection.common_headers = site.common_headers
    Connection.most = min(LIMITS.connections, _most_files() - FILES_FOR_OURSELVES)
    gate = Gate(site.application, places, site.known, site.common_headers)
    config = uvicorn.Config(
        gate, http=Connection, ws="none", lifespan="off", loop="asyncio", log_config=None, access_log=False,
        proxy_headers=False, server_header=False, timeout_keep_alive=round(LIMITS.idle_seconds),
        timeout_graceful_shutdown=LIMITS.stop_seconds, h11_max_incomplete_event_size=LIMITS.head_bytes,
    )  # fmt: skip
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    _Server(config, gate, parent).run([role.listener])
