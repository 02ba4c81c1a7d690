"""The pollers: ask for an invocation, run the application, see its end, ask again.

A poller asks for the next invocation only after the application has returned, not when its answer is complete:
Lambda freezes an environment in which nobody works, and money is settled after the last byte.
"""

import asyncio
import json
import logging
import os
from typing import Any

from gateway.lambda_runtime import journal
from gateway.lambda_runtime.answer import LambdaAnswer
from gateway.lambda_runtime.api import Invocation, RuntimeApi
from gateway.lambda_runtime.events import HttpRequest, MalformedRequest, UnsupportedEvent, http_request
from gateway.lambda_runtime.lifespan import App

# Seconds between attempts to reach a Runtime API that has hung up. Together they stay below a second:
# if it is not back by then, neither will this environment be.
RETRY_DELAYS = (0.02, 0.05, 0.1, 0.2, 0.4)
TRACE_VARIABLE = "_X_AMZN_TRACE_ID"

log = logging.getLogger(__name__)


class Loop:
    """Answers invocations with an ASGI application, up to ``concurrency`` at once, until told to stop."""

    def __init__(self, app: App, address: str, *, concurrency: int = 1, state: dict[str, Any] | None = None) -> None:
        self._app, self._address, self._state = app, address, state or {}
        self._concurrency = concurrency
        self._polls: set[asyncio.Task[Invocation]] = set()
        self._stopping = False

    async def run(self) -> None:
        """Serve until ``stop``; raises ``RuntimeApiError`` or ``OSError`` when the host is gone."""
        pollers = [asyncio.create_task(self._poll()) for _ in range(self._concurrency)]
        outcomes = await asyncio.gather(*pollers, return_exceptions=True)
        for failure in outcomes:
            if failure is not None:
                raise failure

    def stop(self) -> None:
        """Take no more invocations; those that run are finished."""
        self._stopping = True
        for poll in self._polls:
            poll.cancel()

    async def _poll(self) -> None:
        api = RuntimeApi(self._address)
        try:
            while (invocation := await self._next(api)) is not None:
                # A task of its own: its context ends with it, and so does whatever cancels it.
                attending = asyncio.create_task(self._attend(api, invocation))
                await asyncio.wait({attending})
                self._note(attending)
        finally:
            api.close()
            self.stop()  # one poller ends only when all should

    async def _next(self, api: RuntimeApi) -> Invocation | None:
        """The next invocation, or None when the loop is to stop."""
        for delay in (*RETRY_DELAYS, None):
            if self._stopping:
                return None
            poll = asyncio.create_task(api.next())
            self._polls.add(poll)
            try:
                await asyncio.wait({poll})
            finally:
                self._polls.discard(poll)
            if poll.cancelled():
                return None
            if delay is None or not isinstance(poll.exception(), OSError):
                return poll.result()
            await asyncio.sleep(delay)
        raise AssertionError("the last attempt returns or raises")

    async def _attend(self, api: RuntimeApi, invocation: Invocation) -> None:
        journal.request_id.set(invocation.aws_request_id)
        if self._concurrency == 1:
            _set_trace(invocation.trace_id)
        try:
            request = http_request(json.loads(invocation.payload), invocation)
        except MalformedRequest as error:
            answer = LambdaAnswer(api, invocation, b"")
            await answer.refuse(400, str(error))
            await answer.conclude(None)
        except (UnsupportedEvent, ValueError, RecursionError) as error:
            message = str(error) if isinstance(error, UnsupportedEvent) else "The event is not JSON."
            log.error("an event was refused: %s", message)
            await api.fail(invocation, "Runtime.UnsupportedEvent", message)
        else:
            await self._answer(api, invocation, request)

    async def _answer(self, api: RuntimeApi, invocation: Invocation, request: HttpRequest) -> None:
        answer = LambdaAnswer(api, invocation, request.body)
        request.scope["state"] = dict(self._state)
        running = asyncio.create_task(self._call(request.scope, answer))
        await asyncio.wait({running})
        await answer.conclude(asyncio.CancelledError() if running.cancelled() else running.exception())

    async def _call(self, scope: dict[str, Any], answer: LambdaAnswer) -> None:
        await self._app(scope, answer.receive, answer.send)

    def _note(self, attending: "asyncio.Task[None]") -> None:
        """What escapes an invocation ends that invocation, never the loop."""
        failure = asyncio.CancelledError() if attending.cancelled() else attending.exception()
        if failure is not None:
            log.error("an invocation could not be answered", exc_info=failure)


def _set_trace(trace_id: str | None) -> None:
    """Tell tracing libraries which trace this is; one variable cannot say it for several invocations at once."""
    if trace_id is None:
        os.environ.pop(TRACE_VARIABLE, None)
    else:
        os.environ[TRACE_VARIABLE] = trace_id
