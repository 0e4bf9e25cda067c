from __future__ import annotations

import re
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from guidance.clock import FixedClock
from guidance.settings import Settings
from guidance.store import devices
from guidance.store.db import Store
from guidance.web import join as join_views
from guidance.web.sites import qr_code
from tests.people.town import COUNSEL, ELM, OAK, SCHOOLS, Town, form_token, press, text

SCHOOL = "Oak Street School"


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(join_views, "PAUSE_SECONDS", 0.0)
    return Town(app, store, settings, clock)


def devices_of(town: Town, site: str = SCHOOL) -> list[devices.Device]:
    with town.store.reader() as db:
        return devices.devices_of_site(db, town.site_id(site))


def test_a_link_says_which_site_before_it_enrols_anything(town: Town) -> None:
    phone = town.browser()
    assert "This phone joins Oak Street School" in text(phone.get(town.join_path(SCHOOL)))
    assert devices_of(town) == []


def test_the_button_enrols_the_phone(town: Town) -> None:
    phone = town.phone(SCHOOL)
    (device,) = devices_of(town)
    page = text(phone.get("/joined"))
    assert "This phone belongs to Oak Street School" in page and device.label in page
    assert phone.get("/api/device").get_json()["site"]["name"] == SCHOOL


def test_a_typed_code_leads_to_the_same_question(town: Town) -> None:
    path = town.join_path(SCHOOL)
    code = path.rsplit("/", 1)[1]
    answer = press(town.browser(), "/join", {"code": f" {code[:5].lower()}-{code[5:].lower()} "})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)


def test_a_wrong_code_is_refused_in_words_and_what_was_typed_stays(town: Town) -> None:
    answer = press(town.browser(), "/join", {"code": "K7QM2-9FXRT"})
    assert answer.status_code == 404
    assert "This code does not work" in text(answer)
    assert 'value="K7QM2-9FXRT"' in answer.get_data(as_text=True)
    assert town.browser().get("/join/K7QM29FXRT").status_code == 404


def test_a_code_that_is_older_than_a_day_enrols_nothing(town: Town) -> None:
    phone, path = town.browser(), town.join_path(SCHOOL)
    token = form_token(phone.get(path).get_data(as_text=True))
    town.clock.advance(hours=25)
    assert press(phone, path, token=token).status_code == 404
    assert devices_of(town) == []


def test_a_right_code_works_however_many_wrong_ones_were_tried(town: Town) -> None:
    path = town.join_path(SCHOOL)
    for _ in range(12):
        assert town.browser().get("/join/AAAAABBBBB").status_code == 404
    assert press(town.browser(), path).status_code == 303


def test_after_five_wrong_codes_the_next_ones_wait(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    for _ in range(8):
        town.browser().get("/join/AAAAABBBBB")
    assert len(waited) == 2
    town.browser().get(town.join_path(SCHOOL))
    assert len(waited) == 2


def test_a_stale_form_comes_back_with_the_code_that_was_typed(town: Town) -> None:
    phone = town.browser()
    code = town.join_path(SCHOOL).rsplit("/", 1)[1]
    answer = press(phone, "/join", {"code": code}, token="stale")
    assert answer.status_code == 400
    assert f'value="{code}"' in answer.get_data(as_text=True)


def test_a_phone_that_moves_to_another_site_is_told_so(town: Town) -> None:
    phone = town.phone("Elm Avenue School")
    path = town.join_path(SCHOOL)
    assert "belongs to Elm Avenue School now, and moves" in text(phone.get(path))
    press(phone, path)
    assert devices_of(town, "Elm Avenue School") == []
    assert len(devices_of(town)) == 1


def test_a_device_cookie_lives_400_days_and_is_renewed_in_use(town: Town) -> None:
    phone = town.phone(SCHOOL)
    assert phone.get("/api/device").headers.getlist("Set-Cookie") == []
    town.clock.advance(hours=2)
    (header,) = phone.get("/api/device").headers.getlist("Set-Cookie")
    assert "Max-Age=34560000" in header and "SameSite=Strict" in header
    assert devices_of(town)[0].seen_at > devices_of(town)[0].enrolled_at


def test_a_supervisor_makes_a_code_that_a_phone_can_use(town: Town) -> None:
    oak, page = town.browser(OAK), f"/board/sites/{town.site_id(SCHOOL)}/join"
    shown = press(oak, page).get_data(as_text=True)
    code = re.search(r'class="big-code">([0-9A-Z-]+)<', shown)
    assert code and "<svg" in shown
    assert press(town.browser(), "/join/" + code[1]).status_code == 303
    assert "Phone " + devices_of(town)[0].label in text(oak.get(page))


def test_a_code_is_shown_once_and_never_again(town: Town) -> None:
    oak, page = town.browser(OAK), f"/board/sites/{town.site_id(SCHOOL)}/join"
    press(oak, page)
    again = oak.get(page).get_data(as_text=True)
    assert "big-code" not in again and "1 code can be used now" in again


def test_a_supervisor_ends_all_codes(town: Town) -> None:
    oak, page = town.browser(OAK), f"/board/sites/{town.site_id(SCHOOL)}/join"
    path = town.join_path(SCHOOL)
    press(oak, page, to=page + "/end")
    assert town.browser().get(path).status_code == 404


def test_a_removed_phone_is_a_strangers_from_its_next_request_on(town: Town) -> None:
    phone, oak = town.phone(SCHOOL), town.browser(OAK)
    page = f"/board/sites/{town.site_id(SCHOOL)}/join"
    (device,) = devices_of(town)
    press(oak, page, to=f"/board/sites/{town.site_id(SCHOOL)}/devices/{device.id}/revoke")
    assert phone.get("/api/device").status_code == 404
    assert devices_of(town) == []


def test_a_supervisor_cannot_touch_another_sites_phones(town: Town) -> None:
    town.phone(SCHOOL)
    (device,) = devices_of(town)
    elm = town.browser(ELM)
    own, other = town.site_id("Elm Avenue School"), town.site_id(SCHOOL)
    token = form_token(elm.get(f"/board/sites/{own}/join").get_data(as_text=True))
    assert elm.get(f"/board/sites/{other}/join").status_code == 404
    for path in (f"/board/sites/{other}/join", f"/board/sites/{other}/join/end",
                 f"/board/sites/{other}/devices/{device.id}/revoke"):  # fmt: skip
        assert press(elm, "", to=path, token=token).status_code == 404
    press(elm, "", to=f"/board/sites/{own}/devices/{device.id}/revoke", token=token)
    assert devices_of(town) == [device]


def test_an_agencys_supervisor_looks_after_each_of_its_sites_and_the_committee_after_none(town: Town) -> None:
    schools, counsel = town.browser(SCHOOLS), town.browser(COUNSEL)
    for name, status in (("Oak Street School", 200), ("Elm Avenue School", 200), ("Harbor Hospital", 404)):
        page = f"/board/sites/{town.site_id(name)}/join"
        assert schools.get(page).status_code == status
        assert counsel.get(page).status_code == 404
    assert schools.get(f"/board/sites/{uuid4()}/join").status_code == 404


def test_a_qr_code_needs_nothing_that_the_content_policy_forbids() -> None:
    svg = str(qr_code("https://guidance.city.example/join/K7QM29FXRT"))
    assert svg.startswith("<svg") and "style" not in svg and "data:" not in svg and "http" not in svg


@pytest.mark.parametrize("sent", ["[" * 9000, '"text"', '{"code": [[1]]}', '{"code": 7}', "7"])
@pytest.mark.parametrize("address", ["/join", "/practice/join", "/sign-in/x"])
def test_json_where_a_form_belongs_is_no_form_and_no_error(client: FlaskClient, address: str, sent: str) -> None:
    assert client.post(address, data=sent, content_type="application/json").status_code < 500
