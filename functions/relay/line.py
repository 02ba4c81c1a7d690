"""From a channel to a request on the wire: which dialect, which bytes, and how the reply travels back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.domain.channel import Channel
from gateway.outbound import registry
from gateway.outbound.base import Ask, Call, Dialect, Media
from gateway.outbound.openai_meter import StreamFilter
from gateway.providers.spec import Exchange
from gateway.security.media_fetch import Refused
from gateway.upstream import Outgoing
from relay.deps import Deps
from relay.flows import Flow, PassedThrough, Translated
from relay.job import Job
from relay.splice import as_sent, with_forwarded, with_system_prompt
from relay.way import Way, way_to


@dataclass(frozen=True, slots=True)
class Line:
    """One channel's way of serving one request.

    ``passes_reply``: the provider's bytes are already what the caller expects.
    """

    job: Job
    way: Way
    ask: Ask
    dialect: Dialect
    outgoing: Outgoing
    passes_reply: bool
    system_prompt_reset: bool

    @property
    def exchange(self) -> Exchange:
        """How this operation runs at the provider."""
        return self.way.row.exchanges.get(self.ask.operation, "http")

    async def sign(self, call: Call) -> Outgoing:
        """A further call of the same exchange, with its whole address and the channel's credentials."""
        return await self.way.sign(self.ask, call)

    def flow(self) -> Flow:
        """How the streamed reply travels."""
        parsed = self.job.parsed
        if not self.passes_reply:
            return Translated(self.dialect.stream(self.ask), self.job.inbound.stream(parsed))
        choices = parsed.body.get("n")
        meter = registry.meter(self.way.dialect, choices if isinstance(choices, int) else 1)
        return PassedThrough(meter, None if parsed.wants_usage else StreamFilter())


async def connect(deps: Deps, job: Job, channel: Channel, key: str) -> Line:
    """The request this channel's provider gets; raises ``Unsupported`` or ``Failed``."""
    parsed = job.parsed
    way = way_to(deps, channel, key, parsed.operation)
    dialect = registry.dialect(way.dialect)
    body, system_prompt_reset = with_system_prompt(parsed.body, channel.system_prompt)
    ask = Ask(
        operation=parsed.operation,
        body=body,
        model=channel.upstream_model(parsed.model),
        requested_model=parsed.model,
        stream=parsed.stream,
        request_id=job.incoming.request_id,
        created=deps.clock.now(),
        config=way.config,
        uploads=parsed.uploads,
    )
    ask = await with_media(deps, dialect, ask)
    same = registry.wire(way.dialect) == job.inbound.dialect
    call = dialect.request(ask)
    if same:
        call = with_forwarded(call, job.inbound.dialect, job.incoming.headers)
    if same and parsed.native and not system_prompt_reset:
        call = as_sent(call, ask, parsed.raw, way.dialect)
    return Line(
        job=job,
        way=way,
        ask=ask,
        dialect=dialect,
        outgoing=await way.sign(ask, call),
        passes_reply=same and parsed.native_reply,
        system_prompt_reset=system_prompt_reset,
    )


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
