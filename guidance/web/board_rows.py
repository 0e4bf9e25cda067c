"""The board's list: which rows a person gets, in which order, and each row as words for the page and for JSON alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from guidance.incident.urgency import ORDER
from guidance.people.scope import sites_in_sight
from guidance.store import board, board_pages, people
from guidance.store.board import BoardRow
from guidance.store.board_pages import HELD_BACK, STATE_ORDER, UNVERIFIED, VERIFIED, Listing, Mark
from guidance.store.incidents import last_event
from guidance.store.people import Person
from guidance.text import neutral
from guidance.web.board_words import STATES, UNKNOWN_SITE, URGENCIES, age_words, kind_words
from guidance.web.context import Parts
from guidance.web.gettext import _
from guidance.web.paging import pack, unpack

TABS = {
    "active": ("open", "acknowledged"),
    "open": ("open",),
    "closed": ("closed",),
    "all": ("open", "acknowledged", "closed"),
}
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
# How many a page shows, of the verified and of the others: neither pushes the other off.
LIMIT, UNVERIFIED_LIMIT = 100, 50
SHELVES = ((VERIFIED, HELD_BACK), (UNVERIFIED,))
# The incident that has waited longest is named above the list, unless it is among so many first rows.
FIRST_SCREEN = 3


@dataclass(frozen=True)
class Wish:
    """What the board's address asks for: a tab, a column to sort by, a direction, and where the page begins."""

    tab: str = "active"
    sort: str = "age"
    down: bool = True
    after: str = ""

    def address(self, path: str = "/board") -> str:
        """The address that asks for this."""
        going_on = f"&after={self.after}" if self.after else ""
        return f"{path}?tab={self.tab}&sort={self.sort}&order={'down' if self.down else 'up'}{going_on}"


@dataclass(frozen=True)
class _Part:
    """Where one of a page's two lists goes on, and how many of it earlier pages showed. `over`: nothing follows."""

    mark: Mark | None = None
    seen: int = 0
    over: bool = False


@dataclass(frozen=True)
class BoardList:
    """What one person sees of the board at one moment. `last_event` is where the live stream goes on.

    `more` and `more_unverified` count those in the tab that come on later pages; `following` is the mark of the next
    page, or empty. `waiting` is the urgent incident that has waited longest with nobody having it, when the page is the
    first of its tab and does not show it among its first rows.
    """

    wish: Wish
    rows: tuple[dict[str, Any], ...]
    counts: dict[str, int]
    last_event: int
    more: int
    more_unverified: int
    following: str
    waiting: dict[str, Any] | None

    @property
    def first_page(self) -> Wish:
        """What asks for the beginning of the same list."""
        return replace(self.wish, after="")

    @property
    def next_page(self) -> Wish:
        """What asks for the page after this one."""
        return replace(self.wish, after=self.following)


def wish(arguments: Mapping[str, str]) -> Wish:
    """Read the board's query; what it does not know is as if not said."""
    tab, sort = arguments.get("tab", "active"), arguments.get("sort", "age")
    sort = sort if sort in SORTS else "age"
    down = {"down": True, "up": False}.get(arguments.get("order", ""), sort in DOWN_FIRST)
    after = arguments.get("after", "")
    return Wish(tab if tab in TABS else "active", sort, down, after if _parts_of(after) else "")


def turned(asked: Wish, sort: str) -> Wish:
    """What a click on a column's head asks for: that column, or the other direction of the same one."""
    return Wish(asked.tab, sort, not asked.down if asked.sort == sort else sort in DOWN_FIRST)


def gather(db: Database, here: Parts, person: Person, asked: Wish) -> BoardList:
    """The page that this person may see of the list asked for."""
    sites, now = sites_in_sight(person, people.sites(db)), here.clock.now()
    states = board.counts(db, sites)
    rows: list[BoardRow] = []
    parts_after: list[_Part] = []
    more: list[int] = []
    begun = _parts_of(asked.after) or (_Part(), _Part())
    for shelves, limit, part, verified in zip(SHELVES, (LIMIT, UNVERIFIED_LIMIT), begun, (True, False), strict=True):
        listing = Listing(TABS[asked.tab], sites, shelves, asked.sort, asked.down)
        wanted = not part.over and (verified or sites is None)
        found, mark = board_pages.page(db, listing, part.mark, limit) if wanted else ([], None)
        rows += found
        seen = part.seen + len(found)
        total = sum(states.get((verified, state), 0) for state in TABS[asked.tab])
        more.append(max(total - seen, 0) if mark else 0)
        parts_after.append(_Part(mark, seen, mark is None))
    # Each list is in order; together they are sorted once more.
    rows.sort(key=SORTS[asked.sort], reverse=asked.down)
    return BoardList(
        wish=asked,
        rows=tuple(in_words(here, now, row) for row in rows),
        counts=_tab_counts(states),
        last_event=last_event(db),
        more=more[0],
        more_unverified=more[1],
        following="" if all(part.over for part in parts_after) else _packed(parts_after),
        waiting=_waiting(db, here, now, asked, sites, rows),
    )


def _tab_counts(states: Mapping[tuple[bool, str], int]) -> dict[str, int]:
    return {tab: sum(many for (_verified, state), many in states.items() if state in TABS[tab]) for tab in TABS}


def _waiting(
    db: Database, here: Parts, now: datetime, asked: Wish, sites: tuple[str, ...] | None, rows: Sequence[BoardRow]
) -> dict[str, Any] | None:
    if asked.tab not in ("active", "open") or asked.after:
        return None
    row = board_pages.oldest_waiting(db, sites)
    shown = row is None or row.id in {each.id for each in rows[:FIRST_SCREEN]}
    return None if row is None or shown else in_words(here, now, row)


def _packed(parts: Sequence[_Part]) -> str:
    return pack(
        [
            [each.mark.shelf, each.mark.value, each.mark.opened_at, each.mark.id, each.seen] if each.mark else None
            for each in parts
        ]
    )


def _parts_of(after: str) -> tuple[_Part, _Part] | None:
    """Where the two lists of a page go on; None for a mark that no page has made."""
    given = unpack(after)
    if not isinstance(given, list) or len(given) != len(SHELVES) or not any(given):
        return None
    parts = [_part_of(each, shelves) for each, shelves in zip(given, SHELVES, strict=True)]
    return (parts[0], parts[1]) if parts[0] and parts[1] else None


def _part_of(given: object, shelves: tuple[int, ...]) -> _Part | None:
    match given:
        case None:
            return _Part(over=True)
        case [int(shelf), str() | None as value, str(opened_at), str(id), int(seen)] if shelf in shelves and seen >= 0:
            return _Part(Mark(shelf, value, opened_at, id), seen)
        case _:
            return None


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
