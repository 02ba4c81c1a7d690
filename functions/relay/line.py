"""From a channel to a signed request: which dialect, which bytes, which address, which key."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.domain.channel import Channel
from gateway.errors import NotFound, Unavailable
from gateway.outbound import registry
from gateway.outbound.base import Ask, Call, Dialect, Media
from gateway.outbound.openai_meter import StreamFilter
from gateway.providers import address, auth, keys
from gateway.providers.catalog import provider
from gateway.providers.keys import BadKey
from gateway.providers.spec import Exchange, Provider
from gateway.security.media_fetch import Refused
from gateway.upstream import Outgoing
from relay.deps import Deps
from relay.faults import Failed, misconfigured, not_offered
from relay.flows import Flow, PassedThrough, Translated
from relay.job import Job
from relay.splice import as_sent, with_forwarded, with_system_prompt


@dataclass(frozen=True, slots=True)
class Line:
    """One channel's way of serving one request.

    ``passes_reply``: the provider's bytes are already what the caller expects.
    """

    deps: Deps
    job: Job
    row: Provider
    channel: Channel
    key: str
    ask: Ask
    dialect_name: str
    dialect: Dialect
    outgoing: Outgoing
    passes_reply: bool
    system_prompt_reset: bool

    @property
    def exchange(self) -> Exchange:
        """How this operation runs at the provider."""
        return self.row.exchanges.get(self.ask.operation, "http")

    async def sign(self, call: Call) -> Outgoing:
        """A further call of the same exchange, with its whole address and the channel's credentials."""
        return await signed(self.deps, self.row, self.channel, self.key, self.ask, call)

    def flow(self) -> Flow:
        """How the streamed reply travels."""
        parsed = self.job.parsed
        if not self.passes_reply:
            return Translated(self.dialect.stream(self.ask), self.job.inbound.stream(parsed))
        choices = parsed.body.get("n")
        meter = registry.meter(self.dialect_name, choices if isinstance(choices, int) else 1)
        return PassedThrough(meter, None if parsed.wants_usage else StreamFilter())


async def connect(deps: Deps, job: Job, channel: Channel, key: str) -> Line:
    """The request this channel's provider gets; raises ``Unsupported`` or ``Failed``."""
    parsed = job.parsed
    try:
        row = provider(channel.type)
        name = row.dialects.get(parsed.operation)
        if name is None:
            raise Failed(not_offered(row.name, parsed.operation))
        config = {**deps.settings.channel_defaults(name), **channel.config}
        config = keys.settings(row, key, config, channel.base_url)
    except (NotFound, BadKey) as error:
        raise Failed(misconfigured(channel.id, str(error))) from error
    dialect = registry.dialect(name)
    body, system_prompt_reset = with_system_prompt(parsed.body, channel.system_prompt)
    ask = Ask(
        operation=parsed.operation,
        body=body,
        model=channel.upstream_model(parsed.model),
        requested_model=parsed.model,
        stream=parsed.stream,
        request_id=job.incoming.request_id,
        created=deps.clock.now(),
        config=config,
        uploads=parsed.uploads,
    )
    ask = await with_media(deps, dialect, ask)
    same = registry.wire(name) == job.inbound.dialect
    call = dialect.request(ask)
    if same:
        call = with_forwarded(call, job.inbound.dialect, job.incoming.headers)
    if same and parsed.native and not system_prompt_reset:
        call = as_sent(call, ask, parsed.raw, name)
    outgoing = await signed(deps, row, channel, key, ask, call)
    return Line(
        deps=deps,
        job=job,
        row=row,
        channel=channel,
        key=key,
        ask=ask,
        dialect_name=name,
        dialect=dialect,
        outgoing=outgoing,
        passes_reply=same and parsed.native_reply,
        system_prompt_reset=system_prompt_reset,
    )


async def signed(deps: Deps, row: Provider, channel: Channel, key: str, ask: Ask, call: Call) -> Outgoing:
    """The call with its whole address and the channel's credentials."""
    try:
        # A task's own address was checked to be on the channel's host before it came here.
        url = (
            call.path
            if call.path.startswith("http")
            else address.url(
                row,
                base_url=channel.base_url,
                operation=ask.operation,
                model=ask.model,
                config=ask.config,
                path=call.path,
                key=key,
            )
        )
        token = await deps.tokens.get(row, channel, key)
        sent = auth.authorise(
            row, call=call, url=url, key=key, config=channel.config, now=deps.clock.now(), token=token
        )
    except (BadKey, Unavailable) as error:
        raise Failed(misconfigured(channel.id, str(error))) from error
    return Outgoing(method=call.method, url=sent.url, headers=sent.headers, body=call.body)


async def with_media(deps: Deps, dialect: Dialect, ask: Ask) -> Ask:
    """The ask with the bytes of every URL that this dialect must inline."""
    urls = list(dict.fromkeys(dialect.media_urls(ask)))
    return replace(ask, media=await fetched(deps, urls)) if urls else ask


async def fetched(deps: Deps, urls: list[str]) -> Mapping[str, Media]:
    """What is behind the URLs, read side by side through the safe fetcher; raises ``Refused``."""
    found = await asyncio.gather(*(deps.fetcher.fetch(url) for url in urls))
    for url, reply in zip(urls, found, strict=True):
        if reply.status != 200:
            raise Refused(f"{url.partition('?')[0]!r} answered with status {reply.status}, not with a file")
    return {url: Media(type=reply.type, data=reply.body) for url, reply in zip(urls, found, strict=True)}
