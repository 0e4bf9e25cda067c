"""A certificate's page for its holder, and the public page that says whether a code is genuine. Nothing personal."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from guidance.city_time import day_of_text
from guidance.clock import to_text
from guidance.people.tokens import read_code, show_code, token_hash
from guidance.practice.certificates import Standing, standing
from guidance.store import certificates as rows
from guidance.store import log
from guidance.store.certificates import CertificateRow, Pinned
from guidance.web import content
from guidance.web.access import open_to_all
from guidance.web.context import parts
from guidance.web.forms import keep_stale_forms, problems, submitted
from guidance.web.gettext import _
from guidance.web.practice_forms import ReminderForm, VerifyForm
from guidance.web.practice_words import SITE_TYPE_WORDS
from guidance.web.sites import qr_code

blueprint = Blueprint("certificates", __name__)
keep_stale_forms(blueprint)


@dataclass(frozen=True)
class Shown:
    """What anyone may see of a certificate: nothing of it is about its holder. `risen` are titles of guides."""

    code: str
    role: str
    site_type: str
    issued_on: str
    standing: Standing
    risen: tuple[str, ...]
    protocols: tuple[tuple[str, Pinned], ...]


@blueprint.get("/certificate/<code>")
@open_to_all
def certificate(code: str) -> ResponseReturnValue:
    """The holder's page and sheet. The name is typed into the page and stays in the browser."""
    row = _row(code)
    if row is None:
        abort(404)
    here = parts()
    address = f"{here.settings.base_url}/verify/{show_code(row.code)}"
    return render_template(
        "certificate.html", shown=_shown(row), city=here.settings.city, address=address, qr=qr_code(address)
    )


@blueprint.route("/verify", methods=["GET", "POST"])
@open_to_all
def ask() -> ResponseReturnValue:
    """Type a certificate's code."""
    form = VerifyForm()
    if submitted(form):
        code = read_code(str(form.code.data))
        if code:
            return redirect(f"/verify/{show_code(code)}", 303)
        form.code.errors = [_("This is no code of a certificate. It has ten letters and digits, like K7QM2-9FXRT.")]
    page = render_template("verify.html", form=form, shown=None, asked="", problems=problems(form))
    return make_response(page, 400 if form.errors else 200)


@blueprint.get("/verify/<code>")
@open_to_all
def verify(code: str) -> ResponseReturnValue:
    """Genuine or not; for what; and whether it holds today."""
    row = _row(code)
    shown = _shown(row) if row else None
    form = VerifyForm(formdata=None)
    page = render_template(
        "verify.html", form=form, shown=shown, asked=code[:40], city=parts().settings.city, problems=[]
    )
    return make_response(page, 200 if row else 404)


@blueprint.route("/certificate/reminder/<token>", methods=["GET", "POST"])
@open_to_all
def reminder(token: str) -> ResponseReturnValue:
    """Whether an address wants its reminder. Looking shows two buttons, so that no mail program answers by itself."""
    here, form = parts(), ReminderForm()
    hashed, now = token_hash(token), to_text(here.clock.now())
    with here.store.reader() as db:
        row = rows.asked_by(db, hashed)
    state = "unknown" if row is None else "confirmed" if row.confirmed_at else "asked"
    if row is not None and submitted(form):
        with here.store.transaction() as db:
            if form.stop.data:
                rows.forget_address(db, row.id)
                log.add_entry(db, now, "system", "practice.reminder_given_up", row.id, "asked to stop")
                state = "stopped"
            elif rows.confirm(db, hashed, now):
                log.add_entry(db, now, "system", "practice.reminder_confirmed", row.id)
                state = "confirmed"
    page = render_template("practice/reminder.html", state=state, problems=problems(form))
    return make_response(page, 404 if state == "unknown" else 200)


def _row(typed: str) -> CertificateRow | None:
    code = read_code(typed)
    with parts().store.reader() as db:
        return rows.certificate(db, code) if code else None


def _shown(row: CertificateRow) -> Shown:
    here = parts()
    titles = content.protocol_titles()
    held = standing(row, here.ground, here.clock.now())
    return Shown(
        code=show_code(row.code),
        role=content.role_titles().get(row.role, row.role),
        site_type=str(SITE_TYPE_WORDS.get(row.site_type, row.site_type)),
        issued_on=day_of_text(row.issued_at, here.settings.zone).isoformat(),
        standing=held,
        risen=tuple(sorted(titles.get(id, id) for id in held.risen)),
        protocols=tuple((titles.get(id, id), pinned) for id, pinned in row.protocols.items()),
    )
