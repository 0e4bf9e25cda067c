"""The JSON lane of practice: send a run, follow a class, what is assigned, ask for a certificate.

It writes rows of practice alone. Nothing that comes in here alerts anyone.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, request

from guidance.incident.schema import BodySchema, FieldProblem, closed_object
from guidance.mailbox import BadMailbox, read_mailbox
from guidance.practice import assignments, certificates
from guidance.practice.certificate_rules import ROLES
from guidance.practice.certificates import AddressTooOften, NotEarned, Wish
from guidance.practice.runs import ReceivedRun, RunId, follow, receive_run
from guidance.protocol.model import SITE_TYPES
from guidance.store.devices import Device
from guidance.web import locale
from guidance.web.access import for_device, open_to_all
from guidance.web.context import parts
from guidance.web.lane import BODY_BYTES, SMALL_BODY_BYTES, read_json, require_same_origin
from guidance.web.practice_access import current_trainee, current_walker
from guidance.web.problems import Problem, problem_response

blueprint = Blueprint("practice_api", __name__, url_prefix="/api/practice")

MOST_RUNS = 50
CERTIFICATE_WISH = BodySchema(
    closed_object(
        {
            "role": {"enum": list(ROLES)},
            "site_type": {"enum": list(SITE_TYPES)},
            "runs": {"type": "array", "maxItems": MOST_RUNS, "items": {"type": "string", "maxLength": 36}},
            "reminder_email": {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 254}]},
        },
        required=["role", "site_type", "runs"],
    )
)


@blueprint.before_request
def guard_writes() -> None:
    """Refuse every write that a page of another origin may have caused."""
    if request.method not in {"GET", "HEAD"}:
        require_same_origin(request, parts().settings.base_url)


@blueprint.put("/runs/<uuid:run_id>")
@open_to_all
def put_run(run_id: UUID) -> Response:
    """Send a practice run: 201, the same again 200, other content under the same revision 409."""
    here = parts()
    walker = current_walker()
    limit = here.settings.stranger_body_bytes if walker.budget == "practice" else BODY_BYTES
    body = _checked(here.run_schema, "Correct the named fields and send it again; nothing was stored.", limit)
    with here.store.transaction() as db:
        received = receive_run(db, here.clock.now(), RunId(run_id), body, walker, here.floor)
    return _answer(received)


@blueprint.put("/runs/<uuid:run_id>/progress")
@open_to_all
def put_progress(run_id: UUID) -> Response:
    """Where a trainee stands, for the trainer's board. Best effort: from anyone else it is taken and forgotten."""
    here = parts()
    body = _checked(here.progress_schema, "Nothing was stored.")
    trainee = current_trainee()
    if trainee is not None and trainee[1].ended_at is None:
        with here.store.transaction() as db:
            follow(db, here.clock.now(), RunId(run_id), trainee[0], body, here.floor)
    return Response(status=204)


@blueprint.get("/class")
@open_to_all
def get_class() -> Response:
    """The class of this phone; a tabletop shows the first `revealed` injects of its scenarios, in their order."""
    trainee = current_trainee()
    if trainee is None:
        raise Problem(404, "This phone is in no practice class.")
    participant, found = trainee
    return jsonify(
        {
            "title": found.title,
            "kind": found.kind,
            "nickname": participant.nickname,
            "scenarios": list(found.scenario_ids),
            "revealed": found.revealed,
            "ended": found.ended_at is not None,
        }
    )


@blueprint.get("/assigned")
@for_device
def get_assigned() -> Response:
    """What the site of this phone is to practise."""
    here, device = parts(), g.device
    assert isinstance(device, Device)
    with here.store.reader() as db:
        found = assignments.assigned_to(db, here.today(), device.site_id)
    return jsonify([{"scenario": each.scenario_id, "due_on": each.due_on} for each in found])


@blueprint.post("/certificates")
@open_to_all
def post_certificate() -> Response:
    """Ask for a certificate for runs that the server has. 422 names the scenarios that are still missing."""
    here = parts()
    wish = _wish(_checked(CERTIFICATE_WISH, "Nothing was stored."))
    try:
        with here.store.transaction() as db:
            row = certificates.issue(db, here.clock.now(), wish, here.ground)
    except NotEarned as refusal:
        raise Problem(
            422, "Some scenarios still need a passed run that the server has.", missing=list(refusal.missing)
        ) from refusal
    except AddressTooOften as refusal:
        often = "was given for several certificates within this hour. Leave it out, or ask again in an hour."
        detail = "No certificate was given."
        raise Problem(422, detail, [FieldProblem("/reminder_email", often)], too_often=True) from refusal
    return jsonify({"code": row.code})


def _wish(body: dict[str, Any]) -> Wish:
    problems = [FieldProblem(f"/runs/{at}", "is no id of a run") for at, id in enumerate(body["runs"]) if not _id(id)]
    email = (body.get("reminder_email") or "").strip() or None
    try:
        email = read_mailbox(email) if email else None
    except BadMailbox as wrong:
        problems.append(FieldProblem("/reminder_email", f"is not one e-mail address: {wrong}"))
    if problems:
        raise Problem(422, "Correct the named fields and send it again; nothing was stored.", problems)
    runs = tuple(RunId(UUID(each)) for each in body["runs"])
    return Wish(body["role"], body["site_type"], runs, current_walker().site_id, email, locale.current())


def _id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _checked(schema: BodySchema, detail: str, limit: int = SMALL_BODY_BYTES) -> dict[str, Any]:
    body = read_json(request, limit)
    problems = schema.problems(body)
    if problems:
        raise Problem(422, detail, problems)
    found: dict[str, Any] = body
    return found


def _answer(received: ReceivedRun) -> Response:
    if received.result == "conflict":
        detail = "The content that came first stands; this one was not kept."
        receipt = json.loads(received.receipt.to_json())
        title = "This revision is here already with other content"
        return problem_response(Problem(409, detail, title=title, kept=False, receipt=receipt))
    status = 201 if received.result == "new" else 200
    return Response(received.receipt.to_json(), status, mimetype="application/json")
