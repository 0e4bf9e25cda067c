"""What went wrong, as problem+json (RFC 9457) for the JSON lane and as a page for people. The one table of errors."""

from __future__ import annotations

import json
import logging
import sqlite3
from typing import Any

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from guidance.incident.schema import FieldProblem
from guidance.people.budget import NoRoom
from guidance.translations.mark import N_
from guidance.web.gettext import said

logger = logging.getLogger("guidance.web")

TITLES = {
    400: N_("This request cannot be read"),
    401: N_("Sign in first"),
    403: N_("This request is not allowed"),
    404: N_("There is nothing here for you"),
    405: N_("This address does not do that"),
    409: N_("This revision is here already with other content; both are kept"),
    413: N_("This is too large"),
    415: N_("Send JSON"),
    422: N_("Some fields are not right"),
    429: N_("Too many tries; wait a little"),
    500: N_("Something broke on our side"),
    503: N_("Not able to store anything right now; keep it and try again"),
}
DETAILS = {
    404: N_("Check the address, or go back to the start."),
    405: N_("Go back to the start and try another way."),
    413: N_("Send less at once."),
    500: N_("It is not your fault. Try again; if it stays, call your supervisor."),
    503: N_("Nothing was stored. What you typed is still on the phone; it will be sent again."),
}
NO_ROOM = {
    True: N_("Phones that have not joined a site cannot store more now. Call your supervisor, and join your site."),
    False: N_("The server’s disk is almost full. Only alerts and reports are stored now. Tell your administrator."),
}


RETRY_AFTER = 5


class Problem(Exception):
    """An answer of the JSON lane that is not a success."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: list[FieldProblem] | None = None,
        retry_after: int = RETRY_AFTER,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.status = status
        self.detail = detail
        self.errors = errors or []
        self.members = members


def problem_response(problem: Problem) -> Response:
    """The problem as `application/problem+json`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, "It did not work"),
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    if problem.errors:
        body["errors"] = [{"field": each.field, "detail": each.detail} for each in problem.errors]
    response = Response(json.dumps(body), problem.status, mimetype="application/problem+json")
    if problem.status == 503:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def wants_json() -> bool:
    """Whether this request came over the JSON lane."""
    accepts = request.accept_mimetypes
    return request.path.startswith("/api/") or (
        accepts.best_match(["text/html", "application/json"]) == "application/json"
        and accepts["application/json"] > accepts["text/html"]
    )


def answer(status: int, detail: str = "") -> Response:
    """An error as JSON, in English and with `detail`, or as a page with our own words in the reader's language."""
    if wants_json():
        return problem_response(Problem(status, DETAILS.get(status, detail)))
    title = said(TITLES.get(status, TITLES[500]))
    page = render_template("error.html", status=status, title=title, detail=said(DETAILS.get(status, "")))
    return Response(page, status)


def install(app: Flask) -> None:
    """Turn every exception of a view into one of the answers above."""

    @app.errorhandler(Problem)
    def on_problem(problem: Problem) -> Response:
        return problem_response(problem)

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        if error.response is not None and isinstance(error.response, Response):
            return error.response
        status = error.code or 500
        return answer(status, error.description or "")

    @app.errorhandler(NoRoom)
    def on_no_room(refusal: NoRoom) -> Response:
        words = NO_ROOM[refusal.strangers_only]
        if wants_json():
            detail = f"{words} Nothing was stored; keep it and send it again."
            return problem_response(Problem(503, detail, retry_after=refusal.retry_after, reason=refusal.reason))
        page = render_template("error.html", status=503, title=said(TITLES[503]), detail=said(words))
        return Response(page, 503, headers={"Retry-After": str(refusal.retry_after)})

    @app.errorhandler(sqlite3.OperationalError)
    def on_store(error: sqlite3.OperationalError) -> Response:
        # Busy, full or unreadable disk: nothing was written, so the phone keeps what it has and comes again.
        logger.error("the store refused: %s", type(error).__name__ + ": " + str(error))
        return answer(503)

    @app.errorhandler(Exception)
    def on_bug(error: Exception) -> Response:
        logger.exception("unexpected error in %s", request.endpoint)
        return answer(500)
