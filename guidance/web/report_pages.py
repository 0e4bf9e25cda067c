"""The phone's own pages about reports: the details form, My reports, and the alert of a phone without JavaScript."""

from __future__ import annotations

import uuid
from uuid import uuid4

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlite_utils import Database
from wtforms import HiddenField
from wtforms.validators import UUID

from guidance.alert.intake import file_report
from guidance.clock import to_text
from guidance.incident.desk import CLOSE_REASONS
from guidance.incident.progress import Progress, progress_of
from guidance.incident.receive import Sender
from guidance.protocol.model import Protocol
from guidance.store import people, reports
from guidance.store.devices import Device
from guidance.web import content
from guidance.web.access import current_device, open_to_all
from guidance.web.context import parts
from guidance.web.forms import Form, keep_stale_forms, problems, submitted
from guidance.web.home import entries
from guidance.web.pages import public_page

blueprint = Blueprint("report_pages", __name__)
keep_stale_forms(blueprint)


class AlertForm(Form):
    """One button. The report's id is made with the page, so that pressing twice files once."""

    report = HiddenField(validators=[UUID()])


@blueprint.app_context_processor
def kinds_of_report() -> dict[str, object]:
    """For templates: what an alert can be about (`alert_choices`), every kind of report (`report_kinds`), and why an
    incident can be closed (`close_reasons`)."""
    protocols = list(parts().library.protocols.values())
    main = entries(protocols, "main")
    return {"alert_choices": main, "report_kinds": [*main, *entries(protocols, "more")], "close_reasons": CLOSE_REASONS}


@blueprint.get("/<locale>/report")
@open_to_all
def report(locale: str) -> Response:
    """The details form: one document for everybody; which report it is about stands in the fragment alone."""
    return public_page("report.html", context=lambda: {"catalog": content.catalog()})


@blueprint.get("/<locale>/my-reports")
@open_to_all
def my_reports(locale: str) -> Response:
    """What this phone sent and what still waits on it: one document, filled from the phone's own store."""
    return public_page("my_reports.html", context=dict)


@blueprint.route("/<locale>/alert/<protocol_id>", methods=["GET", "POST"])
@open_to_all
def alert(locale: str, protocol_id: str) -> ResponseReturnValue:
    """The early alert by a form, for a phone without JavaScript. An enrolled device gets a button, all get numbers."""
    protocol = parts().library.get(protocol_id)
    if protocol is None:
        abort(404)
    device, form = current_device(), AlertForm(report=_report_id(request.args.get("report", "")))
    if device is not None and submitted(form):
        report_id = _file(protocol, device, locale, str(uuid.UUID(form.report.data)))
        return redirect(url_for(".alert", locale=locale, protocol_id=protocol.id, report=report_id), 303)
    return _alert_page(protocol, device, form)


def _alert_page(protocol: Protocol, device: Device | None, form: AlertForm) -> Response:
    with parts().store.reader() as db:
        site = people.site(db, device.site_id) if device else None
        contacts = people.contacts(db, site) if site else []
        progress = _progress(db, device, request.args.get("report", ""))
    page = render_template(
        "alert.html",
        protocol=protocol,
        site=site,
        contacts=contacts,
        progress=progress,
        form=form,
        problems=problems(form),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _report_id(asked: str) -> str:
    """The id that the phone gave its own alert, so that both ways file one report; a new one where that is taken."""
    try:
        report_id = str(uuid.UUID(asked))
    except ValueError:
        return str(uuid4())
    with parts().store.reader() as db:
        return str(uuid4()) if reports.find_report(db, report_id) else report_id


def _progress(db: Database, device: Device | None, report_id: str) -> Progress | None:
    found = reports.find_report(db, report_id)
    if found is None or device is None or found.device_id != device.id:
        return None
    return progress_of(db, found)


def _file(protocol: Protocol, device: Device, locale: str, report_id: str) -> str:
    """File revision 1 under the id that came with the page; a second press finds it there and changes nothing."""
    here = parts()
    now = here.clock.now()
    body = {
        "revision": 1,
        "kind": protocol.id,
        "locale": locale,
        "sent_at": to_text(now),
        "protocol": {"id": protocol.id, "hash": protocol.hash},
        "trail": [],
    }
    with here.store.transaction() as db:
        if reports.find_report(db, report_id) is None:
            site = people.site(db, device.site_id)
            sender = Sender(device.id, site.id, site.type) if site else None
            file_report(db, now, report_id, body, sender, here.desk, here.policy)
    return report_id
