"""The budget of strangers holds over processes and restarts, and on a real disk that fills."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from guidance.clock import SystemClock
from tests.harness import Server
from tests.phones import Phone
from tests.reports import a_place, body

MEGABYTE = 1024 * 1024


def refused(server: Server) -> int:
    """The status of one more report by a phone of no site."""
    request = urllib.request.Request(
        f"{server.url}/api/reports/{uuid4()}",
        json.dumps(body(SystemClock())).encode(),
        {"Content-Type": "application/json", "X-Guidance": "1", "Sec-Fetch-Site": "same-origin"},
        method="PUT",
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        assert error.headers["Retry-After"] and json.load(error)["detail"]
        return error.code


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip("this machine lets tests mount no file system: " + made.stderr.decode()[:200])
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_strangers_are_refused_after_a_restart_and_on_a_disk_that_fills_while_a_joined_phone_reports(
    small_disk: Path,
) -> None:
    limits = {
        "GUIDANCE_STRANGER_ROWS_HOUR": "2",
        "GUIDANCE_DISK_FLOOR_STRANGERS_MB": "8",
        "GUIDANCE_DISK_FLOOR_PRACTICE_MB": "4",
    }
    server = Server(small_disk / "data", limits, threads=2)
    server.prepare()
    store = server.store()
    with store.transaction() as db:
        phone = Phone(server, a_place(db, SystemClock()).token)
        db.execute("DELETE FROM stranger_spending")
    server.start()
    try:
        assert [refused(server) for _ in range(2)] == [201, 201]
        server.kill()
        server.start()
        assert refused(server) == 503
        assert phone.put(str(uuid4()), body(SystemClock()))
        with store.transaction() as db:
            db.execute("DELETE FROM stranger_spending")
        assert refused(server) == 201
        free = store.path.parent
        (free / "filler").write_bytes(b"x" * (_free(free) - 6 * MEGABYTE))
        assert refused(server) == 503
        assert phone.put(str(uuid4()), body(SystemClock()))
    finally:
        store.close()
        server.stop()


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
