"""Every setting, once. Read from `GUIDANCE_*` variables; `guidance settings` prints them all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from guidance.city_time import zone_named
from guidance.text import HIDDEN, has_forbidden

ROOT = Path(__file__).resolve().parent.parent


MOST = 10**12
UNITS = {unit: timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days")}


class BadSetting(Exception):
    """A variable holds something that its setting cannot be."""


def _say(default: Any, meaning: str, least: int = 1) -> Any:
    """A setting; `least` is the smallest that a number may be."""
    return field(default=default, metadata={"meaning": meaning, "least": least})


@dataclass(frozen=True)
class Settings:
    """What a city decides about its own installation."""

    data: Path = _say(ROOT / "data", "folder of the database and the keys")
    base_url: str = _say("http://localhost:8000", "address under which people reach this installation")
    city: str = _say("Demo City", "name of the city, shown on pages and in e-mail")
    time_zone: str = _say("America/New_York", "the city's time zone (IANA): its days and hours are what people read")
    public_contact: str = _say("", "mailto: or https: address that push services may write to (VAPID sub)")
    push_hosts: tuple[str, ...] = _say((), "further push services, comma-separated: host, host:port or origin")
    push_ca_file: str = _say("", "further certificate authorities for push services, a PEM file")
    push_ttl_seconds: int = _say(4 * 3600, "how long a push service keeps an alert for a sleeping phone")
    smtp_url: str = _say("", "smtp://user:password@host:587 for alerts by e-mail; empty turns e-mail off")
    mail_from: str = _say("", "sender of e-mail; needed when GUIDANCE_SMTP_URL is set")
    smtp_seconds: int = _say(60, "seconds that a mail server may take to let a message be handed over")
    smtp_answer_seconds: int = _say(600, "seconds that it may then take to confirm that it has the message (RFC 5321)")
    proof_days: int = _say(30, "days after which a browser that no alert has reached no longer counts as reached")
    tier_seconds: int = _say(120, "seconds before an alert that nobody has goes to everyone on the committee")
    repeat_seconds: int = _say(300, "seconds after which everyone is told again while nobody has it; 0: never", 0)
    stale_minutes: int = _say(240, "minutes without a worker after which what waited is told together, in one message")
    lease_seconds: int = _say(10, "seconds a worker may take over one delivery before another takes it")
    join_code_hours: int = _say(24, "hours that a join code lives")
    sign_in_minutes: int = _say(15, "minutes that a sign-in link lives")
    session_hours: int = _say(12, "hours after which a person signs in again")
    session_idle_minutes: int = _say(30, "minutes without a request after which a person signs in again")
    late_report_hours: int = _say(2, "a report that waited longer is not paged as happening now")
    device_days: int = _say(400, "days after which a phone that was never in use has to join its site again")
    join_code_phones_hour: int = _say(30, "new phones that one join code lets in within an hour")
    class_code_hours: int = _say(24, "hours that the code of a practice class lives")
    stranger_rows_hour: int = _say(2000, "reports (and practice runs) that phones of no site may store per hour")
    stranger_mb_hour: int = _say(
        20, "megabytes of reports (and of practice runs) that phones of no site may store per hour"
    )
    stranger_rows_all: int = _say(100_000, "reports (and practice runs) of phones of no site that are kept at most")
    stranger_mb_all: int = _say(500, "megabytes of reports (and of practice runs) of phones of no site kept at most")
    stranger_body_bytes: int = _say(32 * 1024, "largest report or practice run of a phone of no site, in bytes", 1024)
    disk_floor_strangers_mb: int = _say(1024, "free megabytes below which nothing of phones of no site is stored", 0)
    disk_floor_practice_mb: int = _say(512, "free megabytes below which practice and exports stop too", 0)
    rights_hotline_name: str = _say("MOIA Immigration Legal Support Hotline", "who gives free legal help by telephone")
    rights_hotline_number: str = _say("1-800-354-0365", "its number, as people write it; empty: no hotline is shown")
    rights_hotline_hours: str = _say("mon-fri 09:00-18:00", "its hours, in this form (or in words); empty: not told")
    rights_hotline_checked: str = _say("", "date on which somebody called it, 2026-11-24; empty: told as not checked")
    rights_311_words: str = _say("immigration legal", "what to say at 311 for free legal help; empty: 311 is not named")
    rights_311_checked: str = _say("", "date on which somebody tried that; empty: told as not checked")
    trust_proxy: bool = _say(False, "believe one proxy's X-Forwarded-Proto and -Host")
    test_clock: bool = _say(False, "let tests move the clock by a row in the database; never in use")

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "guidance.db"

    @property
    def keys(self) -> Path:
        """The folder of the keys, readable by the service's own user alone."""
        return self.data / "keys"

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return zone_named(self.time_zone)

    @property
    def secure(self) -> bool:
        """Whether people reach this installation over TLS."""
        return self.base_url.startswith("https://")


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return "GUIDANCE_" + name.upper()


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read settings; a `BadSetting` names the variable and what it should hold."""
    given: dict[str, Any] = {}
    for each in fields(Settings):
        text = environment.get(variable(each.name))
        if text is not None:
            given[each.name] = _parse(each.name, each.default, text, each.metadata["least"])
    return Settings(**given)


def _parse(name: str, default: Any, text: str, least: int) -> Any:
    if has_forbidden(text):
        raise BadSetting(f"{variable(name)} {HIDDEN}")
    if isinstance(default, bool):
        if text.lower() not in {"0", "1", "true", "false", "yes", "no", ""}:
            raise BadSetting(f"{variable(name)} is {text!r}; write 1 or 0")
        return text.lower() in {"1", "true", "yes"}
    if isinstance(default, int):
        if not (text.isascii() and text.isdigit()) or not least <= int(text[:20]) <= _most(name):
            raise BadSetting(f"{variable(name)} is {text[:40]!r}; write a whole number from {least} to {_most(name)}")
        return int(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, Path):
        return Path(text).resolve()
    if name == "time_zone":
        return _zone(text)
    if name.endswith("_checked"):
        return _day(name, text)
    return _address(name, text) if name == "base_url" else text


def _most(name: str) -> int:
    """The largest value: of a duration a hundred years, since a moment beyond the year 9999 stops every request."""
    unit = name.rpartition("_")[2]
    return timedelta(days=36_500) // UNITS[unit] if unit in UNITS else MOST


def _zone(text: str) -> str:
    try:
        return zone_named(text).key
    except ValueError:
        raise BadSetting(
            f"{variable('time_zone')} is {text!r}; write a name of the IANA database such as America/New_York"
        ) from None


def _day(name: str, text: str) -> str:
    """A date, or nothing where nobody has checked yet."""
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise BadSetting(f"{variable(name)} is {text!r}; write a date such as 2026-11-24, or nothing") from None


def _is_host(rest: str) -> bool:
    """Whether browsers name this host in the same way: else every request and every report would be refused."""
    try:
        parts = urlsplit(f"//{rest}")
        plain = parts.port != 0 and parts.username is None and not parts.query and not parts.fragment
    except ValueError:
        return False
    return bool(parts.hostname) and plain and re.fullmatch(r"[!-~]+", rest) is not None


def _address(name: str, text: str) -> str:
    scheme, found, rest = text.partition("://")
    if scheme.lower() not in ("http", "https") or not found or not _is_host(rest):
        raise BadSetting(f"{variable(name)} is {text!r}; write an address such as https://guidance.city.example")
    return f"{scheme.lower()}://{rest.rstrip('/')}"
