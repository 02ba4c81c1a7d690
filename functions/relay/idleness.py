"""Whether the process has just slept: nobody asked for a while, or its host froze it between requests.

Lambda freezes a process as soon as it has answered, for milliseconds or for hours, and the clocks by which libraries
judge their connections stand still meanwhile. Both are looked at here: how long ago the last request ended, and how
much time was lost in many short naps, since a connection that nobody used may have been open through all of them.
"""

from gateway.clock import Clock

LONG = 20.0  # seconds; who closes idle connections does so after a minute, some after less


class Idleness:
    """Sees requests begin and end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running = 0
        self._ended = clock.wall()
        self._lost = self._lost_so_far()

    def slept(self) -> bool:
        """Whether the request that is about to begin is the first after a long sleep."""
        if self._running:
            return False
        long = self._clock.wall() - self._ended > LONG or self._lost_so_far() - self._lost > LONG
        if long:
            self._lost = self._lost_so_far()
        return long

    def running(self) -> "Idleness":
        """A request, from its beginning to its end, as a context."""
        return self

    def __enter__(self) -> None:
        self._running += 1

    def __exit__(self, *_: object) -> None:
        self._running -= 1
        self._ended = self._clock.wall()

    def _lost_so_far(self) -> float:
        return self._clock.wall() - self._clock.monotonic()
