"""Counting tokens beside the event loop, a few texts at a time: each takes a processor and some memory for a while."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = 2
_THREADS = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="count")  # starts none before the first text


async def in_turn(work: Callable[[], T]) -> T:
    """What the work comes to, once it is its turn; work that nobody waits for any more does not begin."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
