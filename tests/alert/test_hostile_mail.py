"""Mail servers as they are: what they confirmed is sent, what may pass is tried again, and none can take our time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from guidance.alert.mail import MailAlert, MailSender, mail_sender
from guidance.alert.outcome import Answer
from guidance.alert.policy import Policy, policy_of
from guidance.alert.push import PushSender
from guidance.alert.worker import Worker
from guidance.clock import FixedClock, to_text
from guidance.mail import BadMailSetting
from guidance.settings import Settings
from guidance.store import deliveries
from guidance.store.db import Store
from tests.alert.city import EVERYWHERE, City
from tests.alert.conftest import Until
from tests.fakes.certificates import make_certificates
from tests.fakes.hostile_mail import HostileMailServer, Manner
from tests.fakes.push_service import FakePushService, new_browser

ALERT = MailAlert("a-delivery", "ada@city.example", "an-id", "urgent")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileMailServer]:
    certificates = make_certificates(tmp_path / "mail", "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca))
    with HostileMailServer(certificates) as made:
        yield made


@pytest.fixture
def mailing(settings: Settings, office: HostileMailServer) -> Settings:
    return replace(settings, smtp_url=office.url, mail_from="City <alerts@city.example>", base_url="https://g.example")


@pytest.fixture
def mail(mailing: Settings) -> MailSender:
    """A sender with the patience of the tests: half a second to hand a message over, one to have it confirmed."""
    made = mail_sender(mailing)
    assert made.server is not None
    return replace(made, server=replace(made.server, seconds=0.5, answer_seconds=1.0))


def signing_in(mail: MailSender) -> MailSender:
    assert mail.server is not None
    return replace(mail, server=replace(mail.server, user="user", password="secret", seconds=3.0))


@pytest.mark.parametrize(
    "ending",
    [Manner({"QUIT": "421 too busy"}), Manner({"QUIT": ""}), Manner({"QUIT": "550 no"}), Manner({"QUIT": "x"})],
)
def test_what_the_server_confirmed_is_sent_whatever_it_says_at_the_end(
    mail: MailSender, office: HostileMailServer, ending: Manner
) -> None:
    office.manner = ending
    assert mail.send(ALERT).status == 200
    assert len(office.taken) == 1


def test_a_goodbye_that_drips_is_not_waited_for(mail: MailSender, office: HostileMailServer) -> None:
    office.manner = Manner({"QUIT": "221 " + "x" * 3000})
    assert mail.send(ALERT).status == 200


def test_a_server_that_confirms_late_is_waited_for_longer_than_one_that_talks_slowly(
    mail: MailSender, office: HostileMailServer
) -> None:
    office.manner = Manner(confirm_after=0.7)  # more than the whole conversation may take, less than the confirmation
    assert mail.send(ALERT).status == 200
    assert len(office.arrivals) == 1


def test_the_settings_wait_ten_minutes_for_the_confirmation(mailing: Settings) -> None:
    server = mail_sender(mailing).server
    assert server is not None and (server.seconds, server.answer_seconds) == (60, 600)


@pytest.mark.parametrize("where", ["GREETING", "EHLO", "MAIL", "RCPT", "TAKEN"])
def test_a_server_that_drips_cannot_stretch_the_time(mail: MailSender, office: HostileMailServer, where: str) -> None:
    office.manner = Manner({where: f"{'220' if where == 'GREETING' else '250'} " + "x" * 200}, drip=0.05)
    begun = time.monotonic()
    assert mail.send(ALERT).problem == "timeout"
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("manner", "problem"),
    [
        (Manner({"GREETING": "554 not you"}), "smtp 554"),
        (Manner({"GREETING": "421 later"}), "smtp 421"),
        (Manner({"GREETING": "SSH-2.0-OpenSSH_9.2"}), "bad answer"),
        (Manner({"GREETING": ""}), "connection"),
        (Manner({"GREETING": "220 " + "x" * 100_000}), "bad answer"),
        (Manner({"EHLO": "\r\n".join(["250-x"] * 500)}), "bad answer"),
        (Manner({"MAIL": "451 4.7.1 greylisted"}), "smtp 451"),
        (Manner({"MAIL": "550 5.7.1 you may not send"}), "smtp 550"),
        (Manner({"RCPT": "450 4.2.0 greylisted"}), "smtp 450"),
        (Manner({"RCPT": "421 4.7.0 too many connections"}), "smtp 421"),
        (Manner({"RCPT": "550 5.7.1 relay access denied"}), "smtp 550"),
        (Manner({"RCPT": "554 5.7.1 blocked"}), "smtp 554"),
        (Manner({"RCPT": "552 full"}), "smtp 552"),
        (Manner({"RCPT": "530 5.7.0 sign in first"}), "smtp 530"),
        (Manner({"DATA": "451 later"}), "smtp 451"),
        (Manner({"DATA": "554 no valid recipients"}), "smtp 554"),
        (Manner({"TAKEN": "451 later"}), "smtp 451"),
        (Manner({"TAKEN": "554 5.6.0 looks like spam"}), "smtp 554"),
        (Manner({"TAKEN": ""}), "connection"),
    ],
)
def test_what_is_not_about_the_recipient_may_pass(
    mail: MailSender, office: HostileMailServer, manner: Manner, problem: str
) -> None:
    office.manner = manner
    answer = mail.send(ALERT)
    assert (answer.problem, answer.final) == (problem, False)
    office.manner = Manner()
    assert mail.send(ALERT).status == 200


@pytest.mark.parametrize(
    "answer", ["550 nobody", "550 5.1.1 nobody", "551 moved", "553 no such name", "556 5.1.10 takes no mail"]
)
def test_what_is_about_the_recipient_is_final(mail: MailSender, office: HostileMailServer, answer: str) -> None:
    office.manner = Manner({"RCPT": answer})
    assert mail.send(ALERT) == Answer(problem=f"smtp {answer[:3]}", final=True)


def test_a_password_that_is_refused_for_a_while_is_tried_again(mail: MailSender, office: HostileMailServer) -> None:
    office.manner = Manner({"AUTH": "535 5.7.8 not now"}, starttls=True)
    assert signing_in(mail).send(ALERT) == Answer(problem="smtp 535")
    office.manner = Manner(starttls=True)
    assert signing_in(mail).send(ALERT).status == 200
    assert office.taken[0].secret


def test_encryption_that_is_taken_away_never_lets_a_password_out(mail: MailSender, office: HostileMailServer) -> None:
    assert signing_in(mail).send(ALERT) == Answer(problem="tls")
    assert "AUTH" not in office.verbs and not office.taken


def test_words_smuggled_in_before_the_encryption_are_not_taken_for_the_servers(
    mail: MailSender, office: HostileMailServer
) -> None:
    office.manner = Manner(starttls=True, injected=b"250-evil\r\n250 AUTH PLAIN\r\n")
    assert signing_in(mail).send(ALERT).problem == "bad answer"
    assert "AUTH" not in office.verbs


def test_each_message_has_one_recipient_and_a_name_that_stays_the_same(
    mail: MailSender, office: HostileMailServer
) -> None:
    office.manner = Manner(confirm_after=1.5)
    assert mail.send(ALERT).problem == "timeout"
    office.manner = Manner()
    assert mail.send(ALERT).status == 200
    assert mail.send(replace(ALERT, delivery="another", address="ben@city.example")).status == 200
    assert office.arrivals == ["<a-delivery@g.example>", "<a-delivery@g.example>", "<another@g.example>"]
    assert {each.recipients for each in office.taken} == {("ada@city.example",), ("ben@city.example",)}
    assert {each.sender for each in office.taken} == {"alerts@city.example"}
    assert office.taken[-1].message["From"] == "City <alerts@city.example>"


@pytest.mark.parametrize(
    "address", ["g:root;@mail.example", "ada@a.example,ben@b.example", "Ada <ada@a.example>", "ada", "ada@a", ""]
)
def test_what_is_not_one_mailbox_gets_nothing(mail: MailSender, office: HostileMailServer, address: str) -> None:
    assert mail.send(replace(ALERT, address=address)).final
    assert not office.connections


@pytest.mark.parametrize(
    "sender", ["a@city.example, b@city.example", "city: a@b.example;", "@", "a@b\nBcc: c@d.example"]
)
def test_a_sender_that_is_not_one_mailbox_is_refused_with_the_setting(mailing: Settings, sender: str) -> None:
    with pytest.raises(BadMailSetting, match="GUIDANCE_MAIL_FROM"):
        mail_sender(replace(mailing, mail_from=sender))


def test_a_mail_server_that_hangs_delays_no_push_and_its_mails_are_kept_by_their_worker(
    mailing: Settings,
    office: HostileMailServer,
    service: FakePushService,
    store: Store,
    clock: FixedClock,
    sender: PushSender,
    city: City,
    until: Until,
) -> None:
    for number in range(40):
        city.person(f"m{number}", EVERYWHERE, on_duty=False)
    city.person("p", EVERYWHERE, on_duty=False, browsers=[service.subscribe("b")])
    office.manner = Manner(confirm_after=1.2)
    policy = policy_of(mailing)
    worker = Worker(store, clock, policy, sender, mail_sender(mailing), 10)
    City(city.store, policy).incident(clock.now())
    begun = time.monotonic()
    until(worker, lambda: service.received("b"))
    assert time.monotonic() - begun < 1.2, "the push came before any mail was confirmed"
    clock.advance(seconds=60)  # past every lease, by a clock that jumps
    other = Worker(store, clock, policy, sender, mail_sender(mailing), 10)
    for _ in range(3):
        other.step()
        worker.step()
    assert not other._lanes.jobs, "a live worker's mails are not taken from it"
    until(worker, lambda: len(office.taken) >= 8)
    assert len(set(office.arrivals)) == len(office.arrivals)


def test_neither_channel_waits_behind_the_others_queue(store: Store, clock: FixedClock, city: City) -> None:
    city.person("p", EVERYWHERE, on_duty=False, browsers=[new_browser("b", "https://push.test")])
    City(city.store, Policy(email=True)).incident(clock.now())
    with store.transaction() as db:
        for channel, due in (("email", "11:00"), ("push", "11:30")):
            for number in range(20):
                db.execute(
                    "INSERT INTO deliveries (id, alert_id, tier, person_id, channel, target, state, due_at, "
                    "created_at) SELECT :id, id, 1, 'p', :channel, :id, 'queued', :due, :due FROM alerts",
                    {"id": f"{channel}{number}", "channel": channel, "due": f"2026-11-24T{due}:00.000Z"},
                )
        leased = deliveries.lease(db, to_text(clock.now()), "2026-11-24T12:10:00.000Z", 4)
    assert sorted(each.channel for each in leased) == ["email"] * 4 + ["push"] * 4
