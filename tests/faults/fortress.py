"""A server behind the shipped proxy, reachable alone too, with enrolled phones whose receipts are timed."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from guidance.clock import SystemClock
from guidance.people import sign_in
from guidance.store import reports
from guidance.store.people import Grant
from guidance.web.cookies import device_cookie, session_cookie
from tests.caddy import Caddy
from tests.harness import PYTHON, ROOT, Server
from tests.reports import Place, a_person, a_place, body

ALONE, PROXY = "alone", "proxy"
PHONES = 4


@dataclass
class Times:
    """Seconds of each receipt, and what did not come."""

    taken: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The time within which `share` of the receipts came."""
        ordered = sorted(self.taken)
        return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


@dataclass
class Fortress:
    """One installation with its doors."""

    server: Server
    caddy: Caddy
    place: Place
    session: str

    @staticmethod
    def build(folder: Path) -> Fortress:
        """Make and start everything."""
        server = Server(folder / "data")
        caddy = Caddy(folder / "caddy", server.port)
        server.environment = {"GUIDANCE_BASE_URL": caddy.url, "GUIDANCE_TRUST_PROXY": "1"}
        server.prepare()
        clock = SystemClock()
        with server.store().transaction() as db:
            place = a_place(db, clock)
            trainer = a_person(db, "Tess Trainer", "Trainer", Grant("trainer"), Grant("committee"))
            link = sign_in.make_link(db, clock.now(), server.settings, trainer)
            used = sign_in.use_link(db, clock.now(), link.rpartition("/")[2])
        assert used is not None
        server.start()
        caddy.start()
        return Fortress(server, caddy, place, used[1])

    def stop(self) -> None:
        """End everything."""
        self.caddy.stop()
        self.server.stop()

    def port(self, door: str) -> int:
        """The port behind a door."""
        return self.caddy.port if door == PROXY else self.server.port

    def connect(self, door: str) -> http.client.HTTPConnection:
        """A new connection, as a phone on a bad network makes for each report."""
        if door == PROXY:
            context = ssl._create_unverified_context()
            return http.client.HTTPSConnection("localhost", self.caddy.port, timeout=20, context=context)
        return http.client.HTTPConnection("localhost", self.server.port, timeout=20)

    @property
    def cookie(self) -> str:
        """The Cookie header of the signed-in person."""
        return f"{session_cookie(self.server.settings)}={self.session}"

    @contextmanager
    def attacked(self, door: str, names: list[str]) -> Iterator[None]:
        """While open, the named attacks run against a door from a process of their own."""
        target = json.dumps({"port": self.port(door), "tls": door == PROXY, "session": self.cookie})
        # Behind the others for the processor: an attacker brings their own.
        command = ["nice", "-n", "19", PYTHON, "-m", "tests.faults.attacks", target, *names]
        log = (self.server.data / "attack.log").open("ab")
        attack = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, env=dict(os.environ))
        try:
            assert attack.stdout is not None and attack.stdout.readline() == b"attacking\n"
            time.sleep(1.0)
            yield
            assert attack.poll() is None, (self.server.data / "attack.log").read_text()[-3000:]
        finally:
            attack.kill()
            attack.wait()

    def receipts(self, door: str, count: int) -> Times:
        """Have enrolled phones file reports, one after the other each, and time every receipt."""
        times, lock, sent = Times(), threading.Lock(), []

        def phone() -> None:
            for _ in range(count // PHONES):
                report_id = str(uuid4())
                begun = time.monotonic()
                problem = self._put(door, report_id)
                with lock:
                    times.taken.append(time.monotonic() - begun)
                    if problem:
                        times.lost.append(problem)
                    else:
                        sent.append(report_id)

        phones = [threading.Thread(target=phone) for _ in range(PHONES)]
        for each in phones:
            each.start()
        for each in phones:
            each.join()
        with self.server.store().reader() as db:
            missing = [each for each in sent if reports.find_report(db, each) is None]
        times.lost += [f"{each} was acknowledged and is not stored" for each in missing]
        return times

    def _put(self, door: str, report_id: str) -> str:
        headers = {
            "Content-Type": "application/json",
            "X-Guidance": "1",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": f"{device_cookie(self.server.settings)}={self.place.token}",
        }
        connection = self.connect(door)
        try:
            connection.request("PUT", f"/api/reports/{report_id}", json.dumps(body(SystemClock())), headers)
            answer = connection.getresponse()
            receipt = answer.read()
            if answer.status != 201:
                return f"{answer.status} {receipt[:200]!r}"
        except (OSError, http.client.HTTPException) as error:
            return repr(error)
        finally:
            connection.close()
        return ""
