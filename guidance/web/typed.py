"""How pages show what people typed, and numbers, codes, addresses and hours, so that nothing turns its neighbors.

Templates: `{{ name|typed }}` in text, `{{ name|isolated }}` in attributes, titles and options, `time_tag(…)` for
moments, and every value of `_()` by itself.
"""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Flask
from markupsafe import Markup, escape

from guidance import text as rules
from guidance.city_time import clock_words, day_of
from guidance.clock import from_text
from guidance.web.context import parts
from guidance.web.gettext import form_of, listed, right_to_left


def typed(value: object) -> Markup:
    """A text that somebody typed, set apart inside a page; what must not be shown is replaced."""
    words = rules.neutral("" if value is None else str(value))
    return Markup("<bdi>{}</bdi>").format(words) if words else Markup("")


def isolated(value: object) -> str:
    """The same where no markup can stand: in an attribute, a title, an option."""
    return rules.isolated("" if value is None else str(value), right_to_left())


def in_order(value: object) -> Markup:
    """A telephone number, code or address, which runs from left to right in every language."""
    return Markup('<bdi class="notranslate" dir="ltr" translate="no">{}</bdi>').format(rules.neutral(str(value)))


def dial(phone: str) -> str:
    """The address of a telephone button; an extension goes with it (RFC 3966)."""
    number, _x, extension = rules.ascii_digits(phone).lower().partition("x")
    digits = "".join(each for each in number if each in "0123456789+*#")
    inside = "".join(each for each in extension if each.isdigit())
    return f"tel:{digits};ext={inside}" if inside else f"tel:{digits}"


def time_tag(moment: str, day: bool = False, seconds: bool = False) -> Markup:
    """A moment (RFC 3339) as the city's hour, or its day alone; a script writes it in the language of the page.

    What is no moment is shown as it is.
    """
    here = parts()
    zone = here.settings.zone
    try:
        at = from_text(moment)
        words = day_of(at, zone).isoformat() if day else clock_words(at, zone, here.clock.now(), seconds)
    except (ValueError, OverflowError):
        return typed(moment)
    kind = Markup(" data-day") if day else Markup(" data-seconds") if seconds else Markup("")
    return Markup('<time dir="auto" data-clock{} datetime="{}">{}</time>').format(kind, moment, words)


def hour_words(moment: str) -> str:
    """A moment that somebody entered, as the city's day and hour in the language of the page.

    In the hour that comes twice the zone's short name says which one it is. What is no moment is shown as it is.
    """
    try:
        at = from_text(moment)
    except ValueError:
        return moment
    local = at.astimezone(parts().settings.zone)
    words = listed([str(flask_babel.format_date(at, "medium")), str(flask_babel.format_time(at, "short"))])
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{words} {local.strftime('%Z')}" if twice else words


def install(app: Flask) -> None:
    """Give templates the filters above, and sentences that isolate what goes into them."""
    app.jinja_env.filters.update(typed=typed, isolated=isolated, in_order=in_order, dial=dial)
    app.jinja_env.globals.update(time_tag=time_tag, gettext=_sentence, ngettext=_counted)


def _sentence(message: str, **values: Any) -> Markup:
    return _marked(str(flask_babel.gettext(message)), values)


def _counted(one: str, many: str, count: int, **values: Any) -> Markup:
    return _marked(form_of(one, many, count), {"num": count, **values})


def _marked(sentence: str, values: dict[str, Any]) -> Markup:
    """Sentences are ours and may hold markup; values are escaped unless they are markup themselves."""
    rtl = right_to_left() or rules.turns(sentence)
    return Markup(sentence) % {name: _value(value, rtl) for name, value in values.items()}  # noqa: S704


def _value(value: Any, rtl: bool) -> Markup:
    if not hasattr(value, "__html__"):
        return escape(rules.isolated(str(value), rtl))
    marked = Markup(value)  # noqa: S704 - it says of itself that it is markup
    if "<" in marked:
        return Markup("<bdi>{}</bdi>").format(marked)
    return Markup("{}{}{}").format(rules.START, marked, rules.END) if rtl or rules.turns(marked) else marked
