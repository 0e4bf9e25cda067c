"""Words of trainers' pages that several of them use. For the web layer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from guidance.web.gettext import _

SITE_TYPE_WORDS = {
    "school": _l("School"),
    "hospital": _l("Hospital"),
    "shelter": _l("Shelter"),
    "garage": _l("Garage"),
    "office": _l("Office"),
    "park": _l("Park"),
}
CELL_WORDS = {
    "none": _l("Not started"),
    "walking": _l("On the way"),
    "passed": _l("Passed"),
    "failed": _l("Not passed"),
}


def seconds_words(seconds: float | None) -> str:
    """A time in words: `48 s`, `2 min 5 s`; empty where there is none."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 60:
        return _("%(s)s s", s=whole)
    return _("%(m)s min %(s)s s", m=whole // 60, s=whole % 60)
