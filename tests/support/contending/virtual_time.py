"""An event loop whose time is jumped over instead of waited for: a minute of load takes what it computes."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """``time()`` moves to the next thing that is due whenever nothing else is to be done, not while threads work.

    No sockets.
    """

    def __init__(self) -> None:
        self._passed = 0.0
        self.in_threads: set[asyncio.Future[Any]] = set()
        super().__init__(_Impatient(self))

    def time(self) -> float:
        return self._passed

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:
        work = super().run_in_executor(executor, func, *args)
        self.in_threads.add(work)
        work.add_done_callback(self.in_threads.discard)
        return work

    def pass_(self, seconds: float) -> None:
        self._passed += seconds


class _Impatient(selectors.SelectSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if self._loop.in_threads:
            return super().select(1 if timeout is None else min(timeout, 1))
        if timeout:
            self._loop.pass_(timeout)
        assert timeout is not None, "everybody waits, and nothing will ever happen"
        if len(self.get_map()) == 1:  # its own: nothing comes from outside, so asking the system is for nothing
            return []
        return super().select(0)


def run_virtually(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of some work whose sleeps take no time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(work)
