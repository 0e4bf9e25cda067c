"""Pages of the board's list, in each of its orders. Reads only.

Every order but age is one of groups: all urgent incidents, then all normal ones. A page is read group by group from an
index that ends in (opened_at, id), so it costs what it shows, however many incidents there are. Within a group the
newest come first.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from sqlite_utils import Database

from guidance.store.board import SELECT, BoardRow, row_of

STATE_ORDER = ("open", "acknowledged", "closed")
URGENCY_ORDER = ("low", "normal", "urgent")
VERIFIED, HELD_BACK, UNVERIFIED = 0, 1, 2
COLUMNS = {"urgency": "urgency", "kind": "kind", "site": "site_id", "who": "acknowledged_by"}
SORTS = ("age", "urgency", "state", "site", "kind", "who")


@dataclass(frozen=True)
class Listing:
    """Which incidents, in which order. `sites` None: of all sites and of none; a shelf comes wholly before the next."""

    states: tuple[str, ...]
    sites: tuple[str, ...] | None
    shelves: tuple[int, ...]
    sort: str
    down: bool


@dataclass(frozen=True)
class Mark:
    """Where a page ended: the last row's shelf, its value in the column that sorts, when it was opened, and its id."""

    shelf: int
    value: str | None
    opened_at: str
    id: str


@dataclass(frozen=True)
class _Strip:
    """Incidents of one shelf and state and, where these are given, of one value of a column and of one site."""

    shelf: int
    state: str
    column: str = ""
    value: str | None = None
    site: str | None = None


Key = tuple[str, str]
Group = tuple[str | None, ...]


def page(db: Database, listing: Listing, after: Mark | None, limit: int) -> tuple[list[BoardRow], Mark | None]:
    """The next `limit` rows after a mark (None: from the start), and the mark where the page after them goes on.

    The second is None when nothing follows. Rows that come in meanwhile shift nothing.
    """
    found = list(islice(_keys(db, listing, after), limit + 1))
    rows = _rows(db, [mark.id for mark in found[:limit]])
    return rows, found[limit - 1] if len(found) > limit else None


def oldest_waiting(db: Database, sites: Sequence[str] | None) -> BoardRow | None:
    """The urgent verified incident that has waited longest with nobody having it."""
    bound: dict[str, Any] = {"sites": json.dumps(list(sites or ()))}
    of_sites = "" if sites is None else "AND site_id IN (SELECT value FROM json_each(:sites))"
    index = "incidents_by_urgency" if sites is None else "incidents_by_site"
    oldest = " UNION ALL ".join(
        f"""SELECT * FROM (SELECT incidents.id, opened_at FROM incidents INDEXED BY {index}
                           WHERE urgency = 'urgent' AND shelf = {shelf} AND state = 'open' {of_sites}
                           ORDER BY opened_at, incidents.id LIMIT 1)"""
        for shelf in (VERIFIED, HELD_BACK)
    )
    row = db.execute(f"SELECT id FROM ({oldest}) ORDER BY opened_at, id LIMIT 1", bound).fetchone()
    return _rows(db, [row["id"]])[0] if row else None


def _keys(db: Database, listing: Listing, after: Mark | None) -> Iterator[Mark]:
    """Marks of all rows from `after` on, in order."""
    groups = _groups(db, listing)
    for shelf in listing.shelves:
        if after is not None and listing.shelves.index(shelf) < listing.shelves.index(after.shelf):
            continue
        going_on = after if after is not None and after.shelf == shelf else None
        first = _place(groups, listing, going_on)
        for number, group in enumerate(groups[first:], first):
            key = (going_on.opened_at, going_on.id) if going_on and number == first else None
            yield from _merged(db, listing, _strips(db, listing, shelf, group), key)


def _merged(db: Database, listing: Listing, strips: Sequence[_Strip], after: Key | None) -> Iterator[Mark]:
    """Rows of several strips as one run, each strip read only as far as it is needed."""
    up = listing.sort == "age" and not listing.down
    cursors = [_cursor(db, strip, after, up) for strip in strips]
    try:
        streams = [_marks(cursor, strip) for cursor, strip in zip(cursors, strips, strict=True)]
        yield from heapq.merge(*streams, key=lambda mark: (mark.opened_at, mark.id), reverse=not up)
    finally:
        for cursor in cursors:
            cursor.close()


def _marks(cursor: Any, strip: _Strip) -> Iterator[Mark]:
    value = strip.value if strip.column else ""
    return (Mark(strip.shelf, value, row["opened_at"], row["id"]) for row in cursor)


def _cursor(db: Database, strip: _Strip, after: Key | None, up: bool) -> Any:
    conditions, bound = ["shelf = :shelf", "state = :state"], {"shelf": strip.shelf, "state": strip.state}
    if strip.site is not None:
        conditions.append("site_id = :site")
        bound["site"] = strip.site
    if strip.column in COLUMNS:
        # The plus keeps SQLite from choosing this column's index where the site's is the shorter one.
        conditions.append(f"{'+' if strip.site is not None else ''}{COLUMNS[strip.column]} IS :value")
        bound["value"] = strip.value
    if after is not None:
        conditions.append(f"(opened_at, id) {'>' if up else '<'} (:at, :id)")
        bound |= {"at": after[0], "id": after[1]}
    order = "opened_at, id" if up else "opened_at DESC, id DESC"
    return db.execute(f"SELECT id, opened_at FROM incidents WHERE {' AND '.join(conditions)} ORDER BY {order}", bound)


def _strips(db: Database, listing: Listing, shelf: int, group: Group) -> list[_Strip]:
    if listing.sort == "state":
        cells = [("state", value, str(value)) for value in group]
    elif listing.sort == "age":
        cells = [("", None, state) for state in listing.states]
    else:
        cells = [(listing.sort, value, state) for value in group for state in listing.states]
    if listing.sites is None or listing.sort == "site":
        return [_Strip(shelf, state, column, value) for column, value, state in cells]
    filled = _filled(db, listing.sites, shelf)
    return [
        _Strip(shelf, state, column, value, site)
        for column, value, state in cells
        for site in listing.sites
        if (site, state) in filled
    ]


def _filled(db: Database, sites: Sequence[str], shelf: int) -> set[tuple[str, str]]:
    rows = db.execute(
        """SELECT site_id, state FROM incident_counts
           WHERE site_id IN (SELECT value FROM json_each(:sites)) AND shelf = :shelf AND many > 0""",
        {"sites": json.dumps(list(sites)), "shelf": shelf},
    )
    return {(row["site_id"], row["state"]) for row in rows}


def _place(groups: Sequence[Group], listing: Listing, mark: Mark | None) -> int:
    """The number of the group in which a mark lies; 0 without one."""
    if mark is None or listing.sort == "age":
        return 0
    return next((number for number, group in enumerate(groups) if mark.value in group), len(groups))


def _groups(db: Database, listing: Listing) -> list[Group]:
    """The values of the column that sorts, in the order asked for; those that read alike are one group."""
    keyed = _GROUPS[listing.sort](db, listing)
    ordered = sorted(keyed, key=lambda each: each[0], reverse=listing.down)
    return [tuple(value for _, value in group) for _, group in groupby(ordered, key=lambda each: each[0])]


Keyed = list[tuple[Any, str | None]]


def _by_age(_db: Database, _listing: Listing) -> Keyed:
    return [(0, None)]


def _by_urgency(_db: Database, _listing: Listing) -> Keyed:
    return [(number, urgency) for number, urgency in enumerate(URGENCY_ORDER)]


def _by_state(_db: Database, listing: Listing) -> Keyed:
    return [(-STATE_ORDER.index(state), state) for state in listing.states]


def _by_kind(db: Database, _listing: Listing) -> Keyed:
    return [(kind, kind) for kind in _distinct(db, "kind")]


def _by_site(db: Database, listing: Listing) -> Keyed:
    rows = db.execute(
        """SELECT sites.id, sites.name AS site, agencies.name AS agency
           FROM sites JOIN agencies ON agencies.id = sites.agency_id
           WHERE sites.id IN (SELECT site_id FROM incident_counts WHERE many > 0)"""
    )
    found: Keyed = [((row["agency"], row["site"]), row["id"]) for row in rows]
    if listing.sites is not None:
        own = set(listing.sites)
        return [each for each in found if each[1] in own]
    return [(("", ""), None), *found]


def _by_holder(db: Database, _listing: Listing) -> Keyed:
    rows = db.execute(
        "SELECT id, coalesce(nullif(title, ''), name) AS words FROM people "
        "WHERE id IN (SELECT value FROM json_each(:ids))",
        {"ids": json.dumps(_distinct(db, "acknowledged_by"))},
    )
    return [("", None), *((row["words"], row["id"]) for row in rows)]


def _distinct(db: Database, column: str) -> list[str]:
    """Each value of an indexed column once, by as many steps through the index as there are values."""
    rows = db.execute(
        f"""WITH RECURSIVE found (value) AS (
                SELECT min({column}) FROM incidents
                UNION ALL
                SELECT (SELECT min({column}) FROM incidents WHERE {column} > found.value) FROM found
                WHERE found.value IS NOT NULL)
            SELECT value FROM found WHERE value IS NOT NULL"""
    )
    return [row["value"] for row in rows]


_GROUPS = {
    "age": _by_age,
    "urgency": _by_urgency,
    "state": _by_state,
    "site": _by_site,
    "kind": _by_kind,
    "who": _by_holder,
}


def _rows(db: Database, ids: Sequence[str]) -> list[BoardRow]:
    rows = db.execute(
        f"{SELECT} WHERE incidents.id IN (SELECT value FROM json_each(:ids))", {"ids": json.dumps(list(ids))}
    )
    by_id = {row["id"]: row_of(row) for row in rows}
    return [by_id[id] for id in ids]
