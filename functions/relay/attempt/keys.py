"""Which key of a channel is used: the one that holds the conversation's state, else the next in turn."""

from gateway.domain.channel import Channel
from gateway.outbound.protocol import Fault
from relay.admitted_request import AdmittedRequest, Delivery
from relay.affinity import response_state, states_of
from relay.deps import Deps
from relay.stateless import unknown_state


class Keys:
    """Of one request. ``strangers`` are the channels that know nothing of the state in it, with any of their keys."""

    def __init__(self, deps: Deps, admitted: AdmittedRequest) -> None:
        self.admitted = admitted
        self.strangers: list[Channel] = []
        self._deps = deps
        self._states = states_of(admitted.caller.user.id, admitted.incoming, admitted.parsed)
        self._tried: dict[int, set[int]] = {}
        held = deps.health.affinity.holder(self._states) if self._states else None
        self._wanted = {held.channel_id: held.key_index} if held else {}

    def pick(self, channel: Channel) -> int:
        """The place of the key to use."""
        wanted = self._wanted.pop(channel.id, None)
        if wanted is None or wanted >= len(channel.keys):
            wanted = self._deps.health.pick(channel)
        self._tried.setdefault(channel.id, set()).add(wanted)
        return wanted

    def another(self, channel: Channel, fault: Fault) -> bool:
        """Whether the channel has a key left that may know the state which this one does not."""
        if not unknown_state(fault):
            return False
        left = set(range(len(channel.keys))) - self._tried[channel.id]
        if left:
            self._wanted[channel.id] = min(left)
        else:
            self.strangers.append(channel)
        return bool(left)

    def answered(self, channel: Channel, key_index: int, delivery: Delivery) -> None:
        """Remember who answered, for what goes on from there."""
        states = list(self._states)
        parsed = self.admitted.parsed
        if delivery.response_id and (parsed.operation == "responses" or parsed.body.get("thread")):
            states.append(response_state(self.admitted.caller.user.id, delivery.response_id))
        if states and delivery.fault is None:
            self._deps.health.affinity.remember(states, channel.id, key_index)
