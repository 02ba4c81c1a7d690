"""Which channels and keys had better be left alone for a while, as this container has seen them."""

from gateway.clock import Clock
from gateway.domain.channel import Channel
from gateway.outbound.protocol import Fault
from gateway.store.channels.rests import Rests
from relay.affinity import Affinity
from relay.draws import drawn
from relay.resting import Resting

NO_RESPONSES = 600  # seconds before a server without the Responses API is asked for it again
NO_DOTS = 3600  # seconds before a deployment that was found without dots is asked for with them again


class Health:
    """What is known of channels. But for rests forgotten with the container: an optimisation, never a decision."""

    def __init__(self, clock: Clock, rests: Rests | None = None) -> None:
        self._clock = clock
        self.affinity = Affinity(clock)
        self.rests = Resting(clock, rests)
        self._turn: dict[int, int] = {}
        self._chat_only: dict[tuple[int, str], float] = {}
        self._undotted: dict[tuple[int, str], float] = {}  # (channel, model)

    def cooling(self, channel: Channel, model: str = "") -> bool:
        """Whether every key of the channel is resting, or the model at each of them."""
        return all(self.rests.resting(channel, key_index, model) for key_index in range(len(channel.keys)))

    def pick(self, channel: Channel, name: str = "", model: str = "") -> int:
        """The place of the key to use: the one that this name draws, or the next one in turn, if it is not resting."""
        if len(channel.keys) == 1:
            return 0
        places = self._drawn(channel, name) if name else self._in_turn(channel)
        return next((key_index for key_index in places if not self.rests.resting(channel, key_index, model)), places[0])

    def _in_turn(self, channel: Channel) -> list[int]:
        count = len(channel.keys)
        turn = self._turn[channel.id] = self._turn.get(channel.id, -1) + 1
        return [(turn + step) % count for step in range(count)]

    def _drawn(self, channel: Channel, name: str) -> list[int]:
        """By the keys themselves, not by their places: a key that is taken away moves only what was at it."""
        draws = [(drawn(name, key), place) for place, key in enumerate(channel.keys)]
        return [place for _, place in sorted(draws, reverse=True)]

    def report(self, channel: Channel, key_index: int, fault: Fault, model: str = "") -> None:
        """Note a fault: what rests by it is told to the others."""
        self.rests.failed(channel, key_index, model, fault)

    def has_other_key(self, channel: Channel, key_index: int, model: str = "") -> bool:
        """Whether a key other than this one is not resting."""
        others = (other for other in range(len(channel.keys)) if other != key_index)
        return any(not self.rests.resting(channel, other, model) for other in others)

    def has_no_responses(self, channel: Channel, beneath: str = "") -> None:
        """Its server knows no Responses API, or not this part of it."""
        self._chat_only[channel.id, beneath] = self._clock.wall() + NO_RESPONSES

    def chat_only(self, channel: Channel, beneath: str = "") -> bool:
        """Whether the channel's server was found to have no Responses API, or not this part of it, a while ago."""
        known = max(self._chat_only.get((channel.id, part), 0) for part in ("", beneath))
        return known > self._clock.wall()

    def no_deployment(self, channel: Channel, model: str) -> bool:
        """It has none of this name; whether one without dots, as deployments had to be named once, may be tried."""
        tried = self._undotted.pop((channel.id, model), 0) > self._clock.wall()
        if tried or "." not in model:
            return False
        self._undotted[channel.id, model] = self._clock.wall() + NO_DOTS
        return True

    def deployed(self, channel: Channel, model: str) -> str:
        """The name by which the channel has a model."""
        undotted = self._undotted.get((channel.id, model), 0) > self._clock.wall()
        return model.replace(".", "") if undotted else model

    def recovered(self, channel: Channel, key_index: int, model: str = "") -> None:
        """A request went well."""
        self.rests.answered(channel, key_index, model)
