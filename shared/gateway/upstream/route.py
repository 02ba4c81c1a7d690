"""The way to a provider: one channel with one of its keys, where its calls go and how they are signed."""

from collections.abc import Callable, Mapping
from dataclasses import field

from gateway.domain.channel import Channel
from gateway.errors import NotFound, Unavailable
from gateway.outbound.protocol import Operation, ProviderRequest, WireRequest
from gateway.providers import address, auth, keys
from gateway.providers.catalog import provider
from gateway.providers.keys import BadKey
from gateway.providers.spec import Provider
from gateway.records import dataclass
from gateway.upstream.protocol import SignedRequest
from gateway.upstream.tokens import ProviderTokens

Defaults = Callable[[str], Mapping[str, str]]  # dialect -> settings that every channel of it has


class NotSetUp(Exception):
    """The channel's own settings make it unusable; the text says what its administrator must change."""


class NotOffered(Exception):
    """The channel's provider has no such operation."""

    def __init__(self, provider: str, operation: Operation) -> None:
        super().__init__(f"{provider} does not offer {operation}")
        self.provider = provider
        self.operation = operation


@dataclass(frozen=True, slots=True)
class ProviderRoute:
    """``dialect`` speaks the operation there; ``config`` is what that dialect may know of the channel's settings."""

    tokens: ProviderTokens
    row: Provider
    channel: Channel
    key: str = field(repr=False)
    dialect: str
    config: Mapping[str, str]
    addresses: dict[tuple[Operation, str, str], str] = field(
        default_factory=dict[tuple[Operation, str, str], str], compare=False, repr=False
    )

    async def sign(self, request: ProviderRequest, call: WireRequest) -> SignedRequest:
        """The call with its whole address and the channel's credentials; ``NotSetUp`` if the set-up lacks something."""
        row, channel = self.row, self.channel
        try:
            url = self._address(request, call)
            token = await self.tokens.get(row, channel, self.key)
            now = self.tokens.clock.now()
            sent = auth.authorise(row, call=call, url=url, key=self.key, config=channel.config, now=now, token=token)
        except (BadKey, Unavailable) as error:
            raise NotSetUp(str(error)) from error
        return SignedRequest(method=call.method, url=sent.url, headers=sent.headers, body=call.body)

    def _address(self, request: ProviderRequest, call: WireRequest) -> str:
        if call.path.startswith("http"):  # a task's own, which was checked to be on the channel's host
            return call.path
        if request.config is not self.config:
            return self._put_together(request, call)
        name = (request.operation, request.model, call.path)
        known = self.addresses.get(name)
        if known is None:  # 30 microseconds, for every request of the channel the same
            if len(self.addresses) >= _MOST_KNOWN:
                self.addresses.clear()
            known = self.addresses[name] = self._put_together(request, call)
        return known

    def _put_together(self, request: ProviderRequest, call: WireRequest) -> str:
        return address.url(
            self.row,
            base_url=self.channel.base_url,
            operation=request.operation,
            model=request.model,
            config=request.config,
            path=call.path,
            key=self.key,
        )


def offers(channel: Channel, operation: Operation) -> bool:
    """Whether the channel's provider has the operation; a channel of no known type offers everything and fails.

    A server behind an OpenAI-compatible channel may lack the Responses API: ``{"responses": "chat"}`` in its config.
    """
    if operation == "responses" and channel.config.get("responses") == "chat":
        return False
    try:
        return operation in provider(channel.type).dialects
    except NotFound:
        return True


def route_to(
    tokens: ProviderTokens, channel: Channel, key: str, operation: Operation, defaults: Defaults
) -> ProviderRoute:
    """How this channel serves an operation; raises ``NotOffered`` or ``NotSetUp`` if it cannot.

    The same for every request until the channel is read again: what is worked out is kept, with what it was of.
    """
    name = (channel.id, key, operation)
    kept = _ways.get(name)
    if kept is not None and kept[0] is channel and kept[1].tokens is tokens and kept[2] == defaults:
        return kept[1]
    way = _worked_out(tokens, channel, key, operation, defaults)
    if len(_ways) >= _MOST_KNOWN:
        _ways.clear()
    _ways[name] = (channel, way, defaults)
    return way


_MOST_KNOWN = 512
_ways: dict[tuple[int, str, Operation], tuple[Channel, ProviderRoute, Defaults]] = {}


def _worked_out(
    tokens: ProviderTokens, channel: Channel, key: str, operation: Operation, defaults: Defaults
) -> ProviderRoute:
    try:
        row = provider(channel.type)
    except NotFound as error:
        raise NotSetUp(str(error)) from error
    name = row.dialects.get(operation)
    if name is None:
        raise NotOffered(row.name, operation)
    return route_in(tokens, row, channel, key, name, {**defaults(name), **channel.config})


def route_in(
    tokens: ProviderTokens, row: Provider, channel: Channel, key: str, dialect: str, config: Mapping[str, str]
) -> ProviderRoute:
    """The way to this channel in a dialect, whatever is asked for there; raises ``NotSetUp``."""
    try:
        known = keys.settings(row, key, config, channel.base_url)
    except BadKey as error:
        raise NotSetUp(str(error)) from error
    return ProviderRoute(tokens=tokens, row=row, channel=channel, key=key, dialect=dialect, config=known)
