"""A supervisor's pages of one site: a join code to show, and the devices that joined."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import segno
from flask import Blueprint, abort, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlite_utils import Database

from guidance.clock import to_text
from guidance.people import join
from guidance.people.scope import supervises
from guidance.people.tokens import show_code
from guidance.store import devices, people
from guidance.store.people import Site
from guidance.web.access import for_person
from guidance.web.context import parts
from guidance.web.forms import ConfirmForm, keep_stale_forms, problems, submitted
from guidance.web.paging import page_number

# How long a supervisor is told that a code met its limit.
LIMIT_SHOWN = timedelta(days=7)

blueprint = Blueprint("sites", __name__, url_prefix="/board/sites/<uuid:site_id>")
keep_stale_forms(blueprint)

LISTED = 100  # devices on one page


@blueprint.route("/join", methods=["GET", "POST"])
@for_person("supervisor")
def join_page(site_id: UUID) -> ResponseReturnValue:
    """The site's devices; the button makes a code, which is shown this once since only its hash is kept."""
    here, form, code = parts(), ConfirmForm(), ""
    now = here.clock.now()
    if submitted(form):
        with here.store.transaction() as db:
            site = _own(db, site_id)
            code = join.make_code(db, now, here.settings, site, g.person.id)
    return _page(site_id, code, problems(form))


@blueprint.post("/join/end")
@for_person("supervisor")
def end_codes(site_id: UUID) -> ResponseReturnValue:
    """End every join code of the site at once."""
    here, form = parts(), ConfirmForm()
    if not submitted(form):
        return _page(site_id, "", problems(form))
    with here.store.transaction() as db:
        join.end_codes(db, here.clock.now(), _own(db, site_id), g.person.id)
    return redirect(f"/board/sites/{site_id}/join", 303)


@blueprint.post("/devices/<uuid:device_id>/revoke")
@for_person("supervisor")
def revoke(site_id: UUID, device_id: UUID) -> ResponseReturnValue:
    """End one device's enrolment. From its next request on, its reports count as not verified."""
    here, form = parts(), ConfirmForm()
    if not submitted(form):
        return _page(site_id, "", problems(form))
    with here.store.transaction() as db:
        site = _own(db, site_id)
        device = devices.device(db, str(device_id))
        if device is not None and device.site_id == site.id:
            join.revoke(db, here.clock.now(), device.id, g.person.id)
    return redirect(f"/board/sites/{site_id}/join", 303)


def _own(db: Database, site_id: UUID) -> Site:
    site = people.site(db, str(site_id))
    if site is None or not supervises(g.person, site.id, site.agency_id):
        abort(404)
    return site


def _page(site_id: UUID, code: str, refused: list[str]) -> ResponseReturnValue:
    here = parts()
    now = here.clock.now()
    with here.store.reader() as db:
        site = _own(db, site_id)
        joined = devices.count_devices(db, site.id)
        last = max(1, -(-joined // LISTED))
        page = min(page_number(request.args.get("page", "")), last)
        listed = devices.devices_of_site(db, site.id, offset=LISTED * (page - 1), limit=LISTED)
        limited_at = devices.limited_at(db, site.id, to_text(now - LIMIT_SHOWN))
        open_codes = devices.open_codes(db, site.id, to_text(now))
    address = join.join_address(here.settings, code) if code else ""
    html = render_template(
        "site_join.html",
        site=site,
        code=show_code(code) if code else "",
        address=address,
        qr=qr_code(address) if address else "",
        hours=here.settings.join_code_hours,
        devices=listed,
        joined=joined,
        page=page,
        last=last,
        open_codes=open_codes,
        limited_at=limited_at,
        ended={each.id for each in listed if join.has_ended(each, now, here.settings)},
        problems=refused,
        person=g.person,
        now=now,
    )
    return make_response(html, 400 if refused else 200)


def qr_code(address: str) -> Markup:
    """An address as a QR code in SVG. It has no style attribute and no data: address, which our policy forbids.

    For cameras alone: the page says the address or the code in words beside it.
    """
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(scale=4, border=4, omitsize=True, svgclass="qr", lineclass=None, light="#fff", dark="#000")
    svg = svg.replace("<svg ", '<svg aria-hidden="true" ', 1)
    return Markup(svg)  # noqa: S704 - made by segno from our own address
