from __future__ import annotations

import re
from datetime import UTC, timedelta
from uuid import uuid4

import pytest

from guidance.clock import to_text
from guidance.practice import readiness
from guidance.practice.certificates import Ground
from guidance.practice.readiness import Readiness
from guidance.store import people, subscriptions
from guidance.store.subscriptions import SubscriptionRow
from tests.people.town import COUNSEL, ELM, OAK, Town, press, text
from tests.practice.classroom import SCHOOL_TRAINER, TRAINER
from tests.practice.runs import HEADERS, LIBRARY, RULES, SHELF, run_body, send

SCHOOL = "Oak Street School"


def of(town: Town, site: str = SCHOOL) -> Readiness:
    ground = Ground(RULES, SHELF, LIBRARY, lambda _db, _hash: None, UTC)
    with town.store.reader() as db:
        (row,) = readiness.gather(
            db, town.clock.now(), [each for each in people.sites(db) if each.name == site], ground
        )
    return row


def certify(town: Town, many: int, site: str = SCHOOL) -> None:
    """So many phones of a site, each with a certificate."""
    for _ in range(many):
        phone, ids = town.phone(site), []
        for scenario in RULES.required("front_desk", "school"):
            ids.append(str(uuid4()))
            send(phone, run_body(town.clock, SHELF.scenarios[scenario], seconds=30), ids[-1])
        wish = {"role": "front_desk", "site_type": "school", "runs": ids}
        assert phone.post("/api/practice/certificates", json=wish, headers=HEADERS).status_code == 200


def test_a_site_that_never_practised_says_so(town: Town) -> None:
    row = of(town)
    assert (row.staff, row.certified, row.percent, row.last_practice, row.phones) == (14, None, None, "", 0)
    assert (row.seconds_to_outcome, row.reached) == (None, False)


def test_what_speaks_of_fewer_than_five_people_is_hidden(town: Town) -> None:
    certify(town, 4)
    row = of(town)
    assert (row.certified, row.percent, row.seconds_to_outcome, row.seconds_to_alert) == (None, None, None, None)
    certify(town, 1)
    row = of(town)
    assert (row.certified, row.percent) == (5, 36)
    assert row.seconds_to_outcome == pytest.approx(30, abs=0.1)
    assert row.seconds_to_alert == 10


def test_a_share_of_a_staff_of_fewer_than_five_is_hidden(town: Town) -> None:
    certify(town, 5)
    assert press(town.browser(OAK), "/readiness", {"staff": "4"}, to=_staff(town)).status_code == 303
    assert (of(town).staff, of(town).certified, of(town).percent) == (4, None, None)


def test_certificates_that_ended_do_not_count(town: Town) -> None:
    certify(town, 5)
    town.clock.advance(days=370)
    assert of(town).certified is None


def test_phones_count_as_in_use_for_thirty_days(town: Town) -> None:
    town.phone(SCHOOL)
    town.clock.advance(days=20)
    town.phone(SCHOOL)
    assert (of(town).phones, of(town).phones_seen) == (2, 2)
    town.clock.advance(days=15)
    assert (of(town).phones, of(town).phones_seen) == (2, 1)


def test_a_push_reaches_a_site_once_it_is_proven_to_arrive(town: Town) -> None:
    person = town.person(OAK)
    row = SubscriptionRow(str(uuid4()), person.id, "https://push.example/1", "k", "a", "2026-11-24T11:00:00.000Z")
    with town.store.transaction() as db:
        subscriptions.save(db, row)
    assert of(town).reached is False
    with town.store.transaction() as db:
        subscriptions.prove(db, [row.id], "2026-11-24T11:00:05.000Z", "2026-11-24T11:00:00.000Z")
    assert of(town).reached is True and of(town, "Elm Avenue School").reached is False


def test_a_proof_has_an_age_and_a_refusal_since_voids_it(town: Town) -> None:
    row = SubscriptionRow(
        "s", town.person(OAK).id, "https://push.example/1", "k", "a", to_text(town.clock.now() - timedelta(days=400))
    )
    with town.store.transaction() as db:
        subscriptions.save(db, row)
    proofs = {
        timedelta(days=-400): False,
        timedelta(days=-29): True,
        timedelta(days=-31): False,
        timedelta(days=9): False,
    }
    for age, reached in proofs.items():
        with town.store.transaction() as db:
            db.execute("UPDATE push_subscriptions SET proven_at = ?", (to_text(town.clock.now() + age),))
        assert (of(town).reached, of(town).hoped) == (reached, True)
    assert "not proven lately" in text(town.browser(OAK).get("/readiness"))
    at = to_text(town.clock.now())
    with town.store.transaction() as db:
        subscriptions.prove(db, ["s"], at, at)
        assert subscriptions.refuse(db, "s", at)
    assert (of(town).reached, of(town).hoped) == (False, False)
    assert "reaches nobody" in text(town.browser(OAK).get("/readiness"))
    with town.store.transaction() as db:
        subscriptions.prove(db, ["s"], at, at)
    assert of(town).reached is True


@pytest.mark.parametrize(
    ("who", "sites"),
    [
        (OAK, {"Oak Street School"}),
        (SCHOOL_TRAINER, {"Oak Street School", "Elm Avenue School"}),
        (COUNSEL, 7),
        (TRAINER, 7),
    ],
)
def test_each_sees_the_readiness_of_the_own_sites(town: Town, who: str, sites: set[str] | int) -> None:
    page = town.browser(who).get("/readiness").get_data(as_text=True)
    shown = set(re.findall(r'<th scope="row"><bdi>([^<]+)', page))
    assert shown == sites if isinstance(sites, set) else len(shown) == sites


def test_only_the_sites_own_supervisor_sets_its_staff(town: Town) -> None:
    assert press(town.browser(ELM), "/readiness", {"staff": "9"}, to=_staff(town)).status_code == 404
    assert press(town.browser(OAK), "/readiness", {"staff": "-3"}, to=_staff(town)).status_code == 400
    assert of(town).staff == 14
    press(town.browser(OAK), "/readiness", {"staff": ""}, to=_staff(town))
    assert of(town).staff is None
    assert "staff count not known" in text(town.browser(OAK).get("/readiness"))


def _staff(town: Town) -> str:
    return f"/readiness/sites/{town.site_id(SCHOOL)}"
