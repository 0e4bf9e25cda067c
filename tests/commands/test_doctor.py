"""`guidance doctor` names what is wrong with a real installation and what to do, and is silent about the rest."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from guidance.clock import SystemClock, to_text
from guidance.commands.doctor import CHECKS, NETWORK, file_system_of, mounts_of_command
from tests.harness import PYTHON, ROOT, Server

GOOD = {
    "GUIDANCE_BASE_URL": "https://guidance.city.example",
    "GUIDANCE_TRUST_PROXY": "1",
    "GUIDANCE_PUBLIC_CONTACT": "mailto:guidance@phila.gov",
}


@pytest.fixture
def server(tmp_path: Path) -> Server:
    made = Server(tmp_path / "data", GOOD)
    made.prepare()
    made.data.chmod(0o700)
    with made.store().transaction() as db:
        beat = to_text(SystemClock().now())
        db.execute("INSERT INTO worker_beats (worker_id, at) VALUES ('w', :at)", {"at": beat})
    return made


def examined(server: Server, path: Path | None = None, **environment: str) -> tuple[int, list[str]]:
    """The exit status, and the lines that name something wrong."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GUIDANCE_")}
    own |= {"GUIDANCE_DATA": str(server.data), **GOOD, **environment}
    if path is not None:
        own["PATH"] = f"{path}:{own['PATH']}"
    done = subprocess.run([PYTHON, "-m", "guidance", "doctor"], cwd=ROOT, env=own, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, [line for line in done.stdout.splitlines() if line.startswith("✗")]


def a_caddy(folder: Path, version: str) -> Path:
    folder.mkdir()
    (folder / "caddy").write_text(f"#!/bin/sh\necho 'v{version} h1:abc='\n")
    (folder / "caddy").chmod(0o755)
    return folder


def test_each_fault_of_an_installation_is_named_once(server: Server, tmp_path: Path) -> None:
    status, wrong = examined(server, a_caddy(tmp_path / "new", "2.11.7"))
    assert (status, wrong) == (0, [])

    server.data.chmod(0o755)
    (server.data / "keys" / "receipt.key").unlink(missing_ok=True)
    for key in (server.data / "keys").iterdir():
        key.unlink()
    with server.store().transaction() as db:
        db.execute("DELETE FROM worker_beats")
    status, wrong = examined(
        server,
        a_caddy(tmp_path / "old", "2.6.2"),
        GUIDANCE_BASE_URL="http://guidance.city.example",
        GUIDANCE_PUBLIC_CONTACT="mailto:nobody@city.example",
        GUIDANCE_SMTP_URL="smtp://mail:25",
        GUIDANCE_TEST_CLOCK="1",
    )
    told = "\n".join(wrong)
    assert status == 1
    for words in ("chmod 0700", "keys cannot be used", "No alert worker", "without https", "PUBLIC_CONTACT",
                  "MAIL_FROM", "TEST_CLOCK", "2.6.2"):  # fmt: skip
        assert told.count(words) == 1, f"{words} in {told}"


def test_a_damaged_or_missing_database_is_named(server: Server) -> None:
    server.settings.database.write_bytes(b"not a database" * 1000)
    for suffix in ("-wal", "-shm"):
        server.settings.database.with_name(server.settings.database.name + suffix).unlink(missing_ok=True)
    status, wrong = examined(server)
    assert status == 1 and any("database" in line for line in wrong), wrong
    server.settings.database.unlink()
    assert any("There is no database" in line for line in examined(server)[1])


def test_what_keeps_web_and_worker_from_starting_is_named(server: Server, tmp_path: Path) -> None:
    wrong = examined(
        server,
        GUIDANCE_SMTP_URL="smtp://mail:999999",
        GUIDANCE_MAIL_FROM="a@city.example",
        GUIDANCE_PUSH_CA_FILE=str(tmp_path / "none.pem"),
    )[1]
    assert [line.split()[1] for line in wrong] == ["GUIDANCE_SMTP_URL", "GUIDANCE_PUSH_CA_FILE"]
    wrong = examined(server, GUIDANCE_SMTP_URL="smtp://mail", GUIDANCE_MAIL_FROM="a@city.example, b@city.example")[1]
    assert len(wrong) == 1 and "GUIDANCE_MAIL_FROM is not one" in wrong[0]
    with server.store().transaction() as db:
        db.execute("UPDATE installation SET identity = 'other'")
    wrong = examined(server)[1]
    assert len(wrong) == 1 and "was made with other keys" in wrong[0]


@pytest.mark.parametrize(
    ("path", "network"), [("/srv/share/data", True), ("/srv/my data/x", False), ("/var/lib/guidance", False)]
)
def test_a_network_share_is_told_from_a_local_disk(path: str, network: bool) -> None:
    mounts = "/dev/a / ext4 rw 0 0\nnas:/x /srv/share nfs4 rw 0 0\n/dev/b /srv/my\\040data xfs rw 0 0\n"
    assert bool(NETWORK.match(file_system_of(Path(path), mounts))) is network


def test_a_network_share_of_macos_is_told_by_its_mount_command() -> None:
    printed = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "//me@nas.local/city on /Volumes/City data (smbfs, nodev, nosuid, mounted by me)\n"
    )
    mounts = mounts_of_command(printed)
    assert file_system_of(Path("/Users/me/data"), mounts) == "apfs"
    assert file_system_of(Path("/Volumes/City data/guidance"), mounts) == "smbfs"
    assert NETWORK.match("smbfs")


def test_every_check_says_what_it_looks_for() -> None:
    assert all(check.__doc__ and check.__doc__.startswith("Whether") for check in CHECKS)
