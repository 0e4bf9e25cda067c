"""Real processes for tests: the web server and the alert worker, on a data folder of their own, that can be killed."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from guidance.commands.serve import web_command
from guidance.keys import make_keys
from guidance.settings import Settings, from_environment
from guidance.store.db import Store
from guidance.store.migrate import migrate

PYTHON = sys.executable
ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(happened: object, seconds: float = 10.0, pause: float = 0.02) -> None:
    """Wait for a callable to return something true; fails with what it returned last."""
    assert callable(happened)
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        last = happened()
        if last:
            return
        time.sleep(pause)
    raise AssertionError(f"did not happen within {seconds} s; last: {last!r}")


@cache
def _prepared(demo: bool) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="guidance-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    first = Server(folder / "data")
    first.data.mkdir()
    make_keys(first.settings.keys)
    first.run_command("init")
    if demo:
        first.run_command("demo")
    return first.data


@dataclass
class Server:
    """The web server (and, when asked, a worker) on `data`, started as in production. Restarts keep `url`."""

    data: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    threads: int = 8
    prefix: Sequence[str] = ()
    root: Path = ROOT
    web: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where browsers find it; localhost counts as a secure origin."""
        return f"http://localhost:{self.port}"

    @property
    def settings(self) -> Settings:
        """The settings that the processes run with."""
        return from_environment(self._environment())

    def store(self) -> Store:
        """The same database, for looking at what was kept."""
        store = Store(self.settings.database)
        migrate(store)
        return store

    def prepare(self, demo: bool = False) -> None:
        """Give it keys and a database, with the demo city on request; made once per test process, then copied."""
        shutil.copytree(_prepared(demo), self.data, dirs_exist_ok=True)

    def start(self) -> None:
        """Start the web process and wait until it answers."""
        command = [*self.prefix, *web_command("127.0.0.1", self.port, self.threads)]
        log = (self.data / "web.log").open("ab")
        self.web = subprocess.Popen(
            command, cwd=self.root, env=self._environment(), start_new_session=True, stdout=log, stderr=log
        )
        try:
            wait_until(self._alive, 30)
        except AssertionError:
            raise AssertionError((self.data / "web.log").read_text()[-4000:]) from None

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start an alert worker and return its process."""
        log = (self.data / "worker.log").open("ab")
        self.worker = subprocess.Popen(
            [PYTHON, "-m", "guidance", "worker"],
            cwd=self.root, env=self._environment(), start_new_session=True, stdout=log, stderr=log,
        )  # fmt: skip
        return self.worker

    def run_command(self, *arguments: str) -> str:
        """Run `guidance …` on the same data and return what it prints."""
        done = subprocess.run(
            [PYTHON, "-m", "guidance", *arguments],
            cwd=self.root, env=self._environment(), capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def kill(self) -> None:
        """Kill the web process and its children at once, as a power cut would."""
        self._signal(self.web, signal.SIGKILL)
        self.web = None

    def stop(self) -> None:
        """End everything."""
        self.kill()
        self._signal(self.worker, signal.SIGKILL)
        self.worker = None

    def _signal(self, process: subprocess.Popen[bytes] | None, which: signal.Signals) -> None:
        if process is None:
            return
        try:
            os.killpg(process.pid, which)
        except ProcessLookupError:
            return
        process.wait(timeout=20)

    def _alive(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GUIDANCE_")}
        own = {"GUIDANCE_DATA": str(self.data), "GUIDANCE_BASE_URL": self.url, "PYTHONUNBUFFERED": "1"}
        return {**inherited, **own, **self.environment}
