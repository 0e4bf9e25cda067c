"""strace on a running server: kill or fail it at the Nth system call upon the database's files."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType

import pytest

from tests.harness import wait_until

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed; .ci/run installs it (apt-get install strace)"
)


def workers_of(master: int) -> list[int]:
    """Process ids of those children of the web server that file reports."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(child) for child in children if _name(child) == "web-reports"]


def _name(process: str) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Traced:
    """While open, strace follows every thread of a process; `fault` is an -e inject expression or empty."""

    def __init__(self, pid: int, log: Path, calls: str, paths: list[Path], fault: str = "") -> None:
        self.log = log
        command = ["strace", "-f", "-y", "-s", "64", "-o", str(log), "-p", str(pid), "-e", f"trace={calls}"]
        command += [part for path in paths for part in ("-P", str(path))]
        self._command = command + (["-e", f"inject={fault}"] if fault else [])
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Traced:
        self._process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        line = self._process.stderr.readline()
        assert "attached" in line, line
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            # It waits for a thread that its own injection killed; the kernel lets go of the rest when it ends.
            self._process.kill()
            self._process.wait(timeout=5)


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def wait_for_worker(master: int, other_than: int | None = None) -> int:
    """The pid of a live worker, waiting for the server to start a new one after `other_than` died."""
    found: list[int] = []

    def look() -> bool:
        found[:] = [pid for pid in workers_of(master) if pid != other_than and not gone(pid)]
        return bool(found)

    wait_until(look, 20)
    return found[0]
