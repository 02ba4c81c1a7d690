"""Closed in the end, however a block ends: a test that fails leaves no connection open."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar


class _Closes(Protocol):
    async def close(self) -> None: ...


_Opened = TypeVar("_Opened", bound=_Closes)


@asynccontextmanager
async def closing(opened: _Opened) -> AsyncGenerator[_Opened]:
    """``async with closing(dynamo(...)) as database``."""
    try:
        yield opened
    finally:
        await opened.close()
