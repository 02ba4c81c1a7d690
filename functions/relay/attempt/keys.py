"""Which key of a channel is used: that of the conversation's state, or of the conversation, else the next in turn."""

from gateway.domain.channel import Channel
from gateway.outbound.protocol import Fault
from relay.admitted_request import AdmittedRequest, Delivery
from relay.conversation import Conversation, response_state
from relay.deps import Deps
from relay.routing import holder
from relay.stateless import unknown_state


class Keys:
    """Of one request. ``strangers`` are the channels that know nothing of the state in it, with any of their keys."""

    def __init__(self, deps: Deps, admitted: AdmittedRequest) -> None:
        self.admitted = admitted
        self.strangers: list[Channel] = []
        self._deps = deps
        self._conversation = Conversation(
            user_id=admitted.caller.user.id,
            incoming=admitted.incoming,
            parsed=admitted.parsed,
            kept=admitted.options.affinity,
        )
        self._tried: dict[int, set[int]] = {}
        held = holder(deps.health, self._conversation, admitted.channels)
        self._wanted = {held.channel_id: held.key_index} if held else {}

    def pick(self, channel: Channel) -> int:
        """The place of the key to use."""
        wanted = self._wanted.pop(channel.id, None)
        if wanted is None or wanted >= len(channel.keys):
            led = len(channel.keys) > 1 and channel.affinity
            wanted = self._deps.health.pick(
                channel, self._conversation.name() if led else "", self.admitted.parsed.model
            )
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
        states = self._conversation.states()
        parsed = self.admitted.parsed
        if delivery.response_id and (parsed.operation == "responses" or parsed.body.get("thread")):
            states.append(response_state(self.admitted.caller.user.id, delivery.response_id))
        if states and delivery.fault is None:
            self._deps.health.affinity.remember(states, channel.id, key_index)
