"""Named points where answers wait, so that a test decides the order of things without sleeping."""

import asyncio
from collections import Counter


class Gates:
    """A gate is closed until released: for good, or for a number of passes (also ones that come later)."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self._passes: Counter[str] = Counter()
        self._queues: dict[str, list[asyncio.Future[None]]] = {}

    def waiting(self, name: str) -> int:
        return len(self._queues.get(name, []))

    def release(self, name: str, count: int | None = None) -> None:
        if count is None:
            self._open.add(name)
        else:
            self._passes[name] += count
        self._let_through(name)

    def reset(self) -> None:
        """Lets everybody go and closes all gates again."""
        for name in list(self._queues):
            self.release(name)
        self._open.clear()
        self._passes.clear()

    async def pass_(self, name: str) -> None:
        ticket = asyncio.get_running_loop().create_future()
        queue = self._queues.setdefault(name, [])
        queue.append(ticket)
        self._let_through(name)
        try:
            await ticket
        finally:
            if ticket in queue:
                queue.remove(ticket)

    def _let_through(self, name: str) -> None:
        queue = self._queues.get(name, [])
        while queue and (name in self._open or self._passes[name] > 0):
            ticket = queue.pop(0)
            if not ticket.done():
                self._passes[name] -= name not in self._open
                ticket.set_result(None)
