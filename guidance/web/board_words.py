"""Words of the board: states, urgency, ages, what happened and who did it. For the web layer's pages and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from guidance.clock import from_text
from guidance.incident.codes import UNKNOWN
from guidance.incident.desk import CLOSE_REASONS
from guidance.protocol.load import Library
from guidance.web import locale
from guidance.web.gettext import _, listed, ngettext, said

STATES = {"open": _l("Open"), "acknowledged": _l("Taken"), "closed": _l("Closed")}
URGENCIES = {"urgent": _l("Urgent"), "normal": _l("Normal"), "low": _l("Low")}
SITE_TYPES = {
    "school": _l("School"),
    "hospital": _l("Hospital"),
    "shelter": _l("Shelter"),
    "garage": _l("Garage or lot"),
    "office": _l("Office"),
    "park": _l("Park"),
}
NEWS = {
    "unsafe": _l("the desk does not feel safe"),
    "went-in": _l("they went in"),
    "emergency": _l("they say it is an emergency"),
}
CHANNELS = {"push": _l("Notification"), "email": _l("E-mail")}
# What became of one message, after the name of its channel and a colon.
DELIVERIES = {
    "queued": _l("waiting to be sent"),
    "leased": _l("being sent"),
    "sent": _l("sent"),
    "failed": _l("failed"),
    "cancelled": _l("not needed any more"),
}
# Why it was not sent, by the code that the worker wrote down. Others (410, smtp 550) are shown as they are.
TROUBLES = {
    "timeout": _l("no answer in time"),
    "connection": _l("no connection"),
    "tls": _l("no safe connection"),
    "bad answer": _l("an answer that makes no sense"),
    "internal": _l("an error of ours"),
    "e-mail is off": _l("e-mail is off"),
    "no e-mail address": _l("no e-mail address"),
    "no public contact": _l("no public contact"),
    "device removed": _l("device removed"),
    "no longer alerted": _l("no longer alerted"),
    "told together": _l("told together with others"),
}
WORSE = {"urgent": _l("It got worse: urgent now"), "normal": _l("It got worse: normal now")}
REOPENED = {
    "urgent": _l("Open again after it was closed: what the desk added is urgent"),
    "normal": _l("Open again after it was closed: what the desk added is normal"),
    "low": _l("Open again after it was closed: what the desk added is low"),
}
UNKNOWN_SITE = _l("Site not known")
Who = Callable[[str | None], str]


def kind_words(library: Library, kind: str) -> str:
    """What is happening: the title of the protocol of this kind, or the kind itself when there is none now."""
    if kind == UNKNOWN:
        return _("Something this version does not know")
    protocol = library.protocols.get(kind)
    return locale.reword(protocol.id, protocol.title, "title") if protocol else kind


def who_words(name: str | None, title: str | None) -> str:
    """A person by name and title: `Ada Reyes, Law Department duty counsel`."""
    return ", ".join(part for part in (name, title) if part)


def age_words(now: datetime, at: str) -> str:
    """How long ago something was, as short as a table needs. The page's script keeps it true with the same words."""
    return span_words(int((now - from_text(at)).total_seconds()))


def span_words(seconds: int) -> str:
    """A length of time in seconds, in words."""
    minutes = max(seconds, 0) // 60
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return _("%(m)s min", m=minutes)
    hours = minutes // 60
    if hours < 10:
        return _("%(h)s h %(m)s min", h=hours, m=minutes % 60)
    if hours < 24:
        return _("%(h)s h", h=hours)
    return _("%(d)s d %(h)s h", d=hours // 24, h=hours % 24)


def delay_words(start: str, end: str | None) -> str:
    """How long a delivery took, in seconds; empty while it has not ended."""
    if end is None:
        return ""
    return _("after %(s)s s", s=f"{(from_text(end) - from_text(start)).total_seconds():.1f}")


def trouble_words(detail: str) -> str:
    """Why a message was not sent; what no table knows is shown as it is."""
    if detail.startswith("refused: "):
        return _("refused before sending")
    return str(TROUBLES.get(detail, detail))


def event_words(kind: str, data: Mapping[str, Any], who: str) -> str:
    """One entry of a timeline in words; a kind that this version does not know is shown as it is."""
    words = _EVENTS.get(kind)
    return words(data, who) if words else kind


def _received(data: Mapping[str, Any], _who: str) -> str:
    return _with_flags(_("The desk’s report arrived"), data)


def _revised(data: Mapping[str, Any], _who: str) -> str:
    if data.get("stranger"):
        words = _(
            "A phone that is not joined to this site added something (revision %(n)s)", n=data.get("revision", "?")
        )
    else:
        words = _("The desk added details (revision %(n)s)", n=data.get("revision", "?"))
    return _with_flags(words, data)


def _with_flags(words: str, data: Mapping[str, Any]) -> str:
    if data.get("late"):
        words = _and_then(words, _("It waited long on the phone"))
    if data.get("trail_problem"):
        words = _and_then(words, _("Its trail does not replay"))
    return words


def _and_then(first: str, second: str) -> str:
    """Two sentences without their last full stop in one line."""
    return _("%(first)s. %(second)s", first=first, second=second)


def _variant(data: Mapping[str, Any], _who: str) -> str:
    return _("Other content came under revision %(n)s. Both are kept.", n=data.get("revision", "?"))


def _alerted(data: Mapping[str, Any], _who: str) -> str:
    people = int(data.get("people", 0))
    if int(data.get("tier", 1)) > 1:
        return ngettext(
            "Nobody had it: %(num)s person of the whole committee alerted",
            "Nobody had it: %(num)s people of the whole committee alerted",
            people,
        )
    return ngettext("%(num)s person alerted", "%(num)s people alerted", people)


def _alerted_again(data: Mapping[str, Any], _who: str) -> str:
    return ngettext(
        "Nobody had it: %(num)s person alerted again",
        "Nobody had it: %(num)s people alerted again",
        int(data.get("people", 0)),
    )


def _skipped(data: Mapping[str, Any], _who: str) -> str:
    if int(data.get("tier", 1)) > 1:
        return _("Nobody else on the committee could be reached")
    return _("Nobody on duty could be reached; the whole committee is told at once")


def _bundled(_data: Mapping[str, Any], _who: str) -> str:
    return _("The same phone caused many alerts within minutes: this one is told together with others, not by itself")


def _got_worse(data: Mapping[str, Any], _who: str) -> str:
    worse = str(WORSE.get(str(data.get("urgency", "")), _("It got worse")))
    news = [str(NEWS[each]) for each in data.get("news", ()) if each in NEWS]
    if news:
        worse = _("It got worse: %(news)s", news=listed(news))
    if data.get("state") != "acknowledged":
        return worse
    people = int(data.get("people", 0))
    return _and_then(worse, ngettext("%(num)s person told of it", "%(num)s people told of it", people))


def _reopened(data: Mapping[str, Any], _who: str) -> str:
    return str(REOPENED.get(str(data.get("urgency", "")), _("Open again after it was closed")))


def _closed(data: Mapping[str, Any], who: str) -> str:
    code = str(data.get("reason", ""))
    reason = said(CLOSE_REASONS[code]) if code in CLOSE_REASONS else code
    return _("%(who)s closed it: %(reason)s", who=who, reason=reason)


_EVENTS: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    "report_received": _received,
    "report_revised": _revised,
    "report_variant": _variant,
    "verified": lambda _data, _who: _("An enrolled phone of the site stands behind it now"),
    "alerted": _alerted,
    "alerted_again": _alerted_again,
    "tier_skipped": _skipped,
    "delivery_failed": lambda _data, _who: _("One notification or e-mail could not be delivered"),
    "device_gone": lambda _data, _who: _("A browser of someone alerted takes no notifications any more"),
    "unreachable": lambda _data, _who: _("Someone alerted has no browser left that takes notifications"),
    "acknowledged": lambda _data, who: _("%(who)s has it", who=who),
    "desk_note": lambda _data, who: _("%(who)s to the desk", who=who),
    "record_note": lambda _data, who: _("%(who)s, for the record", who=who),
    "closed": _closed,
    "bundled": _bundled,
    "told_together": lambda _data, _who: _("Alerts were off for a long time. This one was told late, with others"),
    "got_worse": _got_worse,
    "reopened": _reopened,
}
