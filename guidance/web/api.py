"""The JSON lane for phones: file a report, follow it, and what this device is."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, request

from guidance.alert.intake import file_report
from guidance.clock import from_text
from guidance.incident.progress import Progress, Spoke, may_follow, progress_of
from guidance.incident.receive import Received, Sender
from guidance.store import people, reports
from guidance.store.devices import Device
from guidance.web.access import current_device, enrollment_ended, for_device, open_to_all, renew_device
from guidance.web.context import parts
from guidance.web.lane import BODY_BYTES, read_json, require_same_origin
from guidance.web.problems import Problem, problem_response

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.before_request
def guard_writes() -> None:
    """Refuse every write that a page of another origin may have caused."""
    if request.method not in {"GET", "HEAD"}:
        require_same_origin(request, parts().settings.base_url)


@blueprint.put("/reports/<uuid:report_id>")
@open_to_all
def put_report(report_id: UUID) -> Response:
    """File or revise a report: 201, the same again 200, other content under the same revision 409 with both kept."""
    here = parts()
    device = current_device()
    body = read_json(request, BODY_BYTES if device else here.settings.stranger_body_bytes)
    problems = here.schema.problems(body)
    if problems:
        raise Problem(422, "Correct the named fields and send it again; nothing was stored.", problems)
    with here.store.transaction() as db:
        received = file_report(
            db,
            here.clock.now(),
            str(report_id),
            body,
            _sender(db, device),
            here.desk,
            here.policy,
            left_at=_left_at(),
        )
    response = _answer(received, "" if device else enrollment_ended())
    if device is not None:
        renew_device(response, device)
    return response


@blueprint.get("/reports/<uuid:report_id>/progress")
@open_to_all
def get_progress(report_id: UUID) -> Response:
    """What became of a report, for the device that filed it."""
    here = parts()
    device = current_device()
    with here.store.reader() as db:
        report = reports.find_report(db, str(report_id))
        if report is None or not may_follow(report, device.id if device else None):
            raise Problem(404, "This device has filed no such report.")
        return jsonify(_progress(progress_of(db, report)))


@blueprint.get("/device")
@for_device
def get_device() -> Response:
    """The site of this device, and whom to call there. Kept by the page for when there is no network."""
    device: Device = g.device
    with parts().store.reader() as db:
        site = people.site(db, device.site_id)
        assert site is not None, "a device without its site cannot be: a foreign key holds them together"
        contacts = people.contacts(db, site)
    return jsonify(
        {
            "site": {"id": site.id, "name": site.name, "type": site.type},
            "agency": {"name": site.agency_name},
            "contacts": [asdict(contact) for contact in contacts],
        }
    )


def _left_at() -> datetime | None:
    """When the phone sent it, by its own clock. The header stands outside of the hashed body, which says when it was
    written. One that is no moment is as good as none: no report is refused for it."""
    try:
        return from_text(request.headers.get("X-Guidance-Sent-At", ""))
    except (ValueError, OverflowError):
        return None


def _sender(db: Any, device: Device | None) -> Sender | None:
    site = people.site(db, device.site_id) if device else None
    return Sender(device.id, site.id, site.type) if device and site else None


def _answer(received: Received, ended: str) -> Response:
    """The receipt. Where it is not verified since the phone's enrollment ended, `reason` beside it says why."""
    if received.result == "conflict":
        detail = "The content that came first stands; yours is kept beside it and people were told to look."
        kept = json.loads(received.receipt.to_json())
        return problem_response(Problem(409, detail, kept=True, receipt=kept))
    status = 201 if received.result == "new" else 200
    reason = {"reason": ended} if ended and not received.receipt.verified else {}
    told = {**json.loads(received.receipt.to_json()), **reason}
    return Response(json.dumps(told), status, mimetype="application/json")


def _progress(progress: Progress) -> dict[str, Any]:
    return {
        "id": progress.id,
        "state": progress.state,
        "code": progress.code,
        "verified": progress.verified,
        "received_at": progress.received_at,
        "alerted": {"people": progress.alerted_people},
        "acknowledged": _spoke(progress.acknowledged),
        "notes": [asdict(note) for note in progress.notes],
        "closed": _closed(progress),
    }


def _closed(progress: Progress) -> dict[str, str] | None:
    """The reason in English and as a code, for which a page has its own words."""
    if progress.closed is None:
        return None
    return {"at": progress.closed.at, "reason": progress.closed.text, "code": progress.close_reason}


def _spoke(spoke: Spoke | None) -> dict[str, str] | None:
    return {"by": spoke.by, "at": spoke.at} if spoke else None
