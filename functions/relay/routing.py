"""Which channels may serve a request, and in what order they are tried."""

from collections.abc import Callable, Iterable
from itertools import groupby

from gateway.domain.channel import Channel, ChannelStatus
from gateway.domain.identity import Caller
from gateway.errors import BadRequest, Forbidden, NotFound, Unavailable
from gateway.store.reader import Reader
from relay.health import Health


async def route(
    reader: Reader, health: Health, caller: Caller, model: str, chance: Callable[[], float]
) -> list[Channel]:
    """Channels to try, best first; a pinned caller gets exactly that one. Raises when there is none."""
    if caller.pinned_channel is not None:
        return [await _pinned(reader, caller.pinned_channel)]
    group = caller.user.group
    candidates = await reader.candidates(group, model)
    if not candidates:
        text = f"当前分组 {group} 下对于模型 {model} 无可用渠道"
        if not await reader.offers(group, model):  # the caller's mistake: asking again will not help
            raise NotFound(text, code="model_not_found", param="model")
        raise Unavailable(text, code="model_not_available")
    ready = [channel for channel in candidates if not health.cooling(channel)]
    resting = [channel for channel in candidates if health.cooling(channel)]
    return in_order(ready, chance) + in_order(resting, chance)


def keeping(health: Health, states: list[str], channels: list[Channel]) -> list[Channel]:
    """The channels with the one in front that holds a conversation's state, unless it is resting."""
    held = health.affinity.holder(states) if states else None
    if held is None:
        return channels
    return sorted(channels, key=lambda channel: channel.id != held.channel_id or health.cooling(channel))


def in_order(channels: Iterable[Channel], chance: Callable[[], float]) -> list[Channel]:
    """Higher priority first; among equals a shuffle in which weight is the chance to come first."""
    ranked = sorted(channels, key=lambda channel: (-channel.priority, channel.id))
    tiers = (list(tier) for _, tier in groupby(ranked, key=lambda channel: channel.priority))
    return [channel for tier in tiers for channel in _weighted(tier, chance)]


def _weighted(tier: list[Channel], chance: Callable[[], float]) -> list[Channel]:
    # Each draws a number whose maximum is the more likely the heavier the weight (Efraimidis and Spirakis).
    drawn = [(chance() ** (1 / max(channel.weight, 1)), channel.id, channel) for channel in tier]
    return [channel for _, _, channel in sorted(drawn, reverse=True)]


async def _pinned(reader: Reader, channel_id: int) -> Channel:
    channel = await reader.channel(channel_id)
    if channel is None:
        raise BadRequest("无效的渠道 Id", code="invalid_channel")
    if channel.status != ChannelStatus.ENABLED:
        raise Forbidden("该渠道已被禁用", code="channel_disabled")
    return channel
