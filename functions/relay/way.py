"""The way to a provider: one channel with one of its keys, where its calls go and how they are signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.domain.channel import Channel
from gateway.errors import NotFound, Unavailable
from gateway.outbound.base import Ask, Call, Operation
from gateway.providers import address, auth, keys
from gateway.providers.catalog import provider
from gateway.providers.keys import BadKey
from gateway.providers.spec import Provider
from gateway.upstream import Outgoing
from relay.deps import Deps
from relay.faults import Failed, misconfigured, not_offered


@dataclass(frozen=True, slots=True)
class Way:
    """``dialect`` speaks the operation there; ``config`` is what that dialect may know of the channel's settings."""

    deps: Deps
    row: Provider
    channel: Channel
    key: str = field(repr=False)
    dialect: str
    config: Mapping[str, str]

    async def sign(self, ask: Ask, call: Call) -> Outgoing:
        """The call with its whole address and the channel's credentials; ``Failed`` if the set-up lacks something."""
        row, channel = self.row, self.channel
        try:
            url = self._address(ask, call)
            token = await self.deps.tokens.get(row, channel, self.key)
            now = self.deps.clock.now()
            sent = auth.authorise(row, call=call, url=url, key=self.key, config=channel.config, now=now, token=token)
        except (BadKey, Unavailable) as error:
            raise Failed(misconfigured(channel.id, str(error))) from error
        return Outgoing(method=call.method, url=sent.url, headers=sent.headers, body=call.body)

    def _address(self, ask: Ask, call: Call) -> str:
        if call.path.startswith("http"):  # a task's own, which was checked to be on the channel's host
            return call.path
        return address.url(
            self.row,
            base_url=self.channel.base_url,
            operation=ask.operation,
            model=ask.model,
            config=ask.config,
            path=call.path,
            key=self.key,
        )


def offers(channel: Channel, operation: Operation) -> bool:
    """Whether the channel's provider has the operation; a channel of no known type offers everything and fails."""
    try:
        return operation in provider(channel.type).dialects
    except NotFound:
        return True


def way_to(deps: Deps, channel: Channel, key: str, operation: Operation) -> Way:
    """How this channel serves an operation; ``Failed`` if it cannot."""
    try:
        row = provider(channel.type)
        name = row.dialects.get(operation)
        if name is None:
            raise Failed(not_offered(row.name, operation), asked=False)
        config = {**deps.settings.channel_defaults(name), **channel.config}
        config = keys.settings(row, key, config, channel.base_url)
    except (NotFound, BadKey) as error:
        raise Failed(misconfigured(channel.id, str(error))) from error
    return Way(deps=deps, row=row, channel=channel, key=key, dialect=name, config=config)
