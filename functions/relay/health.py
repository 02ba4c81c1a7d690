"""Which channels had better be left alone for a while, as this container has seen them."""

from gateway.clock import Clock
from gateway.outbound.base import Fault

COOL_DOWN = 30  # seconds, when the provider names no time
MAX_COOL_DOWN = 600


class Health:
    """Channels that asked for a pause. Forgotten with the container: an optimisation, never a decision."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[int, float] = {}

    def cooling(self, channel_id: int) -> bool:
        """Whether the channel's pause is still running."""
        until = self._until.get(channel_id)
        if until is None:
            return False
        if until > self._clock.monotonic():
            return True
        del self._until[channel_id]
        return False

    def report(self, channel_id: int, fault: Fault) -> None:
        """Note a fault of the channel; only overload makes it rest."""
        if fault.kind == "cooldown":
            seconds = min(fault.retry_after or COOL_DOWN, MAX_COOL_DOWN)
            self._until[channel_id] = self._clock.monotonic() + seconds

    def recovered(self, channel_id: int) -> None:
        """A request went well."""
        self._until.pop(channel_id, None)
