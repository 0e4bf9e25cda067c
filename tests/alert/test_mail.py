from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from guidance.alert.mail import BadMailSetting, MailAlert, MailSender, mail_sender, mail_server
from guidance.alert.policy import policy_of
from guidance.alert.push import PushSender
from guidance.alert.worker import Worker
from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.store import people
from guidance.store.db import Store
from guidance.translations.voices import voice
from tests.alert.city import EVERYWHERE, City
from tests.alert.conftest import Until
from tests.fakes.mail_server import FakeMailServer


@pytest.fixture
def server() -> Iterator[FakeMailServer]:
    with FakeMailServer() as made:
        yield made


@pytest.fixture
def mailing(settings: Settings, server: FakeMailServer) -> Settings:
    return replace(
        settings, smtp_url=server.url, mail_from="alerts@city.example", base_url="https://guidance.city.example"
    )


@pytest.fixture
def mail(mailing: Settings) -> MailSender:
    return mail_sender(mailing)


def test_a_message_has_a_link_and_nothing_about_place_or_people(mail: MailSender, server: FakeMailServer) -> None:
    assert mail.send(MailAlert("a-delivery", "ada@city.example", "an-id", "urgent")).status == 200
    (message,) = server.messages
    assert message["Subject"] == "Guidance: an incident needs you (urgent)"
    assert (message["From"], message["To"]) == ("alerts@city.example", "ada@city.example")
    text = message.get_content()
    assert "https://guidance.city.example/board/incidents/an-id" in text
    assert "Library" not in text and "ada" not in text


def test_it_is_written_in_the_language_in_which_its_reader_signed_in(
    mailing: Settings,
    server: FakeMailServer,
    store: Store,
    clock: FixedClock,
    sender: PushSender,
    until: Until,
    city: City,
) -> None:
    worker = Worker(store, clock, policy_of(mailing), sender, mail_sender(mailing), 10)
    person = city.person("ada", EVERYWHERE)
    with store.transaction() as db:
        people.set_locale(db, person, "ur")
    City(city.store, policy_of(mailing)).incident(clock.now())
    until(worker, lambda: server.messages)
    (message,) = server.messages
    assert voice("ur").say("Details are shown only after you sign in.") in message.get_content()
    assert message["Subject"] == voice("ur").say("Guidance: an incident needs you (urgent)")
    assert "https://guidance.city.example/board/incidents/" in message.get_content()


@pytest.mark.parametrize(
    ("answer", "problem", "final"), [("451 later", "smtp 451", False), ("550 nobody", "smtp 550", True)]
)
def test_a_refusal_for_good_is_told_from_one_that_passes(
    mail: MailSender, server: FakeMailServer, answer: str, problem: str, final: bool
) -> None:
    server.answer = answer
    found = mail.send(MailAlert("a-delivery", "ada@city.example", "an-id", "urgent"))
    assert (found.status, found.problem, found.final) == (None, problem, final)


def test_a_server_that_is_not_there_is_tried_again(mail: MailSender, server: FakeMailServer) -> None:
    server.__exit__()
    assert mail.send(MailAlert("a-delivery", "ada@city.example", "an-id", "urgent")).problem == "connection"


def test_a_password_never_goes_in_the_clear(mailing: Settings, server: FakeMailServer) -> None:
    sender = mail_sender(replace(mailing, smtp_url=server.url.replace("smtp://", "smtp://user:secret@")))
    assert sender.send(MailAlert("a-delivery", "ada@city.example", "an-id", "urgent")).problem == "tls"
    assert not server.messages


def test_an_address_cannot_add_lines_of_its_own(mail: MailSender, server: FakeMailServer) -> None:
    assert mail.send(MailAlert("a-delivery", "ada@city.example\r\nBcc: all@city.example", "an-id", "urgent")).final
    assert not server.messages


def test_the_settings_are_refused_when_they_cannot_work(settings: Settings) -> None:
    for url in ("mail.city.example", "http://mail.city.example", "smtp://", "smtp://host:port"):
        with pytest.raises(BadMailSetting):
            mail_server(url)
    with pytest.raises(BadMailSetting):
        mail_sender(replace(settings, smtp_url="smtp://mail.city.example"))
    assert mail_sender(settings).send(MailAlert("a-delivery", "ada@city.example", "an-id", "urgent")).final
    assert (mail_server("smtps://h").port, mail_server("smtp://h").port) == (465, 587)


def test_the_second_tier_comes_by_mail_too(
    mailing: Settings,
    server: FakeMailServer,
    store: Store,
    clock: FixedClock,
    sender: PushSender,
    until: Until,
    city: City,
) -> None:
    worker = Worker(store, clock, policy_of(mailing), sender, mail_sender(mailing), 10)
    city.person("ada", EVERYWHERE)
    city = City(city.store, policy_of(mailing))
    _, plan = city.incident(clock.now())
    assert (plan.tier, plan.skipped) == (2, (1,))
    until(worker, lambda: server.messages)
    assert server.messages[0]["To"] == "ada@city.example"
    until(worker, lambda: city.deliveries() == [("ada@city.example", 2, "sent")])
