"""Every kind of provider, asked for every task: all at once, then one test for each."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clients.agents import AGENTS, Ran
from tests.clients.seats import PROVIDERS, SECRET, Seat, take
from tests.e2e.support import Operator
from tests.fakes.strict.plays import HELLO
from tests.fakes.strict.provider import StrictProvider

AT_ONCE = 3
Cell = tuple[str, str]  # kind of provider, task
Played = dict[Cell, tuple[Seat, Ran]]


def cells(name: str) -> list[Cell]:
    """What an agent has to do where."""
    return [(kind, task) for kind in PROVIDERS for task in AGENTS[name].tasks]


def played(name: str, operator: Operator, provider: StrictProvider, folders: pytest.TempPathFactory) -> Played:
    """What became of an agent at every seat."""
    agent, all_cells = AGENTS[name], cells(name)
    seats = {cell: take(operator, provider, folders.mktemp("seat"), cell[0], agent.models) for cell in all_cells}

    def play(cell: Cell) -> tuple[Seat, Ran]:
        seat, task = seats[cell], agent.tasks[cell[1]]
        return seat, agent.run(seat, task.model, task.prompt(seat.note))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return dict(zip(all_cells, threads.map(play, all_cells), strict=True))


def check(found: tuple[Seat, Ran], task: str) -> None:
    """The agent said what the model said, which after a tool is what only the note says."""
    seat, ran = found
    seen = (ran.said, ran.complained[-2000:], seat.refusals())
    assert ran.code == 0, seen
    assert (HELLO if task == "text" else SECRET) in ran.said, seen
    seat.check_books()
