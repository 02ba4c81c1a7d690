"""Which channel and key hold the state of a conversation, as this container has seen it.

Whoever answered for one of a request's states (``relay.conversation``) is asked first when it comes again. Forgotten
with the container, but for responses that a provider keeps, of which processes tell one another (``relay.holders``): an
optimisation for most, and for the rest the loop asks other channels and keys when one does not know the state, and at
last asks without it (``relay.stateless``).
"""

from gateway.clock import Clock
from gateway.records import dataclass
from gateway.store.client.cache import TimedCache

MOST = 20_000  # states that are remembered
LASTS = 3600  # seconds since it was last used


@dataclass(frozen=True, slots=True)
class Holder:
    """Where a state is held."""

    channel_id: int
    key_index: int


class Affinity:
    """Remembers, per user, who answered for a state."""

    def __init__(self, clock: Clock) -> None:
        self._held: TimedCache[Holder] = TimedCache(clock, LASTS, MOST)
        self.drop_stale = self._held.drop_stale

    def holder(self, states: list[str]) -> Holder | None:
        """Who holds the first of these states that is known."""
        return next((held for state in states if (held := self._held.peek(state))), None)

    def remember(self, states: list[str], channel_id: int, key_index: int) -> None:
        """This channel and key answered for these states."""
        for state in states:
            self._held.put(state, Holder(channel_id, key_index))
