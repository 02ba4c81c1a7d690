"""Claude Code as its users start it, in front of every kind of provider."""

import pytest

from tests.clients.matrix import Played, cells, check, played
from tests.e2e.support import Operator
from tests.fakes.strict.provider import StrictProvider

NAME = "claude code"


@pytest.fixture(scope="module")
def ran(operator: Operator, provider: StrictProvider, tmp_path_factory: pytest.TempPathFactory) -> Played:
    return played(NAME, operator, provider, tmp_path_factory)


@pytest.mark.parametrize(("kind", "task"), cells(NAME))
def test_it_answers_and_runs_its_tools(ran: Played, kind: str, task: str) -> None:
    check(ran[kind, task], task)
