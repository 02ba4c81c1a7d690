"""How long a provider is read on for a caller who has left."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gateway.clock import SystemClock
from relay.admitted_request import Delivery
from relay.pipeline import answer
from relay.sink import Sink
from relay.trail import Trail

TALK = 0.3  # seconds the provider takes


class Caller:
    """Leaves at once."""

    async def send(self, message: Any) -> None:
        pass

    async def receive(self) -> Any:
        return {"type": "http.disconnect"}


@pytest.mark.parametrize(
    ("drain", "limit", "heard"),
    [(True, 60, True), (True, 0.1, False), (True, 0, True), (False, 60, False), (False, 0, False)],
    ids=["long enough", "not long enough", "without limit", "stopped", "stopped whatever the limit"],
)
async def test_the_operator_chooses_how_long(drain: bool, limit: float, heard: bool) -> None:
    caller = Caller()
    sink = Sink(caller.send, caller.receive, SystemClock(), {})
    deps = cast(Any, SimpleNamespace(settings=SimpleNamespace(drain_limit=limit)))
    job = cast(Any, SimpleNamespace(options=SimpleNamespace(drain=drain), incoming=_incoming()))
    said: list[str] = []

    async def run(*_: Any) -> None:
        try:
            await asyncio.sleep(TALK)
            said.append("all of it")
        finally:
            said.append("noted")

    sink.watch()
    begun = time.monotonic()
    await answer(deps, job, sink, Delivery(), run)
    sink.close()
    assert said == (["all of it", "noted"] if heard else ["noted"])
    assert heard or time.monotonic() - begun < TALK


async def test_whoever_stays_is_served_to_the_end_and_errors_pass() -> None:
    caller = Caller()
    sink = Sink(caller.send, caller.receive, SystemClock(), {})  # nobody watches it
    deps = cast(Any, SimpleNamespace(settings=SimpleNamespace(drain_limit=0.01)))
    job = cast(Any, SimpleNamespace(options=SimpleNamespace(drain=False), incoming=_incoming()))

    async def run(*_: Any) -> None:
        await asyncio.sleep(0.05)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await answer(deps, job, sink, Delivery(), run)


def _incoming() -> SimpleNamespace:
    return SimpleNamespace(request_id="1", deadline=0, trail=Trail())
