"""ASGI's lifespan: the application's own start and end (https://asgi.readthedocs.io/en/latest/specs/lifespan.html)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

log = logging.getLogger(__name__)

App = Callable[[Any, Any, Any], Awaitable[None]]


class StartupFailed(Exception):
    """The application says it cannot start."""


class Lifespan:
    """Runs the application's lifespan beside its requests. ``state`` is what each request's scope gets a copy of."""

    def __init__(self, app: App) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._commands: asyncio.Queue[str] = asyncio.Queue()
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def startup(self) -> None:
        """Start the application; raises ``StartupFailed``. One that knows no lifespan is left as it is."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        self._task = asyncio.create_task(self._run(scope))
        answer = await self._ask("lifespan.startup")
        if answer is None:
            self._note_unsupported()
        elif answer["type"] == "lifespan.startup.failed":
            await asyncio.wait({self._task}, timeout=1)
            self._note_unsupported()  # applications raise after they said so; asyncio complains unless it is looked at
            raise StartupFailed(answer.get("message") or "the application did not start and did not say why")

    async def shutdown(self) -> None:
        """Let the application put its things away."""
        if self._task is None or self._task.done():
            return
        answer = await self._ask("lifespan.shutdown")
        if answer and answer["type"] == "lifespan.shutdown.failed":
            log.error("the application failed to shut down: %s", answer.get("message", ""))

    async def _run(self, scope: dict[str, Any]) -> None:
        await self._app(scope, self._receive, self._answers.put)

    async def _receive(self) -> dict[str, str]:
        return {"type": await self._commands.get()}

    async def _ask(self, command: str) -> dict[str, Any] | None:
        """What the application answers to a command; None when it returns or raises instead."""
        assert self._task is not None
        self._commands.put_nowait(command)
        answer = asyncio.ensure_future(self._answers.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done() or not self._answers.empty():
            return await answer
        answer.cancel()
        return None

    def _note_unsupported(self) -> None:
        assert self._task is not None
        failure = self._task.exception() if self._task.done() and not self._task.cancelled() else None
        log.debug("the application takes no part in lifespan", exc_info=failure)
