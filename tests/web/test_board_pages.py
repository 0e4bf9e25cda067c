"""The board with more incidents than a page holds: order, tabs, pages, and what the queries cost."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from guidance.clock import FixedClock, to_text
from guidance.people import demo
from guidance.people.scope import sites_in_sight
from guidance.settings import Settings
from guidance.store import board, board_pages, incidents, people
from guidance.store.board_pages import HELD_BACK, SORTS, STATE_ORDER, UNVERIFIED, URGENCY_ORDER, VERIFIED, Listing
from guidance.store.db import Store
from guidance.store.incidents import IncidentRow
from guidance.store.migrate import migrate
from guidance.web.board_live import News
from guidance.web.board_rows import FIRST_SCREEN, LIMIT, TABS
from tests.people.town import COUNSEL, ELM, OAK, SCHOOLS, Town, text
from tests.web.desk import SCHOOL, act

KINDS = ("visit", "paper", "call")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def town(app: Flask, store: Store, settings: Settings, clock: FixedClock) -> Town:
    return Town(app, store, settings, clock)


def add(db: Database, number: int, at: str, site: str | None, **given: Any) -> str:
    """One incident straight into the store, as reports would leave it."""
    state, holder = given.get("state", "open"), given.get("holder")
    row = IncidentRow(
        f"00000000-0000-4000-8000-{number:012d}", f"C{number}", given.get("kind", "visit"), site, int(site is not None),
        given.get("urgency", "normal"), "open", at,
    )  # fmt: skip
    incidents.add_incident(db, row)
    incidents.add_event(db, row.id, at, "report_received", None, {})
    if holder:
        incidents.set_acknowledged(db, row.id, at, holder)
    if state == "closed":
        incidents.set_closed(db, row.id, at, given["closer"], "resolved")
    if given.get("held_back"):
        db.execute(
            "INSERT INTO alerts (id, incident_id, urgency, state, tier, created_at) "
            "VALUES (:id, :id, 'normal', 'active', 0, :at)",
            {"id": row.id, "at": at},
        )
    return row.id


@pytest.fixture
def crowd(town: Town) -> str:
    """Four hundred active incidents; returns the oldest urgent one, which nobody has."""
    start, site = town.clock.now(), town.site_id(SCHOOL)
    with town.store.transaction() as db:
        oldest = add(db, 0, to_text(start - timedelta(days=3)), site, urgency="urgent")
        for number in range(1, 400):
            at = to_text(start + timedelta(seconds=number))
            add(db, number, at, site, urgency=("urgent", "normal", "low")[number % 3], kind=KINDS[number % 3])
    return oldest


def pages(client: FlaskClient, query: str) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list as data, each found through the one before."""
    address: str | None = f"/board/incidents.json{query}"
    while address:
        found = client.get(address).get_json()
        yield found["rows"]
        address = found["next"]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("tab", ["active", "open"])
def test_the_oldest_urgent_one_that_nobody_has_is_on_the_first_screen(
    town: Town, crowd: str, tab: str, sort: str
) -> None:
    for order in ("up", "down"):
        page = town.browser(COUNSEL).get(f"/board?tab={tab}&sort={sort}&order={order}").get_data(as_text=True)
        first = page[: page.find("</tr>", page.find("<tbody>") + FIRST_SCREEN)]
        assert f'href="/board/incidents/{crowd}"' in first


def test_someone_who_has_it_takes_it_off_the_first_screen(town: Town, crowd: str) -> None:
    counsel = town.browser(COUNSEL)
    assert counsel.get("/board/incidents.json").get_json()["waiting"]["id"] == crowd
    act(town, COUNSEL, crowd, "acknowledge")
    assert counsel.get("/board/incidents.json").get_json()["waiting"]["id"] != crowd
    assert town.browser(ELM).get("/board/incidents.json").get_json()["waiting"] is None
    assert counsel.get("/board/incidents.json?tab=closed").get_json()["waiting"] is None


def test_few_incidents_need_no_line_above_them(town: Town) -> None:
    town.report(SCHOOL, urgency="urgent", trail=[])
    page = town.browser(COUNSEL).get("/board").get_data(as_text=True)
    assert "data-waiting hidden" in page and 'rel="next"' not in page


@pytest.mark.parametrize("sort", SORTS)
def test_sorting_is_over_all_not_over_a_page(town: Town, crowd: str, sort: str) -> None:
    counsel = town.browser(COUNSEL)
    for order in ("up", "down"):
        rows = [row for page in pages(counsel, f"?sort={sort}&order={order}") for row in page]
        assert len(rows) == len({row["id"] for row in rows}) == 400
    newest_last = [row["id"] for row in next(pages(counsel, "?sort=age&order=up"))]
    assert newest_last[0] == crowd


def test_pages_are_links_that_work_without_a_script(town: Town, crowd: str) -> None:
    counsel = town.browser(COUNSEL)
    seen, address = set(), "/board?tab=active&sort=age&order=down"
    for _ in range(10):
        page = counsel.get(address).get_data(as_text=True)
        seen |= {part.partition('"')[0] for part in page.split('<tr data-id="')[1:]} - {""}
        link = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        if not link:
            break
        address = link
    assert len(seen) == 400 and crowd in seen
    assert f"and {400 - LIMIT} more on the next pages" in text(counsel.get("/board"))
    assert "First page" in text(counsel.get(address)) and "Next page" not in text(counsel.get(address))


def test_incidents_that_come_in_meanwhile_shift_nothing(town: Town, crowd: str) -> None:
    counsel, site, seen = town.browser(COUNSEL), town.site_id(SCHOOL), []
    for number, page in enumerate(pages(counsel, "?sort=age&order=down")):
        seen += [row["id"] for row in page]
        with town.store.transaction() as db:
            for more in range(7):
                at = to_text(town.clock.now() + timedelta(hours=1, seconds=number))
                add(db, 1000 + 10 * number + more, at, site)
    assert len(seen) == len(set(seen)) == 400 and crowd in seen


@pytest.mark.parametrize(
    "mark",
    ["x", "!!!", "W10", "bnVsbA", "W1tdLFtdXQ", "W251bGwsbnVsbF0", "[" * 900, "A" * 5000, "W1sxLDIsMyw0LDVdLG51bGxd"],
)
def test_a_mark_that_no_page_made_is_the_beginning(town: Town, crowd: str, mark: str) -> None:
    counsel = town.browser(COUNSEL)
    found = counsel.get("/board/incidents.json", query_string={"after": mark})
    assert found.status_code == 200
    assert found.get_json()["rows"] == counsel.get("/board/incidents.json").get_json()["rows"]


def test_a_mark_opens_nothing_that_one_may_not_see(town: Town, crowd: str) -> None:
    mark = town.browser(COUNSEL).get("/board/incidents.json").get_json()["next"].partition("after=")[2]
    for path in ("/board/incidents.json?tab=all&after=", "/board?tab=all&after="):
        assert b"C1" not in town.browser(ELM).get(path + mark).data


# Order against plain Python


def oracle(db: Database, listing: Listing) -> list[str]:
    """The ids of a listing, sorted by Python as the board's rows once were."""
    held = {row["incident_id"] for row in db.execute("SELECT incident_id FROM alerts WHERE tier = 0")}
    rows = [
        board.row_of(row)
        for row in db.execute(f"{board.SELECT} ORDER BY opened_at DESC, incidents.id DESC")
        if row["state"] in listing.states and (listing.sites is None or row["site_id"] in listing.sites)
    ]
    keys: dict[str, Any] = {
        "age": lambda row: (row.opened_at, row.id),
        "urgency": lambda row: URGENCY_ORDER.index(row.urgency),
        "state": lambda row: -STATE_ORDER.index(row.state),
        "site": lambda row: (row.agency_name or "", row.site_name or ""),
        "kind": lambda row: row.kind,
        "who": lambda row: row.acknowledged_title or row.acknowledged_name or "",
    }
    rows.sort(key=keys[listing.sort], reverse=listing.down)

    def shelf(row: board.BoardRow) -> int:
        return UNVERIFIED if not row.verified else HELD_BACK if row.id in held else VERIFIED

    return [row.id for wanted in listing.shelves for row in rows if shelf(row) == wanted]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Some incidents of every kind, with many equal moments among them."""
    store, clock, luck = Store(tmp_path_factory.mktemp("many") / "many.db"), FixedClock(NOON), random.Random(7)
    migrate(store)
    with store.transaction() as db:
        demo.fill(db, clock.now())
        sites = [each.id for each in people.sites(db)]
        persons = [each.id for each in people.people(db)]
        for number in range(160):
            at = to_text(clock.now() - timedelta(minutes=luck.randrange(30)))
            state = luck.choice(STATE_ORDER)
            add(
                db, number, at, luck.choice([*sites, None]), state=state, kind=luck.choice(KINDS),
                urgency=luck.choice(URGENCY_ORDER), closer=persons[0], held_back=luck.random() < 0.2,
                holder=luck.choice(persons) if state != "open" and luck.random() < 0.8 else None,
            )  # fmt: skip
        # Two people with the same title read alike, so that their incidents are one group.
        db.execute("UPDATE people SET title = 'Counsel' WHERE id IN (:a, :b)", {"a": persons[0], "b": persons[3]})
    return store.connection()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sort=st.sampled_from(SORTS),
    down=st.booleans(),
    tab=st.sampled_from(sorted(TABS)),
    shelves=st.sampled_from([(VERIFIED, HELD_BACK), (UNVERIFIED,)]),
    limit=st.integers(1, 60),
    which=st.one_of(st.none(), st.sets(st.integers(0, 6))),
)
def test_pages_are_what_python_would_sort(
    many: Database, sort: str, down: bool, tab: str, shelves: tuple[int, ...], limit: int, which: set[int] | None
) -> None:
    every = [each.id for each in people.sites(many)]
    sites = None if which is None else tuple(every[number] for number in sorted(which))
    if sites is not None and UNVERIFIED in shelves:
        return
    listing = Listing(TABS[tab], sites, shelves, sort, down)
    found: list[str] = []
    rows, mark = board_pages.page(many, listing, None, limit)
    found += [row.id for row in rows]
    while mark is not None:
        rows, mark = board_pages.page(many, listing, mark, limit)
        found += [row.id for row in rows]
    assert found == oracle(many, listing)


def test_counts_are_what_the_table_holds(many: Database) -> None:
    for sites in (None, tuple(each.id for each in people.sites(many)[:3])):
        wanted: dict[tuple[bool, str], int] = {}
        for row in many.execute("SELECT verified, state, site_id FROM incidents"):
            if sites is None or (row["verified"] and row["site_id"] in sites):
                key = (bool(row["verified"]), row["state"])
                wanted[key] = wanted.get(key, 0) + 1
        assert {key: found for key, found in board.counts(many, sites).items() if found} == wanted


def test_counts_follow_every_change(town: Town) -> None:
    def truth(db: Database) -> list[tuple[Any, ...]]:
        return [
            tuple(row)
            for row in db.execute(
                "SELECT ifnull(site_id, ''), shelf, state, count(*) FROM incidents GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
            )
        ]

    site, at = town.site_id(SCHOOL), to_text(town.clock.now())
    person = town.person(COUNSEL).id
    changes: list[Callable[[Database], object]] = [
        lambda db: add(db, 1, at, None),
        lambda db: add(db, 2, at, site, held_back=True),
        lambda db: incidents.set_verified(db, f"00000000-0000-4000-8000-{1:012d}", site),
        lambda db: incidents.set_acknowledged(db, f"00000000-0000-4000-8000-{1:012d}", at, person),
        lambda db: incidents.set_closed(db, f"00000000-0000-4000-8000-{1:012d}", at, person, "resolved"),
        lambda db: incidents.reopen(db, f"00000000-0000-4000-8000-{1:012d}"),
        lambda db: db.execute("UPDATE alerts SET tier = 1"),
        lambda db: (db.execute("DELETE FROM alerts"), db.execute("DELETE FROM incident_events"),
                    db.execute("DELETE FROM incidents WHERE code = 'C2'")),
    ]  # fmt: skip
    for change in changes:
        with town.store.transaction() as db:
            change(db)
            kept = [tuple(row) for row in db.execute("SELECT * FROM incident_counts WHERE many <> 0 ORDER BY 1, 2, 3")]
            assert kept == truth(db)


# What it costs


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("who", [COUNSEL, OAK, SCHOOLS])
def test_a_page_reads_an_index_and_sorts_nothing(town: Town, crowd: str, who: str, sort: str) -> None:
    plans: list[str] = []
    connection = town.store.connection().conn
    with town.store.reader() as db:
        sites = sites_in_sight(town.person(who), people.sites(db))
    said: list[str] = []
    connection.set_trace_callback(lambda statement: said.append(statement))
    with town.store.reader() as db:
        rows, _ = board_pages.page(db, Listing(TABS["all"], sites, (VERIFIED, HELD_BACK), sort, True), None, 20)
    connection.set_trace_callback(None)
    assert len(rows) == 20
    for statement in said:
        if statement.startswith("SELECT id, opened_at FROM incidents"):
            plans += [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert plans and all("INDEX" in each and "SCAN" not in each and "B-TREE" not in each for each in plans), plans


def test_the_first_word_of_the_stream_reads_no_event_but_the_newest(
    town: Town, crowd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who, expected in ((COUNSEL, True), (OAK, True), (ELM, False)):
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        news = News(town.app.extensions["guidance"], town.person(who), None, 0)
        connection = town.app.extensions["guidance"].store.connection().conn
        connection.set_progress_handler(count, 100)
        assert (news.look() is not None) == expected
        connection.set_progress_handler(None, 0)
        assert steps < 12  # of a hundred instructions each; 400 events took some two thousand
