"""Where to get free help, as the settings say it: a hotline with its hours, and what to say at 311. For templates.

A city sets who answers, and the date on which somebody last called. Without that date a page says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from flask_babel import format_time
from flask_babel import lazy_gettext as _l

from guidance.rights.hours import read_hours
from guidance.settings import Settings
from guidance.text import ascii_digits, isolated, neutral
from guidance.web.gettext import _

DAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))


@dataclass(frozen=True)
class FreeHelp:
    """What a page shows. `hours` are words; `own_words` marks those that the setting wrote, in its own language."""

    name: str
    number: str
    hours: str
    own_words: bool
    checked: date | None
    words_311: str
    checked_311: date | None

    @property
    def link(self) -> str:
        """What a phone dials."""
        return "tel:" + re.sub("[^0-9+]", "", ascii_digits(self.number))


def free_help(settings: Settings) -> FreeHelp:
    """The settings in the language of this request."""
    said = _hours(settings.rights_hotline_hours)
    return FreeHelp(
        name=neutral(settings.rights_hotline_name),
        number=neutral(settings.rights_hotline_number),
        hours=said or settings.rights_hotline_hours,
        own_words=not said,
        checked=_day(settings.rights_hotline_checked),
        words_311=settings.rights_311_words,
        checked_311=_day(settings.rights_311_checked),
    )


def _hours(text: str) -> str:
    hours = read_hours(text)
    if hours is None:
        return ""
    times = {"opens": _in_order(hours.opens), "closes": _in_order(hours.closes)}
    if hours.first == hours.last:
        return _("%(day)s, %(opens)s to %(closes)s", day=DAYS[hours.first], **times)
    days = {"first": DAYS[hours.first], "last": DAYS[hours.last]}
    return _("%(first)s to %(last)s, %(opens)s to %(closes)s", **days, **times)


def _in_order(moment: time) -> str:
    """A time that keeps its order inside a line that is written the other way."""
    return isolated(format_time(moment, "short"), rtl=True)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
