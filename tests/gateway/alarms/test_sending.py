"""A receiver that has no time is asked again, a few times; one that may have the message is not."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.alarms.protocol import NotSent
from gateway.alarms.sending import Sender
from gateway.security.safe_fetch import Fetched, FetchFailed, FetchRefused, FetchUnsure
from tests.gateway.alarms.test_receivers import ADDRESS, MESSAGE

Answer = Callable[[], Fetched]


def fails(error: Exception) -> Answer:
    def answer() -> Fetched:
        raise error

    return answer


def says(status: int) -> Answer:
    return lambda: Fetched(status, b"ok")


class Script:
    """A fetcher that answers one after the other."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked = 0

    def post(self, url: str, body: bytes, headers: Any) -> Fetched:
        self.asked += 1
        return self._answers.pop(0)()


def sent(script: Script) -> list[float]:
    """How long was waited in between."""
    waited: list[float] = []
    sender: Any = Sender(script, pause=waited.append)  # pyright: ignore
    sender.send("slack", {"address": ADDRESS}, MESSAGE)
    return waited


def test_what_is_taken_is_sent_once() -> None:
    script = Script(says(200))
    assert (sent(script), script.asked) == ([], 1)


@pytest.mark.parametrize("busy", [says(429), says(503), fails(FetchFailed("ConnectTimeout"))])
def test_who_has_no_time_is_asked_again(busy: Answer) -> None:
    script = Script(busy, busy, says(200))
    assert (sent(script), script.asked) == ([1.0, 3.0], 3)


def test_three_times_at_most() -> None:
    script = Script(*[says(503)] * 9)
    with pytest.raises(NotSent, match="503"):
        sent(script)
    assert script.asked == 3


@pytest.mark.parametrize("no", [says(404), fails(FetchRefused("not public"))])
def test_a_no_is_a_no(no: Answer) -> None:
    script = Script(no)
    with pytest.raises(NotSent):
        sent(script)
    assert script.asked == 1


def test_what_may_have_arrived_is_not_sent_again() -> None:
    script = Script(fails(FetchUnsure("ReadTimeout")))
    assert (sent(script), script.asked) == ([], 1)
