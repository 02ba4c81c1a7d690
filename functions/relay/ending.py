"""Requests whose answer is out and whose wallet is not finished yet: a few milliseconds, in which their rest is held.

Whoever asks again the moment the last byte is here would be refused for what is about to be given back. So a request
that a balance does not pay for waits for those of its account in this process, once.
"""

import asyncio

LONGEST = 0.5  # seconds to wait


class Ending:
    """One for a process."""

    def __init__(self) -> None:
        self._events: dict[int, dict[str, asyncio.Event]] = {}

    def begin(self, user_id: int, request_id: str) -> None:
        """The end of this request's answer is about to leave."""
        self._events.setdefault(user_id, {})[request_id] = asyncio.Event()

    def done(self, user_id: int, request_id: str) -> None:
        """Its wallet is finished, or left to the sweep."""
        waiting = self._events.get(user_id, {})
        if event := waiting.pop(request_id, None):
            event.set()
        if not waiting:
            self._events.pop(user_id, None)

    async def over(self, user_id: int) -> bool:
        """Wait for those of an account; whether there were any."""
        waiting = [asyncio.ensure_future(event.wait()) for event in self._events.get(user_id, {}).values()]
        if not waiting:
            return False
        _, late = await asyncio.wait(waiting, timeout=LONGEST)
        for task in late:
            task.cancel()
        return True
