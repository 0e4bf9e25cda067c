"""Reminders by the real command and a real mail server: addresses answer first, and one bad row stops nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import pytest

from guidance.clock import to_text
from guidance.people.directory import NotAdded, add_person
from guidance.practice.reminders import Letterhead, send_reminders
from guidance.store import certificates
from guidance.store.certificates import CertificateRow
from guidance.store.people import Grant
from guidance.store.test_clock import StoreClock, set_offset
from tests.fakes.hostile_mail import HostileMailServer, Manner
from tests.harness import Server
from tests.people.town import Town, press, text
from tests.practice.runs import HEADERS
from tests.practice.test_certificates import ask, earned, ground, passed

HOSTILE = ["g:root;@mail.example", "a@b.example,c@d.example", "Rosa <rosa@mail.example>", '"a b"@mail.example',
           "a@[127.0.0.1]", "rosa@mail", "rosa@mail.example\r\nBcc: x@y.example", "rosa@", "@mail.example",
           "rosa@@mail.example", "rosa@mail..example", "(x)rosa@mail.example", "r\u200bosa@mail.example"]  # fmt: skip
LETTERHEAD = Letterhead("guidance@city.example", "Demo City", "http://localhost", b"secret")


def box_of(town: Town, days: float = 0) -> list[EmailMessage]:
    """What one run of the job sends."""
    town.clock.advance(days=days)
    box: list[EmailMessage] = []
    send_reminders(town.store, town.clock, ground(), LETTERHEAD, box.append)
    return box


def link_in(message: EmailMessage) -> str:
    found = re.search(r"http://localhost(/certificate/reminder/\S+)", message.get_content())
    assert found
    return found[1]


def kept(town: Town, row: CertificateRow) -> CertificateRow:
    with town.store.reader() as db:
        found = certificates.certificate(db, row.code)
    assert found is not None
    return found


@pytest.mark.parametrize("address", HOSTILE)
def test_only_one_mailbox_is_taken_for_a_reminder(town: Town, address: str) -> None:
    answer = ask(town.browser(), [], reminder_email=address)
    assert answer.status_code == 422 and answer.get_json()["errors"][0]["field"] == "/reminder_email"


@pytest.mark.parametrize("address", HOSTILE)
def test_only_one_mailbox_is_taken_for_a_person(town: Town, address: str) -> None:
    with pytest.raises(NotAdded, match=r"not one e-mail address|control character"), town.store.transaction() as db:
        add_person(db, town.clock.now(), "Rosa", "", address, (Grant("committee"),))


def test_an_address_gets_a_question_and_nothing_else_until_it_is_answered(town: Town) -> None:
    row = earned(town, town.browser(), reminder_email="Rosa@Mail.Example")
    (question,) = box_of(town)
    assert question["To"] == "Rosa@mail.example" and "do you want a reminder" in question["Subject"]
    assert row.code not in question.get_content()
    assert box_of(town) == [] and box_of(town, days=3) == []
    stranger = town.browser()
    for _ in range(3):
        assert "Do you want one reminder" in text(stranger.get(link_in(question)))
    assert kept(town, row).confirmed_at is None
    assert "You get one reminder" in text(press(stranger, link_in(question)))
    (reminder,) = box_of(town, days=340)
    assert f"/certificate/{row.code}" in reminder.get_content()
    assert kept(town, row).reminder_email is None
    assert town.browser().get(link_in(question)).status_code == 404
    assert box_of(town, days=30) == []


def test_who_does_not_answer_is_forgotten(town: Town) -> None:
    row = earned(town, town.browser(), reminder_email="rosa@mail.example")
    assert len(box_of(town)) == 1
    assert box_of(town, days=15) == []
    assert kept(town, row).reminder_email is None


def test_who_wants_none_is_forgotten_at_once(town: Town) -> None:
    row = earned(town, town.browser(), reminder_email="rosa@mail.example")
    (question,) = box_of(town)
    assert "Your address is deleted" in text(press(town.browser(), link_in(question), {"stop": "y"}))
    assert kept(town, row).reminder_email is None


def test_an_address_gets_one_message_a_day_however_many_certificates_name_it(town: Town) -> None:
    for _ in range(3):
        earned(town, town.browser(), reminder_email="victim@mail.example")
    assert [len(box_of(town, days=days)) for days in (0, 0, 0.5, 0.5, 1, 1)] == [1, 0, 0, 1, 1, 0]


def test_many_certificates_an_hour_for_one_address_are_refused_with_words(town: Town) -> None:
    for _ in range(3):
        earned(town, town.browser(), reminder_email="victim@mail.example")
    phone = town.browser()
    runs = passed(town, phone)
    answer = ask(phone, runs, reminder_email="victim@mail.example")
    assert answer.status_code == 422 and answer.get_json()["too_often"] is True
    assert ask(phone, runs).status_code == 200, "without the address it is given"
    assert HEADERS["X-Guidance"]


def test_a_server_that_is_down_loses_no_question_and_no_reminder(town: Town) -> None:
    row = earned(town, town.browser(), reminder_email="rosa@mail.example")

    def refuse(_message: EmailMessage) -> None:
        raise ConnectionRefusedError

    assert send_reminders(town.store, town.clock, ground(), LETTERHEAD, refuse).failed == 1
    (question,) = box_of(town)
    press(town.browser(), link_in(question))
    town.clock.advance(days=340)
    assert send_reminders(town.store, town.clock, ground(), LETTERHEAD, refuse).failed == 1
    assert len(box_of(town)) == 1 and kept(town, row).reminder_email is None


def test_any_error_in_one_row_leaves_the_others_alone(town: Town) -> None:
    for name in ("a", "b", "c"):
        earned(town, town.browser(), reminder_email=f"{name}@mail.example")
    box: list[EmailMessage] = []

    def send(message: EmailMessage) -> None:
        if "b@" in message["To"]:
            raise RuntimeError("nobody foresaw this")
        box.append(message)

    done = send_reminders(town.store, town.clock, ground(), LETTERHEAD, send)
    assert (done.asked, done.failed) == (2, 1) and len(box) == 2


@dataclass
class Post:
    """An installation with a mail server, and its command."""

    server: Server
    office: HostileMailServer

    def remind(self) -> str:
        return self.server.run_command("practice-reminders")

    def certificate(self, address: str, days_old: int = 0) -> None:
        """A certificate with an address as an older version would have kept it."""
        store = self.server.store()
        at = StoreClock(store).now() - timedelta(days=days_old)
        with store.transaction() as db:
            row = CertificateRow(str(uuid4()), uuid4().hex[:10], "front_desk", "school", None, to_text(at), {}, ())
            certificates.add_certificate(db, row)
            db.execute("UPDATE certificates SET reminder_email = ? WHERE id = ?", (address, row.id))
            if days_old:
                certificates.set_asked(db, row.id, row.id, to_text(at))
                certificates.confirm(db, row.id, to_text(at))
        store.close()

    def move(self, seconds: float) -> None:
        store = self.server.store()
        with store.transaction() as db:
            set_offset(db, seconds)
        store.close()


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with HostileMailServer() as office:
        settings = {"GUIDANCE_TEST_CLOCK": "1", "GUIDANCE_SMTP_URL": office.url,
                    "GUIDANCE_MAIL_FROM": "Demo City <guidance@city.example>"}  # fmt: skip
        server = Server(tmp_path / "data", settings)
        server.prepare()
        yield Post(server, office)
        server.stop()


def test_the_command_goes_on_past_bad_addresses_and_refusals(post: Post) -> None:
    for address in ("g:root;@mail.example", "first@mail.example", "nobody@mail.example", "last@mail.example"):
        post.certificate(address, days_old=400)
    post.office.manner = Manner({"QUIT": "421 busy"}, refused={"nobody@mail.example": "550 5.1.1 nobody"})
    said = post.remind()
    assert "2 reminders sent" in said and "2 addresses deleted" in said
    assert [each.recipients for each in post.office.taken] == [("first@mail.example",), ("last@mail.example",)]
    assert "0 reminders sent" in post.remind()


def test_the_command_asks_an_address_of_before_first_and_a_stepped_clock_holds_nothing_up(post: Post) -> None:
    post.certificate("first@mail.example")
    post.move(90_000)
    assert "1 addresses asked" in post.remind()
    post.move(0)
    post.certificate("first@mail.example")
    assert "1 addresses asked" in post.remind()
    assert "asked" not in post.remind()
