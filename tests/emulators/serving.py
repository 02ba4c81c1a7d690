"""Our runtime's loop inside the test's own event loop, so that gates between test and application are plain events."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from gateway.lambda_runtime.lifespan import App
from gateway.lambda_runtime.loop import Loop
from tests.emulators.runtime_api import RuntimeApi


@asynccontextmanager
async def serving(
    app: App, *, concurrency: int = 1, state: dict[str, Any] | None = None, api: RuntimeApi | None = None
) -> AsyncGenerator[RuntimeApi]:
    """An emulated Runtime API with the loop polling it; on leaving, what runs is finished."""
    async with api or RuntimeApi() as host:
        loop = Loop(app, host.address, concurrency=concurrency, state=state)
        running = asyncio.create_task(loop.run())
        try:
            yield host
        finally:
            loop.stop()
            await running
