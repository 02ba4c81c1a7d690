"""What processes tell one another of affinity: who made a response that a conversation goes on from.

Noted after the answer, where the response lies with a provider and more than one channel or key could be asked for the
next; read where a request goes on from one that this process has not seen. Others do not pay for it. Without it the
loop would ask one channel after the other.
"""

from gateway import log
from gateway.domain.channel import Channel
from gateway.errors import StoreError
from gateway.upstream.route import offers
from gateway.wire.json import obj
from relay.admitted_request import AdmittedRequest, Delivery
from relay.conversation import continued, response_state
from relay.deps import Deps
from relay.inbound.protocol import ParsedRequest


async def recall(deps: Deps, user_id: int, parsed: ParsedRequest, channels: list[Channel]) -> None:
    """Learn who holds the response that a request goes on from, unless that is known here or there is no choice."""
    before = continued(parsed.body)
    if not before or not _choice(channels):
        return
    state = response_state(user_id, before)
    if deps.health.affinity.holder([state]) is not None:
        return
    try:
        held = await deps.states.holder(state)
    except StoreError as error:
        log.warning("holder not read", reason=str(error))
        return
    if held is not None:
        deps.health.affinity.remember([state], *held)


async def note(deps: Deps, admitted: AdmittedRequest, delivery: Delivery) -> None:
    """Tell the others who made this response."""
    channel, made = delivery.channel, delivery.response_id
    if channel is None or not made or delivery.fault is not None or not _choice(admitted.channels):
        return
    if not kept(admitted.parsed) or _from_chat(deps, admitted, channel):
        return
    state = response_state(admitted.caller.user.id, made)
    held = deps.health.affinity.holder([state])
    if held is None or held.channel_id != channel.id:
        return
    try:
        await deps.states.note(state, held.channel_id, held.key_index, deps.clock.now())
    except StoreError as error:
        log.warning("holder not noted", request_id=admitted.hold.request_id, reason=str(error))


def kept(parsed: ParsedRequest) -> bool:
    """Whether the provider keeps the response, so that a conversation can go on from it."""
    if parsed.operation == "responses":
        return parsed.body.get("store") is not False
    return bool(obj(parsed.body.get("thread")))


def _from_chat(deps: Deps, admitted: AdmittedRequest, channel: Channel) -> bool:
    """Whether the response was made here, of a chat: nobody keeps it."""
    parsed = admitted.parsed
    lacking = not offers(channel, "responses") or deps.health.chat_only(channel, parsed.beneath)
    return parsed.operation == "responses" and lacking


def _choice(channels: list[Channel]) -> bool:
    return sum(len(channel.keys) for channel in channels) > 1
