"""Forms of people's pages (Flask-WTF). One whose token went stale comes back as it was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, current_app, g, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import BooleanField, DateField, Field, IntegerField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from guidance.incident.desk import AUDIENCES, CLOSE_REASONS, NOTE_CHARACTERS
from guidance.text import ascii_digits, has_forbidden, looks_blank, whole_number
from guidance.translations.mark import N_
from guidance.web.gettext import _, said

STALE = _l("This page waited too long. Nothing was lost: press the button again.")
NO_COOKIE = _l(
    "Your browser sent no cookie. If it blocks cookies, allow them for this site, then press the button again."
)
# What WTForms says by itself, and how we say it. Everything else of its words becomes the general sentence.
BUILT_IN = {
    "Not a valid choice.": N_("Choose one of what is offered."),
    "Not a valid date value.": N_("Write a day as in 2026-11-24."),
    "Not a valid integer value.": N_("Write a whole number."),
}
NOT_RIGHT = N_("This is not filled in right. Check it.")
LONG = Length(max=40, message=_l("At most 40 characters fit. Shorten it."))
WORDS = Length(max=NOTE_CHARACTERS, message=_l("At most 500 characters fit. Shorten it."))


class OurWords:
    """Says for WTForms what it would say in English, in the language of this request."""

    def gettext(self, text: str) -> str:
        """Our sentence for one of WTForms'."""
        return said(BUILT_IN.get(text, NOT_RIGHT))

    def ngettext(self, one: str, many: str, n: int) -> str:
        """WTForms counts where something chosen is not offered; texts that are too long have sentences of ours."""
        return said(BUILT_IN["Not a valid choice."] if "choice" in one else NOT_RIGHT)


class ClearText:
    """Refuses characters that would turn or hide the words beside them; line ends may stand in longer texts."""

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        """Raise `ValidationError` with what to do."""
        if isinstance(field.data, str) and has_forbidden(field.data, lines=isinstance(field, TextAreaField)):
            raise ValidationError(
                _("“%(field)s” holds an invisible control character. Type it again instead of pasting it.",
                  field=field.label.text)
            )  # fmt: skip


class Visible:
    """Refuses a text of which nobody would see anything."""

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        """Raise `ValidationError` with what to do."""
        if looks_blank(str(field.data or "")):
            raise ValidationError(_("Nobody could see “%(field)s”. Use letters or digits.", field=field.label.text))


class CodeField(StringField):  # type: ignore[misc]
    """A code, typed or pasted; marks that messengers put around pasted text are left out when it is read."""


class SourceField(TextAreaField):  # type: ignore[misc]
    """The text of a file, whose control characters are found and told with all else that is wrong in it."""


class WholeNumberField(IntegerField):  # type: ignore[misc]
    """A whole number in the digits of any script. What was typed stays in `raw_data` for showing it again."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        if not valuelist or not valuelist[0].strip():
            return
        self.data = whole_number(valuelist[0])
        if self.data is None:
            raise ValueError(said(BUILT_IN["Not a valid integer value."]))


class DayField(DateField):  # type: ignore[misc]
    """A day as browsers send it, 2026-11-24, also typed with the digits of another script."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        super().process_formdata([ascii_digits(each).strip() for each in valuelist])


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose every problem is told in the reader's language. No text in it may hold control characters."""

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Whether everything is right; what is not stands in `errors`."""
        extra = {name: list(each) for name, each in (extra_validators or {}).items()}
        for field in self:
            if isinstance(field, StringField) and not isinstance(field, CodeField | SourceField):
                extra.setdefault(field.name, []).append(ClearText())
        return bool(super().validate(extra))

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Where WTForms asks for words."""

        def get_translations(self, _form: Any) -> OurWords:
            """Ours, whatever the form."""
            return OurWords()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent as a form. The library would take JSON too, whose values may be no text."""
            return None if request.is_json else super().wrap_formdata(form, formdata)


class ConfirmForm(Form):
    """A single button."""


class CodeForm(Form):
    """A join code, typed."""

    code = CodeField(
        _l("Join code"),
        validators=[InputRequired(_l("Type the code that your supervisor shows you.")), LONG],
    )


class NoteForm(Form):
    """A note on an incident. The JavaScript-free limit of the text is the server's."""

    text = TextAreaField(
        _l("Note"),
        validators=[
            InputRequired(_l("Write something first.")),
            WORDS,
        ],
    )
    audience = RadioField(choices=[SelectChoice(each) for each in AUDIENCES], default="desk")


class CloseForm(Form):
    """The end of an incident."""

    reason = RadioField(
        _l("Why"),
        choices=[SelectChoice(value, words) for value, words in CLOSE_REASONS.items()],
        validators=[InputRequired(_l("Choose a reason for closing."))],
    )
    text = StringField(_l("In a few words"), validators=[Optional(), WORDS])


class DutyForm(Form):
    """On duty or not."""

    on_duty = BooleanField()


def submitted(form: FlaskForm) -> bool:
    """Whether a form was sent and is right. A stale one is neither lost nor accepted: it says to press again."""
    if request.method != "POST":
        return False
    if g.get("stale_form"):
        form.form_errors = [*form.form_errors, STALE if request.cookies else NO_COOKIE]
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
