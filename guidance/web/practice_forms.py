"""Forms of trainers' and trainees' pages (Flask-WTF)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from guidance.practice.drafts import MOST_CHARACTERS
from guidance.practice.readiness import MOST_STAFF
from guidance.web.forms import LONG, WORDS, CodeField, DayField, Form, SourceField, Visible, WholeNumberField

TITLE = Length(max=80, message=_l("At most 80 characters fit. Shorten it."))


class ClassForm(Form):
    """A new class or tabletop. The choices of scenarios are set by the page."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("Give the class a title.")), Visible(), TITLE])
    kind = RadioField(
        _l("What kind"), choices=[SelectChoice("class", _l("Class")), SelectChoice("tabletop", _l("Tabletop"))],
        default="class",
    )  # fmt: skip
    scenarios = SelectMultipleField(_l("Scenarios"), validators=[InputRequired(_l("Choose at least one scenario."))])
    # The ids in the order in which they were ticked, which a script knows; empty without one.
    order = HiddenField()

    def in_order(self) -> list[str]:
        """The chosen scenarios in the order in which the class walks them."""
        ticked = {id: place for place, id in enumerate(str(self.order.data or "").split())}
        return sorted(self.scenarios.data, key=lambda id: ticked.get(id, len(ticked)))


class AssignForm(Form):
    """A scenario for sites, between two days. The choices are set by the page."""

    scenario = SelectField(_l("Scenario"), validators=[InputRequired(_l("Choose a scenario."))])
    sites = SelectMultipleField(_l("Sites"), validators=[InputRequired(_l("Choose at least one site."))])
    from_on = DayField(_l("From"), validators=[InputRequired(_l("Say from which day."))])
    due_on = DayField(_l("Until"), validators=[InputRequired(_l("Say until which day."))])


class NickForm(Form):
    """A trainee comes into a class."""

    code = CodeField(_l("Class code"), validators=[InputRequired(_l("Type the code of the class.")), LONG])
    nickname = StringField(
        _l("Your name in the class"),
        validators=[
            InputRequired(_l("Choose a name for the class: a nickname or your staff number.")),
            Visible(),
            LONG,
        ],
    )


class RevealForm(Form):
    """The number of the inject to show next."""

    number = WholeNumberField(validators=[InputRequired(), NumberRange(min=1)])


class WriteForm(Form):
    """A note of a class."""

    text = TextAreaField(_l("Note"), validators=[InputRequired(_l("Write something first.")), Visible(), WORDS])


class ActionForm(Form):
    """An action of the hot-wash."""

    text = StringField(_l("What"), validators=[InputRequired(_l("Say what is to be done.")), Visible(), WORDS])
    owner = StringField(_l("Who"), validators=[InputRequired(_l("Say who does it.")), Visible(), TITLE])
    due_on = DayField(_l("By when"), validators=[Optional()])


class DoneForm(Form):
    """Whether an action is done."""

    done = BooleanField()


class DraftForm(Form):
    """The text of a draft. Too long a text is the server's to refuse in words."""

    yaml = SourceField(validators=[Length(max=2 * MOST_CHARACTERS, message=_l("The scenario is too long."))])


class NewDraftForm(Form):
    """Start a draft from nothing or from a scenario that is there."""

    origin = HiddenField()


class StaffForm(Form):
    """How many people work at a site's desk."""

    staff = WholeNumberField(
        _l("Staff"),
        validators=[
            Optional(),
            NumberRange(min=0, max=MOST_STAFF, message=_l("Write a number of people from 0 to 20000.")),
        ],
    )


class VerifyForm(Form):
    """The code of a certificate, typed."""

    code = CodeField(_l("Code"), validators=[InputRequired(_l("Type the code of the certificate.")), LONG])


class ReminderForm(Form):
    """Whether an address wants its reminder: yes, or `stop`."""

    stop = HiddenField()
