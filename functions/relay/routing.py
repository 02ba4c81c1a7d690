"""Which channels may serve a request, and in what order they are tried."""

from collections.abc import Callable, Iterable
from itertools import groupby

from gateway.domain.channel import Channel, ChannelStatus
from gateway.domain.identity import Caller
from gateway.errors import BadRequest, Forbidden, NotFound, Unavailable
from gateway.store.reader import Reader
from relay.affinity import Holder
from relay.conversation import Conversation
from relay.draws import drawn
from relay.health import Health

Draw = Callable[[Channel], float]  # a number between 0 and 1


async def route(
    reader: Reader,
    health: Health,
    caller: Caller,
    model: str,
    chance: Callable[[], float],
    conversation: Conversation | None = None,
) -> list[Channel]:
    """Channels to try, best first; a pinned caller gets exactly that one. Raises when there is none.

    Among equals a conversation keeps its order, in every process.
    """
    if caller.pinned_channel is not None:
        return [await _pinned(reader, caller.pinned_channel)]
    group = caller.user.group
    candidates = await reader.candidates(group, model)
    if not candidates:
        text = f"当前分组 {group} 下对于模型 {model} 无可用渠道"
        if not await reader.offers(group, model):  # the caller's mistake: asking again will not help
            raise NotFound(text, code="model_not_found", param="model")
        raise Unavailable(text, code="model_not_available")
    if len(candidates) == 1:  # as of most models: putting it in order would take 2 microseconds
        return candidates
    ready = [channel for channel in candidates if not health.cooling(channel, model)]
    resting = [channel for channel in candidates if health.cooling(channel, model)]
    equals = len({channel.priority for channel in candidates}) < len(candidates)
    name = conversation.name() if conversation is not None and equals else ""
    return in_order(ready, chance, name) + in_order(resting, chance, name)


def keeping(health: Health, conversation: Conversation, channels: list[Channel]) -> list[Channel]:
    """The channels with the one in front that holds a conversation's state, unless it is resting."""
    held = holder(health, conversation, channels) if len(channels) > 1 else None
    if held is None:
        return channels
    model = conversation.parsed.model
    return sorted(channels, key=lambda channel: channel.id != held.channel_id or health.cooling(channel, model))


def holder(health: Health, conversation: Conversation, channels: list[Channel]) -> Holder | None:
    """Who is to be asked first, as this process has seen it.

    A session by itself leads only to where it is to stay, and to no key that rests: it costs a prompt cache, no more.
    """
    held = health.affinity.holder(conversation.states())
    if held is None or conversation.bound():
        return held
    stays = [channel for channel in channels if channel.id == held.channel_id and conversation.stays_with(channel)]
    model = conversation.parsed.model
    return held if stays and not health.rests.resting(stays[0], held.key_index, model) else None


def in_order(channels: Iterable[Channel], chance: Callable[[], float], name: str = "") -> list[Channel]:
    """Higher priority first; among equals a shuffle in which weight is the chance to come first.

    What is shuffled are conversations, by their names, and single requests where there is no name.
    """
    ranked = sorted(channels, key=lambda channel: (-channel.priority, channel.id))
    tiers = (list(tier) for _, tier in groupby(ranked, key=lambda channel: channel.priority))
    return [channel for tier in tiers for channel in (_equals(tier, chance, name) if len(tier) > 1 else tier)]


def _equals(tier: list[Channel], chance: Callable[[], float], name: str) -> list[Channel]:
    if not name:
        return _weighted(tier, lambda _: chance())
    kept = _weighted(tier, lambda channel: drawn(name, channel.id))
    # What falls to channels that keep no conversations is shared among them by chance; the others' is left to them.
    loose = iter(_weighted([channel for channel in tier if not channel.affinity], lambda _: chance()))
    return [channel if channel.affinity else next(loose) for channel in kept]


def _weighted(tier: list[Channel], draw: Draw) -> list[Channel]:
    # Each draws a number whose maximum is the more likely the heavier the weight (Efraimidis and Spirakis). Where what
    # is drawn follows from a name, a channel that comes or goes moves only what falls to it (rendezvous hashing).
    drawing = [(draw(channel) ** (1 / max(channel.weight, 1)), channel.id, channel) for channel in tier]
    return [channel for _, _, channel in sorted(drawing, reverse=True)]


async def _pinned(reader: Reader, channel_id: int) -> Channel:
    channel = await reader.channel(channel_id)
    if channel is None:
        raise BadRequest("无效的渠道 Id", code="invalid_channel")
    if channel.status != ChannelStatus.ENABLED:
        raise Forbidden("该渠道已被禁用", code="channel_disabled")
    return channel
