"""`guidance doctor`: look for what would keep an installation from working, in words, with what to do about each."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from guidance.alert.vapid import usable_contact
from guidance.clock import Clock, SystemClock, from_text
from guidance.installation import refuse_other
from guidance.keys import KeysUnusable, load_keys
from guidance.mail import BadMailSetting, server_of
from guidance.settings import Settings, from_environment
from guidance.store.db import Store, StoreUnusable
from guidance.store.health import newest_beat

# Before 2.7.5 Caddy falls to HTTP/2 rapid reset (CVE-2023-44487); before 2.8 it has no request_buffers as we use it.
LEAST_CADDY = (2, 8, 0)
LEAST_FREE_BYTES = 1024**3
BEAT = timedelta(seconds=15)
# File systems over a network: SQLite's write-ahead log needs shared memory (https://www.sqlite.org/wal.html).
NETWORK = re.compile(r"^(nfs|cifs|smb|9p|fuse\.sshfs|ceph|glusterfs|afs|lustre)")
# A line of macOS's `mount`: what, where, and of which type first.
MOUNTED = re.compile(r"^(.+) on (/.*) \((\w+)[,)]", re.MULTILINE)

Check = Callable[[Settings, Clock], str | None]


@click.command()
def doctor() -> None:
    """Check this installation and say what to mend. Ends with 1 when something is wrong."""
    settings, clock = from_environment(os.environ), SystemClock()
    wrong = [words for check in CHECKS if (words := check(settings, clock)) is not None]
    for words in wrong:
        click.echo(f"✗ {words}")
    if not wrong:
        click.echo(f"Nothing is wrong that these {len(CHECKS)} checks can see.")
    sys.exit(1 if wrong else 0)


def check_data_folder(settings: Settings, _clock: Clock) -> str | None:
    """Whether the data folder is there, writable, and closed to others."""
    if not settings.data.is_dir():
        return f"{settings.data} is not there. Run `guidance init`, or set GUIDANCE_DATA."
    if not os.access(settings.data, os.W_OK):
        return f"{settings.data} cannot be written by this user. Run this as the service's user, or change its owner."
    if settings.data.stat().st_mode & 0o007:
        return f"Other users of this machine can enter {settings.data}. Run `chmod 0700 {settings.data}`."
    return None


def check_local_disk(settings: Settings, _clock: Clock) -> str | None:
    """Whether the data folder lies on a disk of this machine."""
    kind = file_system_of(settings.data, _mounts())
    if NETWORK.match(kind):
        return f"{settings.data} is on a network share ({kind}), which can lose reports. Move it to a local disk."
    return None


def _mounts() -> str:
    """What is mounted, in the form of /proc/mounts; macOS says it by the command `mount` alone."""
    listed = Path("/proc/self/mounts")
    if listed.is_file():
        return listed.read_text(encoding="utf-8")
    printed = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=True, timeout=20).stdout
    return mounts_of_command(printed)


def mounts_of_command(printed: str) -> str:
    """Lines such as `/dev/disk1 on /Volumes/My disk (apfs, local)` in the form of /proc/mounts."""
    found = MOUNTED.findall(printed)
    return "\n".join(" ".join(part.replace(" ", "\\040") for part in each) for each in found)


def file_system_of(path: Path, mounts: str) -> str:
    """The type of the file system that holds `path`, from the text of /proc/mounts."""
    best, kind = "", ""
    for line in mounts.splitlines():
        _, point, found, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if Path(point) in (path, *path.parents) and len(point) >= len(best):
            best, kind = point, found
    return kind


def check_free_space(settings: Settings, _clock: Clock) -> str | None:
    """Whether the disk has room."""
    place = next(each for each in (settings.data, *settings.data.parents) if each.exists())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        return f"{free // 1024**2} MB are free on the disk of {settings.data}. Free 1 GB: a full disk refuses reports."
    return None


def check_keys(settings: Settings, _clock: Clock) -> str | None:
    """Whether the keys can be read by this user, and by nobody else."""
    try:
        load_keys(settings.keys)
    except (KeysUnusable, OSError) as error:
        return f"The keys cannot be used: {error}"
    return None


def check_store(settings: Settings, _clock: Clock) -> str | None:
    """Whether the database is whole, and the one of these keys."""
    if not settings.database.exists():
        return f"There is no database at {settings.database}. Run `guidance init`, or `guidance restore` a copy."
    try:
        store = Store(settings.database)
        found = store.quick_check()
        if found == "ok":
            refuse_other(settings, store, load_keys(settings.keys).fingerprint)
    except KeysUnusable:
        return None  # said already
    except (StoreUnusable, OSError, sqlite3.Error) as error:
        return f"The database cannot be used: {error}"
    return None if found == "ok" else f"The database is damaged: {found}. Stop the services and restore a copy."


def check_worker(settings: Settings, clock: Clock) -> str | None:
    """Whether an alert worker is alive."""
    if not settings.database.exists():
        return None  # said already
    try:
        with Store(settings.database).reader() as db:
            beat = newest_beat(db)
    except (StoreUnusable, OSError, sqlite3.Error):
        return None  # said already
    age = abs(clock.now() - from_text(beat)) if beat else None
    if age is None or age > BEAT:
        last = f"its last sign of life was at {beat}" if beat else "none ever ran"
        return f"No alert worker is alive ({last}): nobody is alerted. Start guidance-worker."
    return None


def check_base_url(settings: Settings, _clock: Clock) -> str | None:
    """Whether phones can use the address: service workers and push need TLS outside of the machine itself."""
    if settings.secure or re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])(:|/|$)", settings.base_url):
        return None
    return f"GUIDANCE_BASE_URL is {settings.base_url}. Phones keep nothing and get no alerts without https."


def check_proxy_setting(settings: Settings, _clock: Clock) -> str | None:
    """Whether an https address has a proxy that this server believes."""
    if settings.secure and not settings.trust_proxy:
        return (
            "GUIDANCE_BASE_URL is https and GUIDANCE_TRUST_PROXY is off. Set GUIDANCE_TRUST_PROXY=1 behind the proxy."
        )
    return None


def check_contact(settings: Settings, _clock: Clock) -> str | None:
    """Whether the browsers' push services will take alerts."""
    if usable_contact(settings.public_contact):
        return None
    return "GUIDANCE_PUBLIC_CONTACT is not a real mailto: or https: address. Push services refuse alerts without one."


def check_mail(settings: Settings, _clock: Clock) -> str | None:
    """Whether the worker can send e-mail; with settings that it cannot read it does not start."""
    try:
        server_of(settings)
    except BadMailSetting as error:
        return f"{error}. The alert worker does not start with it: set it right, or leave GUIDANCE_SMTP_URL empty."
    return None


def check_certificates(settings: Settings, _clock: Clock) -> str | None:
    """Whether the worker can read the further certificate authorities; without them it does not start."""
    if not settings.push_ca_file:
        return None
    try:
        ssl.create_default_context(cafile=settings.push_ca_file)
    except (OSError, ValueError) as error:
        return f"GUIDANCE_PUSH_CA_FILE cannot be read: {error}. The alert worker does not start with it."
    return None


def check_test_clock(settings: Settings, _clock: Clock) -> str | None:
    """Whether a setting of the tests is on."""
    return (
        "GUIDANCE_TEST_CLOCK is on. Turn it off: it lets the database move the clock." if settings.test_clock else None
    )


def check_caddy(_settings: Settings, _clock: Clock) -> str | None:
    """Whether the Caddy on this machine is new enough."""
    caddy = shutil.which("caddy")
    if caddy is None:
        return None
    said = subprocess.run([caddy, "version"], capture_output=True, text=True, timeout=20, check=False).stdout  # noqa: S603
    numbers = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    least = ".".join(map(str, LEAST_CADDY))
    if numbers is None:
        return f"{caddy} does not tell its version. Install Caddy {least} or newer."
    if tuple(map(int, numbers.groups())) < LEAST_CADDY:
        return f"{caddy} is {numbers[0]}: a visitor can exhaust it. Install {least} or newer, see docs/operations.md."
    return None


CHECKS: tuple[Check, ...] = (
    check_data_folder,
    check_local_disk,
    check_free_space,
    check_keys,
    check_store,
    check_worker,
    check_base_url,
    check_proxy_setting,
    check_contact,
    check_mail,
    check_certificates,
    check_test_clock,
    check_caddy,
)
