"""The board's list: which rows a person gets, in which order, and each row as words for the page and for JSON alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from guidance.incident.urgency import ORDER
from guidance.people.scope import sites_in_sight
from guidance.store import board, people
from guidance.store.board import BoardRow
from guidance.store.incidents import last_event
from guidance.store.people import Person
from guidance.text import neutral
from guidance.web.board_words import STATES, UNKNOWN_SITE, URGENCIES, age_words, kind_words
from guidance.web.context import Parts
from guidance.web.gettext import _

TABS = {
    "active": ("open", "acknowledged"),
    "open": ("open",),
    "closed": ("closed",),
    "all": ("open", "acknowledged", "closed"),
}
STATE_ORDER = ("open", "acknowledged", "closed")
SORTS = {
    "age": lambda row: row.opened_at,
    "urgency": lambda row: ORDER.index(row.urgency),
    "state": lambda row: -STATE_ORDER.index(row.state),
    "site": lambda row: (row.agency_name or "", row.site_name or ""),
    "kind": lambda row: row.kind,
    "who": lambda row: row.acknowledged_title or row.acknowledged_name or "",
}
# Largest first reads naturally for these: newest, most urgent, least looked after.
DOWN_FIRST = frozenset({"age", "urgency", "state"})
# How many the list shows, of the verified and of the others: neither pushes the other off.
LIMIT, UNVERIFIED_LIMIT = 300, 100


@dataclass(frozen=True)
class Wish:
    """What the board's address asks for: a tab, a column to sort by, and a direction."""

    tab: str = "active"
    sort: str = "age"
    down: bool = True

    def address(self, path: str = "/board") -> str:
        """The address that asks for this."""
        return f"{path}?tab={self.tab}&sort={self.sort}&order={'down' if self.down else 'up'}"


@dataclass(frozen=True)
class BoardList:
    """What one person sees of the board at one moment. `last_event` is where the live stream goes on.

    `more` and `more_unverified` count those in the tab that the list has no room for.
    """

    wish: Wish
    rows: tuple[dict[str, Any], ...]
    counts: dict[str, int]
    last_event: int
    more: int
    more_unverified: int


def wish(arguments: dict[str, str]) -> Wish:
    """Read the board's query; what it does not know is as if not said."""
    tab, sort = arguments.get("tab", "active"), arguments.get("sort", "age")
    sort = sort if sort in SORTS else "age"
    down = {"down": True, "up": False}.get(arguments.get("order", ""), sort in DOWN_FIRST)
    return Wish(tab if tab in TABS else "active", sort, down)


def turned(asked: Wish, sort: str) -> Wish:
    """What a click on a column's head asks for: that column, or the other direction of the same one."""
    return Wish(asked.tab, sort, not asked.down if asked.sort == sort else sort in DOWN_FIRST)


def gather(db: Database, here: Parts, person: Person, asked: Wish) -> BoardList:
    """The list as this person may see it."""
    sites = sites_in_sight(person, people.sites(db))
    found = [board.incidents(db, TABS[asked.tab], sites, *kind) for kind in ((True, LIMIT), (False, UNVERIFIED_LIMIT))]
    more, more_unverified = (
        board.count(db, TABS[asked.tab], sites, verified) - len(listed)
        for verified, listed in zip((True, False), found, strict=True)
    )
    rows = [row for listed in found for row in listed]
    rows.sort(key=SORTS[asked.sort], reverse=asked.down)
    now = here.clock.now()
    states = board.counts(db, sites)
    counts = {tab: sum(states.get(state, 0) for state in wanted) for tab, wanted in TABS.items()}
    words = tuple(in_words(here, now, row) for row in rows)
    return BoardList(asked, words, counts, last_event(db), more, more_unverified)


def in_words(here: Parts, now: datetime, row: BoardRow) -> dict[str, Any]:
    """One row as the page and the JSON show it."""
    return {
        "id": row.id,
        "code": row.code,
        "state": row.state,
        "urgency": row.urgency,
        "verified": row.verified,
        "opened_at": row.opened_at,
        "href": f"/board/incidents/{row.id}",
        "words": {
            "code": f"#{row.code}",
            "age": age_words(now, row.opened_at),
            "state": str(STATES[row.state]),
            "urgency": str(URGENCIES[row.urgency]),
            "kind": kind_words(here.library, row.kind),
            "site": neutral(row.site_name or "") or str(UNKNOWN_SITE),
            "agency": neutral(row.agency_name or "") or _("Sent by a phone that is not enrolled"),
            "who": neutral(row.acknowledged_title or row.acknowledged_name or "") or _("Nobody yet"),
            "verified": _("Verified") if row.verified else _("Not verified"),
        },
    }
