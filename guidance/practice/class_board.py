"""The live board of a class: each trainee beside each scenario, in words. Pure but for reading the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from guidance.practice.compare import asked
from guidance.practice.load import ScenarioShelf
from guidance.protocol.load import Library
from guidance.store import practice_classes, practice_runs
from guidance.store.practice_classes import ClassRow
from guidance.store.practice_runs import FinishedRuns, ProgressRow

NOT_STARTED, WALKING, PASSED, NOT_PASSED = "none", "walking", "passed", "failed"


@dataclass(frozen=True)
class Cell:
    """Where one trainee stands in one scenario. `position` is in words; `tries` counts finished runs."""

    state: str
    position: str = ""
    answers: int = 0
    alerted: bool = False
    tries: int = 0


@dataclass(frozen=True)
class BoardLine:
    """One trainee with a cell for each scenario of the class."""

    id: str
    nickname: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class ClassBoard:
    """Everyone of a class, and how many passed each scenario."""

    lines: tuple[BoardLine, ...]
    passed: tuple[int, ...]


def gather(db: Database, found: ClassRow, shelf: ScenarioShelf, library: Library) -> ClassBoard:
    """The board of a class as it is now. The best finished run counts; a walk that goes on is shown over it."""
    finished: dict[tuple[str, str], list[FinishedRuns]] = {}
    for runs in practice_runs.finished_of_class(db, found.id):
        finished.setdefault((runs.participant_id, runs.scenario_id), []).append(runs)
    progress = practice_runs.progress_of_class(db, found.id)
    walking = {(each.participant_id, each.scenario_id): each for each in progress}
    words = _Words(shelf, library)
    lines = tuple(
        BoardLine(
            each.id,
            each.nickname,
            tuple(
                words.cell(scenario, finished.get((each.id, scenario), []), walking.get((each.id, scenario)))
                for scenario in found.scenario_ids
            ),
        )
        for each in practice_classes.participants(db, found.class_id)
    )
    passed = tuple(sum(line.cells[place].state == PASSED for line in lines) for place in range(len(found.scenario_ids)))
    return ClassBoard(lines, passed)


@dataclass(frozen=True)
class _Words:
    """Finds the words of positions on the present version of each scenario's protocol."""

    shelf: ScenarioShelf
    library: Library

    def cell(self, scenario_id: str, finished: list[FinishedRuns], progress: ProgressRow | None) -> Cell:
        tries = sum(runs.tries for runs in finished)
        last = max((runs.received_at for runs in finished), default="")
        if progress is not None and progress.at > last:
            position = self._asked(scenario_id, progress.position)
            return Cell(WALKING, position, progress.answers, bool(progress.alerted), tries)
        if not finished:
            return Cell(NOT_STARTED)
        best = max(finished, key=lambda runs: runs.passed)
        state = PASSED if best.passed else NOT_PASSED
        return Cell(state, self._asked(scenario_id, best.outcome), 0, best.seconds_to_alert is not None, tries)

    def _asked(self, scenario_id: str, place: str) -> str:
        scenario = self.shelf.get(scenario_id)
        protocol = self.library.get(scenario.protocol) if scenario else None
        return asked(protocol, place) if protocol and place else place


def states(board: ClassBoard) -> Mapping[str, int]:
    """How many cells stand in each state."""
    found = dict.fromkeys((NOT_STARTED, WALKING, PASSED, NOT_PASSED), 0)
    for line in board.lines:
        for cell in line.cells:
            found[cell.state] += 1
    return found
