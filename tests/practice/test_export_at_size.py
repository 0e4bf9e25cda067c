"""Exports of more runs than fit a batch: whole, in order, in short read transactions, ended by a reader who leaves."""

from __future__ import annotations

import csv
import io
import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from bench.seed import Size, fill
from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.store import practice_runs
from guidance.store.db import Store
from guidance.store.practice_runs import Within
from guidance.web import streamed, trainer_results
from tests.harness import Server, wait_until
from tests.people.town import Town, text
from tests.practice.classroom import TRAINER
from tests.practice.runs import PUPIL, run_body, send, wrong_body
from tests.signed_in import SignedIn, workers_of

MEGABYTE = 1024 * 1024
RUNS = 3000


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


@pytest.fixture
def full(town: Town) -> Town:
    """A city with two hundred runs, a few of nobody among them."""
    with town.store.transaction() as db:
        fill(db, town.clock.now(), Size(0, 200))
    return town


def rows(town: Town, query: str = "") -> list[dict[str, str]]:
    answer = town.browser(TRAINER).get(f"/trainer/export.csv{query}").get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(answer.removeprefix("\ufeff"))))


def test_an_export_holds_every_run_once_newest_first_and_those_of_nobody_last(full: Town) -> None:
    found = rows(full)
    assert len(found) == len({row["run"] for row in found}) == 200
    nobody = [not row["site"] and not row["class"] for row in found]
    assert nobody == sorted(nobody) and 0 < sum(nobody) < 40
    for of_nobody in (False, True):
        times = [row["received_at"] for row, is_nobody in zip(found, nobody, strict=True) if is_nobody == of_nobody]
        assert times == sorted(times, reverse=True)


def test_statements_and_rows_tell_of_the_same_runs(full: Town) -> None:
    told = json.loads(full.browser(TRAINER).get("/trainer/xapi.json").get_data())
    ends = [each["context"]["registration"] for each in told if each["verb"]["display"]["en"] in ("passed", "failed")]
    assert ends == [row["run"] for row in rows(full)]
    answers = {row["run"]: len(row["answers"].split()) for row in rows(full)}
    answered = [each["context"]["registration"] for each in told if each["verb"]["display"]["en"] == "answered"]
    assert {id: answered.count(id) for id in answers} == answers


def test_an_empty_export_is_an_empty_file(town: Town) -> None:
    assert json.loads(town.browser(TRAINER).get("/trainer/xapi.json").get_data()) == []
    assert rows(town) == []


def test_the_newest_are_kept_when_there_are_more_than_an_export_holds(
    full: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = rows(full)
    monkeypatch.setattr(trainer_results, "EXPORT_RUNS", 70)
    monkeypatch.setattr(trainer_results, "EXPORT_OF_NOBODY", 3)
    known = [row for row in every if row["site"] or row["class"]]
    assert rows(full) == known[:70] + every[len(known) :][:3]


def test_a_run_that_arrives_meanwhile_and_a_slow_reader_hold_no_transaction_open(
    full: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = full.browser(TRAINER).get("/trainer/export.csv", buffered=False)
    pieces = answer.iter_encoded()
    next(pieces), next(pieces)
    connection = full.app.extensions["guidance"].store.connection().conn
    assert not connection.in_transaction
    send(full.browser(), run_body(full.clock))
    assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    assert not connection.in_transaction
    assert sum(piece.count(b"\n") for piece in pieces) >= 198
    answer.close()


def test_a_third_export_at_once_is_told_to_wait(full: Town) -> None:
    trainer = full.browser(TRAINER)
    taken = [trainer.get("/trainer/export.csv", buffered=False) for _ in range(2)]
    refused = trainer.get("/trainer/export.csv")
    assert refused.status_code == 503 and "Other exports are running" in text(refused)
    for each in taken:
        each.close()
    assert trainer.get("/trainer/export.csv").status_code == 200
    assert streamed.SLOTS.acquire(blocking=False)
    streamed.SLOTS.release()


# Counts


def test_the_newest_revision_counts_in_whatever_order_revisions_come(town: Town) -> None:
    first, second = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
    phone = town.phone("Oak Street School")
    send(phone, wrong_body(town.clock, revision=1), first)
    send(phone, run_body(town.clock, revision=2), first)
    send(phone, run_body(town.clock, revision=2), second)
    send(phone, wrong_body(town.clock, revision=1), second)
    with town.store.reader() as db:
        tally = practice_runs.tallies(db, Within())[PUPIL.id]
        assert (tally.runs, tally.passed, tally.of_nobody) == (2, 2, 0)
        assert [each.run.revision for each in practice_runs.runs_within(db, Within())] == [2, 2]
    with town.store.transaction() as db:
        db.execute("DELETE FROM practice_runs WHERE id = :id AND revision = 2", {"id": first})
        tally = practice_runs.tallies(db, Within())[PUPIL.id]
        assert (tally.runs, tally.passed) == (2, 1)
        db.execute("DELETE FROM practice_runs WHERE id IN (:a, :b)", {"a": first, "b": second})
        assert PUPIL.id not in practice_runs.tallies(db, Within())


def test_runs_of_nobody_are_counted_and_shown_apart(town: Town) -> None:
    for _ in range(3):
        send(town.browser(), wrong_body(town.clock))
    send(town.phone("Oak Street School"), run_body(town.clock))
    trainer = town.browser(TRAINER)
    assert "1/1" in text(trainer.get("/trainer")) and "0 of 3 by others" in text(trainer.get("/trainer"))
    known, others = (text(trainer.get(f"/trainer/results/{PUPIL.id}{query}")) for query in ("", "?who=nobody"))
    assert "100 % Passed" in known or "Passed 100 %" in known
    assert "Passed 0 %" in others and "in no class and at no site" in others


def test_the_export_of_a_view_holds_what_the_view_shows(full: Town) -> None:
    nobody = rows(full, "?who=nobody")
    assert nobody and nobody == [row for row in rows(full) if not row["site"] and not row["class"]]


def test_results_of_very_many_runs_are_those_of_the_newest(full: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_results, "RESULT_RUNS", 2)
    for body in (wrong_body(full.clock), run_body(full.clock), run_body(full.clock)):
        full.clock.advance(minutes=1)
        send(full.phone("Oak Street School"), body)
    words = text(full.browser(TRAINER).get(f"/trainer/results/{PUPIL.id}"))
    assert "Only the newest 2 runs count here." in words and "Passed 100 %" in words


# A real process


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(Path(tmp_path_factory.mktemp("exports")) / "data")
    made.prepare(demo=True)
    with made.store().transaction() as db:
        fill(db, datetime(2026, 11, 24, tzinfo=UTC), Size(0, RUNS))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def trainer(server: Server) -> SignedIn:
    return SignedIn(server, TRAINER)


def _memory(server: Server) -> int:
    """The most memory that the web processes have held so far, in bytes, added up."""
    lines = [line for each in workers_of(server) for line in Path(f"/proc/{each}/status").read_text().splitlines()]
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _cpu(server: Server) -> int:
    stats = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in workers_of(server)]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats)


def test_a_reader_who_leaves_ends_the_work(server: Server, trainer: SignedIn) -> None:
    address = urlsplit(server.url)
    assert address.port is not None
    cookies = "; ".join(f"{each.name}={each.value}" for each in trainer.session.cookies)
    for _ in range(3):  # more than run at once: each must have given its place back
        with socket.create_connection(("localhost", address.port)) as leaving:
            request = f"GET /trainer/xapi.json HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookies}\r\n\r\n"
            leaving.sendall(request.encode())
            assert b"200 OK" in leaving.recv(4096)

    def idle() -> bool:
        before = _cpu(server)
        time.sleep(0.3)
        return _cpu(server) - before <= 1

    wait_until(idle, 20)


def test_memory_stays_flat_while_an_export_runs(server: Server, trainer: SignedIn) -> None:
    trainer.get("/trainer")
    before, read = _memory(server), 0
    with trainer.get("/trainer/xapi.json", stream=True) as answer:
        for piece in answer.iter_content(64 * 1024):
            read += len(piece)
    assert read > 15 * MEGABYTE
    assert _memory(server) - before < 16 * MEGABYTE
