"""Forms of people's pages (Flask-WTF). One whose token went stale comes back as it was typed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from guidance.incident.desk import AUDIENCES, CLOSE_REASONS, NOTE_CHARACTERS

STALE = _l("This page waited too long. Nothing was lost: press the button again.")


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """A single button."""


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A join code, typed."""

    code = StringField(
        _l("Join code"),
        validators=[InputRequired(_l("Type the code that your supervisor shows you.")), Length(max=40)],
    )


class NoteForm(FlaskForm):  # type: ignore[misc]
    """A note on an incident. The JavaScript-free limit of the text is the server's."""

    text = TextAreaField(
        _l("Note"),
        validators=[
            InputRequired(_l("Write something first.")),
            Length(max=NOTE_CHARACTERS, message=_l("At most 500 characters fit. Shorten it.")),
        ],
    )
    audience = RadioField(choices=[SelectChoice(each) for each in AUDIENCES], default="desk")


class CloseForm(FlaskForm):  # type: ignore[misc]
    """The end of an incident."""

    reason = RadioField(
        _l("Why"),
        choices=[SelectChoice(value, words) for value, words in CLOSE_REASONS.items()],
        validators=[InputRequired(_l("Choose a reason for closing."))],
    )
    text = StringField(_l("In a few words"), validators=[Optional(), Length(max=NOTE_CHARACTERS)])


class DutyForm(FlaskForm):  # type: ignore[misc]
    """On duty or not."""

    on_duty = BooleanField()


def submitted(form: FlaskForm) -> bool:
    """Whether a form was sent and is right. A stale one is neither lost nor accepted: it says to press again."""
    if request.method != "POST":
        return False
    if g.get("stale_form"):
        form.form_errors = [*form.form_errors, STALE]
        return False
    return bool(form.validate())


def problems(form: FlaskForm) -> list[str]:
    """Everything that is wrong with a form, in words."""
    found = [str(error) for errors in form.errors.values() for error in errors]
    return list(dict.fromkeys(found))


def keep_stale_forms(blueprint: Blueprint) -> None:
    """Let a failed form token of this blueprint's views show the same form again, with the values kept."""

    @blueprint.errorhandler(CSRFError)
    def again(error: CSRFError) -> ResponseReturnValue:
        g.stale_form = True
        view: Any = current_app.view_functions[request.endpoint or ""]
        try:
            response = make_response(view(**(request.view_args or {})))
        except Exception as refusal:  # this runs inside an error handler, which no other one stands behind
            return current_app.handle_user_exception(refusal)
        if response.status_code == 200:
            response.status_code = 400
        return response
