"""Who gets a turn, whose memory is taken back, and which place a request belongs to."""

from __future__ import annotations

import asyncio

import pytest
from flask import Flask

from guidance.server.held import Held
from guidance.server.routes import Kind, kind_of
from guidance.server.turns import Full, Room, Turns


def test_known_senders_go_first_and_strangers_never_take_every_place() -> None:
    async def scene() -> list[str]:
        turns, order = Turns(Room(at_once=2, strangers_at_once=1, waiting=5, strangers_waiting=2)), []

        async def come(name: str, known: bool) -> None:
            await turns.enter(known)
            order.append(name)

        await come("stranger", False)
        waiting = [asyncio.create_task(come(f"stranger {number}", False)) for number in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await turns.enter(False)
        await come("phone", True)
        waiting.append(asyncio.create_task(come("phone 2", True)))
        await asyncio.sleep(0)
        turns.leave(False)
        await asyncio.sleep(0)
        turns.leave(True)
        await asyncio.gather(*waiting[:1], waiting[2])
        waiting[1].cancel()
        return order

    assert asyncio.run(scene()) == ["stranger", "phone", "phone 2", "stranger 1"]


def test_a_turn_that_was_given_up_while_waiting_goes_to_the_next() -> None:
    async def scene() -> None:
        turns = Turns(Room(1, 1, 5, 5))
        await turns.enter(False)
        left, stays = (asyncio.create_task(turns.enter(False)) for _ in range(2))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)
        turns.leave(False)
        await asyncio.wait_for(stays, 5)

    asyncio.run(scene())


def test_the_oldest_strangers_lose_their_memory_and_phones_never() -> None:
    ended: list[int] = []
    held = Held(100)
    for number, known in ((1, True), (2, False), (3, False), (4, True)):
        held.take(number, 30, known, lambda number=number: ended.append(number))  # type: ignore[misc]
    assert (ended, held.total) == ([2], 90)
    held.take(4, 40, True, lambda: ended.append(4))
    assert (ended, held.total) == ([2, 3], 100)
    held.give_back(2)
    held.give_back(4)
    assert held.total == 30


def test_every_export_and_stream_of_the_application_has_its_place(app: Flask) -> None:
    kinds = {rule.rule: kind_of(rule.rule) for rule in app.url_map.iter_rules()}
    assert {path for path, kind in kinds.items() if kind is Kind.LIVE} == {
        "/board/live", "/trainer/classes/<uuid:class_id>/live",
    }  # fmt: skip
    exports = {path for path in kinds if "export" in path or "csv" in path or "xapi" in path}
    assert exports and {path for path, kind in kinds.items() if kind is Kind.EXPORTS} == exports
    assert {path for path, kind in kinds.items() if kind is Kind.REPORTS} == {
        "/api/device", "/api/reports/<uuid:report_id>", "/api/reports/<uuid:report_id>/progress", "/healthz", "/readyz",
    }  # fmt: skip
