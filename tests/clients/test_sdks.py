"""Vendors' libraries in Python in front of every kind of provider: a text and a tool, whole and streamed."""

import json
from pathlib import Path

import pytest

from tests.clients.sdks import LIBRARIES, MODEL
from tests.clients.seats import PROVIDERS, SECRET, take
from tests.e2e.support import Operator
from tests.fakes.strict.plays import HELLO
from tests.fakes.strict.provider import StrictProvider


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("task", ["text", "tool"])
@pytest.mark.parametrize("kind", PROVIDERS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_answered_and_its_tools_results_are_understood(
    operator: Operator, provider: StrictProvider, tmp_path: Path, library: str, kind: str, task: str, streamed: bool
) -> None:
    seat = take(operator, provider, tmp_path, kind, [MODEL])
    call = f"@@call read_note {json.dumps({'path': str(seat.note)})}@@"
    said = LIBRARIES[library](seat, call if task == "tool" else "Say hello.", streamed)
    assert (SECRET if task == "tool" else HELLO) in said
    seat.check_books()
    assert len(provider.answered(seat.channel.key)) == (2 if task == "tool" else 1)
