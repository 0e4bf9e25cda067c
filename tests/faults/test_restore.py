"""`guidance backup` and `guidance restore` as an administrator runs them: wrong files, full disks, kills anywhere."""

from __future__ import annotations

import hashlib
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from guidance.cli import main
from guidance.clock import SystemClock
from guidance.installation import prepare
from guidance.settings import from_environment
from guidance.store import incidents, log, reports
from guidance.store.backup import back_up
from guidance.store.db import Store, StoreUnusable
from guidance.store.migrate import migrate
from guidance.store.restoring import restore
from guidance.store.swap import kept_files
from tests.faults.tracing import needs_strace
from tests.harness import PYTHON, ROOT, Server, wait_until
from tests.phones import Phone
from tests.reports import a_place, body

pytestmark = pytest.mark.faults

WITHOUT_POWERS = ("setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search")


@dataclass
class Installation:
    """A data folder with people in it, a copy of it, and something written after the copy."""

    folder: Path
    server: Server

    @property
    def database(self) -> Path:
        return self.server.settings.database

    @property
    def copy(self) -> Path:
        return self.folder / "copy.db"

    def run(self, *arguments: object, prefix: Sequence[str] = (), **options: Any) -> subprocess.CompletedProcess[str]:
        """`guidance …` as a process of its own."""
        return subprocess.run(
            [*prefix, PYTHON, "-m", "guidance", *map(str, arguments)],
            cwd=ROOT, env=environment(self), capture_output=True, text=True, timeout=120, **options,
        )  # fmt: skip

    def refused(self, words: str, *arguments: object, **options: Any) -> None:
        """The command is refused in one line, and no byte of the data has changed."""
        before = fingerprints(self.server.data)
        done = self.run(*arguments, **options)
        assert done.returncode != 0 and re.search(words, done.stderr), (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert fingerprints(self.server.data) == before


def environment(of: Installation) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUIDANCE_")}
    return {**kept, "GUIDANCE_DATA": str(of.server.data), "GUIDANCE_BASE_URL": of.server.url}


def fingerprints(folder: Path) -> dict[str, str]:
    """Each file with its content; not what SQLite makes anew whenever it opens a database."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.suffix != ".log"
    }


def write(database: Path, name: str) -> None:
    store = Store(database)
    with store.transaction() as db:
        log.add_entry(db, "2026-11-30T00:00:00.000Z", "system", "test", name)
    store.close()


def die_after_writing(database: Path, name: str) -> None:
    """Leave the write in the write-ahead log, as a crash does."""
    pid = os.fork()
    if pid == 0:
        store = Store(database)
        with store.transaction() as db:
            log.add_entry(db, "2026-11-30T00:00:00.000Z", "system", "test", name)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert database.with_name(database.name + "-wal").stat().st_size > 0


def has(database: Path, name: str) -> bool:
    """Whether a whole database holds this entry."""
    store = Store(database)
    migrate(store)
    with store.reader() as db:
        found = bool(log.entries_about(db, name))
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert db.execute("SELECT count(*) FROM people").fetchone()[0] > 0
    store.close()
    return found


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    server = Server(tmp_path / "data")
    server.prepare(demo=True)
    made = Installation(tmp_path, server)
    write(made.database, "before")
    with closing(sqlite3.connect(made.database)) as of, closing(sqlite3.connect(made.copy)) as to:
        of.backup(to)
        to.execute("PRAGMA journal_mode=DELETE")
    write(made.database, "later")
    yield made
    server.stop()


def test_undoing_a_restore_brings_everything_back(here: Installation) -> None:
    first = here.run("restore", here.copy)
    assert first.returncode == 0, first.stderr
    assert has(here.database, "before") and not has(here.database, "later")
    (kept,) = kept_files(here.database)
    assert str(kept) in first.stdout
    second = here.run("restore", kept)
    assert second.returncode == 0, second.stderr
    assert has(here.database, "later") and has(kept, "later")
    assert len(kept_files(here.database)) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in [here.database, *kept_files(here.database)])


def test_wrong_files_are_refused_in_words_and_nothing_changes(here: Installation) -> None:
    bad = here.folder / "bad"
    bad.mkdir()
    os.link(here.database, bad / "hard-link.db")
    (bad / "symlink.db").symlink_to(here.database)
    (bad / "empty.db").touch()
    (bad / "text.db").write_text("no database at all " * 400)
    os.mkfifo(bad / "pipe.db")
    with closing(sqlite3.connect(bad / "foreign.db")) as other:
        other.execute("CREATE TABLE people (id TEXT)")
        other.execute("PRAGMA user_version = 5")
        other.execute("PRAGMA application_id = 252006673")
    with closing(sqlite3.connect(bad / "alike.db")) as other:
        other.execute("CREATE TABLE people (id TEXT)")
        other.execute("PRAGMA user_version = 5")
    shutil.copy(here.copy, bad / "newer.db")
    with closing(sqlite3.connect(bad / "newer.db")) as other:
        other.execute("PRAGMA user_version = 9999")
    shutil.copy(here.copy, bad / "lame.db")
    with closing(sqlite3.connect(bad / "lame.db")) as other:
        other.execute("DROP TABLE sessions")
    shutil.copy(here.copy, bad / "orphans.db")
    with closing(sqlite3.connect(bad / "orphans.db")) as other:
        other.execute("UPDATE sites SET agency_id = 'nobody'")
        other.commit()
    (bad / "cut.db").write_bytes(here.copy.read_bytes()[:-8192])
    words = {
        "hard-link.db": "is the database in use here",
        "symlink.db": "is the database in use here",
        "empty.db": "is empty",
        "text.db": "not a (whole )?database",
        "pipe.db": "not a file",
        "foreign.db": "another program",
        "alike.db": "missing",
        "newer.db": "newer than this program",
        "lame.db": "sessions",
        "orphans.db": "names a row that is not there",
        "cut.db": "whole database",
        "nowhere.db": "no file",
        ".": "not a file",
    }
    for name, said in words.items():
        if name in ("hard-link.db", "foreign.db", "cut.db"):
            here.refused(said, "restore", bad / name)
            continue
        before = fingerprints(here.server.data)
        with pytest.raises(StoreUnusable, match=said):
            restore(bad / name, here.database, datetime.now(UTC))
        assert fingerprints(here.server.data) == before
    assert has(here.database, "later")


def test_a_copy_of_another_installation_is_refused_until_it_is_meant(here: Installation) -> None:
    other = Server(here.folder / "other")
    other.data.mkdir()
    prepare(other.settings, now=SystemClock().now())
    store = other.store()
    with store.transaction() as db:
        a_place(db, SystemClock())
    store.close()
    back_up(other.settings.database, here.folder / "other.db")
    here.refused("another installation", "restore", here.folder / "other.db")
    done = here.run("restore", "--other-installation", here.folder / "other.db")
    assert done.returncode == 0 and "turn alerts on again" in done.stdout, done.stderr
    assert here.run("init").returncode == 0


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is missing; Debian: apt-get install util-linux")
def test_a_copy_with_its_log_beside_it_arrives_whole_and_stays_as_it_is(here: Installation) -> None:
    away = here.folder / "away"
    away.mkdir()
    shutil.copy(here.copy, away / "copied.db")
    die_after_writing(away / "copied.db", "in the log")
    (away / "copied.db-shm").unlink()
    before = fingerprints(away)
    away.chmod(0o500)
    # The superuser may write anywhere, unless that right is given up first.
    done = here.run("restore", away / "copied.db", prefix=WITHOUT_POWERS if os.geteuid() == 0 else ())
    away.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert has(here.database, "in the log")
    assert fingerprints(away) == before and len(list(away.iterdir())) == len(before)


def test_a_new_machine_without_its_keys_gets_the_data_and_is_told(here: Installation) -> None:
    shutil.rmtree(here.server.data)
    done = here.run("restore", here.copy)
    assert done.returncode == 0 and "put the keys back" in done.stdout, done.stderr
    assert has(here.database, "before") and kept_files(here.database) == []
    here.refused("Put the keys back", "init")


def test_a_full_disk_leaves_everything_in_place(here: Installation) -> None:
    size = here.copy.stat().st_size
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size - 4096, size - 4096))
    here.refused("Nothing was changed", "restore", here.copy, preexec_fn=limit)
    here.refused("no new file", "backup", here.folder / "new.db", preexec_fn=limit)
    assert not (here.folder / "new.db").exists() and has(here.database, "later")
    done = here.run("restore", here.copy)
    assert done.returncode == 0, done.stderr


def test_a_service_that_runs_is_not_pulled_away(here: Installation) -> None:
    here.server.start_worker()
    here.server.start()
    done = here.run("restore", here.copy)
    assert done.returncode == 1 and "in use" in done.stderr
    assert has(here.database, "later") and kept_files(here.database) == []


CALLS = (
    "openat", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "link", "ftruncate", "chown",
)  # fmt: skip
# Most writes go into the draft, where one is like the next.
STEP = {"pwrite64": 12, "openat": 4, "fdatasync": 3}
MOST_POINTS = 600


@dataclass
class Small:
    """A small installation in the state in which a crash left it, made anew for each point of a fault."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "guidance.db"

    def anew(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.folder / "as-it-was", self.data)

    def restore_under(self, fault: str, call: str) -> tuple[bool, int]:
        """Run the command in a child with a fault ahead: whether it was killed, and how many calls were seen."""
        pid = os.fork()
        if pid == 0:
            _restore_as_a_child(self)
        assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
        trace = self.folder / "trace"
        names = ["guidance.db", ".guidance.db.draft", ".guidance.db.aside"]
        source = self.data / ".guidance.db.draft.source"
        beside = [self.data / f"{name}{ending}" for name in names for ending in ("", "-wal", "-journal")]
        paths = [self.data, source, source / "copy.db", source / "copy.db-wal", *beside]
        command = ["strace", "-q", "-o", str(trace), "-p", str(pid), "-e", f"trace={call}", "-e", f"inject={fault}"]
        command += [part for path in paths for part in ("-P", str(path))]
        tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        wait_until_traced(pid)
        os.kill(pid, signal.SIGCONT)
        status = os.waitpid(pid, 0)[1]
        tracer.communicate(timeout=20)
        return os.WIFSIGNALED(status), sum(call in line for line in trace.read_text().splitlines())


def wait_until_traced(pid: int) -> None:
    def traced() -> bool:
        return bool(re.search(r"TracerPid:\s*[1-9]", Path(f"/proc/{pid}/status").read_text()))

    wait_until(traced, 20, pause=0.002)


def _restore_as_a_child(small: Small) -> None:
    code = 70
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
        os.environ["GUIDANCE_DATA"] = str(small.data)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        sys.argv = ["guidance", "restore", str(small.folder / "copy.db")]
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        os._exit(code)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    made = Small(tmp_path_factory.mktemp("small"))
    settings = from_environment({"GUIDANCE_DATA": str(made.folder / "as-it-was")})
    prepare(settings, now=SystemClock().now())
    store = Store(settings.database)
    with store.transaction() as db:
        a_place(db, SystemClock())
        log.add_entry(db, "2026-11-30T00:00:00.000Z", "system", "test", "before")
    store.close()
    back_up(settings.database, made.folder / "copy.db")
    die_after_writing(made.folder / "copy.db", "in the log")
    die_after_writing(settings.database, "later")
    return made


def one_whole_database(small: Small) -> None:
    """Either database is there, whole; neither is lost; and a second restore works."""
    old = has(small.database, "later")
    assert old or any(has(path, "later") for path in kept_and_aside(small))
    assert has(small.database, "before")
    again(small)
    assert has(small.database, "in the log")
    assert not has(small.database, "later") and any(has(path, "later") for path in kept_files(small.database))


@needs_strace
@pytest.mark.parametrize("call", ["link", "unlink", "rename", "fsync"])
def test_a_damaged_database_is_never_lost_with_its_log(small: Small, call: str) -> None:
    for when in range(1, MOST_POINTS):
        small.anew()
        small.database.write_bytes(b"damaged" * 1000)
        wal = small.database.with_name("guidance.db-wal")
        wal.write_bytes(b"its log")
        killed, _ = small.restore_under(f"{call}:signal=KILL:when={when}", call)
        if not killed:
            break
        again(small)
        kept = [path.read_bytes() for path in kept_files(small.database)]
        assert has(small.database, "before") and b"damaged" * 1000 in kept and b"its log" in kept
    assert when > 1, f"no {call} was reached: the fault was never tried"


def again(small: Small) -> None:
    """Restore once more; nothing hidden is left then."""
    pid = os.fork()
    if pid == 0:
        _again(small)
    assert os.waitpid(pid, 0)[1] == 0
    assert [path.name for path in small.data.iterdir() if path.name.startswith(".")] == []


def _again(small: Small) -> None:
    code = 1
    try:
        restore(small.folder / "copy.db", small.database, datetime.now(UTC))
        code = 0
    finally:
        os._exit(code)


def kept_and_aside(small: Small) -> list[Path]:
    aside = small.data / ".guidance.db.aside"
    return [*kept_files(small.database), *([aside] if aside.exists() else [])]


@needs_strace
@pytest.mark.parametrize("call", CALLS)
def test_a_restore_killed_at_any_system_call_leaves_one_whole_database(small: Small, call: str) -> None:
    step = 1 if os.environ.get("GUIDANCE_TEST_EVERYONE") else STEP.get(call, 1)
    points = 0
    for when in range(1, MOST_POINTS, step):
        small.anew()
        killed, _ = small.restore_under(f"{call}:signal=KILL:when={when}", call)
        if not killed:
            break
        points += 1
        one_whole_database(small)
    else:
        raise AssertionError(f"more than {MOST_POINTS} calls of {call} in one restore")
    print(f"{call}: killed at {points} points")
    if call in ("pwrite64", "fsync", "rename", "link", "unlink", "ftruncate"):
        assert points > 0, f"no {call} was reached: the fault was never tried"


@needs_strace
@pytest.mark.parametrize(
    "fault",
    ["pwrite64:error=ENOSPC", "fsync:error=EIO", "fdatasync:error=EIO", "link:error=ENOSPC", "rename:error=EIO"],
)
def test_a_disk_that_fails_leaves_one_whole_database(small: Small, fault: str) -> None:
    call = fault.partition(":")[0]
    small.anew()
    _, total = small.restore_under(f"{fault}:when=9999", call)
    assert total > 0, f"no {call} was reached"
    for when in range(1, total + 1, STEP.get(call, 1)):
        small.anew()
        small.restore_under(f"{fault}:when={when}", call)
        one_whole_database(small)
    print(f"{call}: failed at {total} points")


def test_a_lost_database_stops_every_process_until_a_copy_is_restored(tmp_path: Path) -> None:
    """Otherwise an enrolled phone's alert would be taken as a stranger's, and wake nobody."""
    server = Server(tmp_path / "data", threads=2)
    server.prepare(demo=True)
    here = Installation(tmp_path, server)
    store = server.store()
    with store.transaction() as db:
        place = a_place(db, SystemClock(), "Willow Street School")
    store.close()
    server.start()
    assert here.run("backup", here.copy).returncode == 0
    server.stop()
    here.database.unlink()
    web = [PYTHON, "-m", "guidance", "web", "--port", str(server.port)]
    for command in (web, [PYTHON, "-m", "guidance", "worker"]):
        done = subprocess.run(command, cwd=ROOT, env=environment(here), capture_output=True, text=True, timeout=120)
        assert done.returncode != 0 and "guidance restore FILE" in done.stderr, done.stderr
    assert not here.database.exists()
    assert here.run("restore", here.copy).returncode == 0
    server.start()
    report_id = str(uuid4())
    assert Phone(server, place.token).put(report_id, body(SystemClock())) is not None
    with server.store().reader() as db:
        report = reports.find_report(db, report_id)
        assert report is not None
        incident = incidents.find_incident(db, report.incident_id)
    server.stop()
    assert incident is not None and incident.verified and incident.site_id == place.site.id
