"""From a channel to a request on the wire: which dialect, which bytes, and how the reply travels back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.domain.channel import Channel
from gateway.outbound import registry
from gateway.outbound.base import Ask, Call, Dialect, Media
from gateway.outbound.openai_meter import StreamFilter
from gateway.outbound.quirks import QUIRKS
from gateway.providers.spec import Exchange
from gateway.security.media_fetch import Refused
from gateway.upstream import Outgoing
from gateway.upstream.way import Way, offers, way_to
from relay.deps import Deps
from relay.flows import Flow, PassedThrough, Translated
from relay.inbound.base import Parsed
from relay.inbound.openai_events import EVENTFUL
from relay.job import Job
from relay.splice import verbatim, with_forwarded, with_system_prompt

_STREAMING = frozenset({"stream", "stream_format", "partial_images"})


@dataclass(frozen=True, slots=True)
class Line:
    """One channel's way of serving one request.

    ``parsed`` is the request as it is served: the caller's, or what that falls back to. ``passes_reply``: the
    provider's bytes are already what the caller expects.
    """

    job: Job
    parsed: Parsed
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
        parsed = self.parsed
        if not self.passes_reply:
            return Translated(self.dialect.stream(self.ask), self.job.inbound.stream(parsed))
        choices = parsed.body.get("n")
        spoken = registry.replies(self.way.dialect, self.ask.model)
        meter = registry.meter(spoken, choices if isinstance(choices, int) else 1)
        return PassedThrough(meter, None if parsed.wants_usage else StreamFilter())


async def connect(deps: Deps, job: Job, channel: Channel, key: str) -> Line:
    """The request this channel's provider gets; raises ``Unsupported``, ``NotOffered`` or ``NotSetUp``."""
    parsed = suited(job.parsed, channel, chat_only=deps.health.chat_only(channel))
    way = way_to(deps.tokens, channel, key, parsed.operation, deps.settings.channel_defaults)
    model = channel.upstream_model(parsed.model)
    body, reset = with_system_prompt(parsed.operation, parsed.body_for(way.dialect, model), channel.system_prompt)
    stream = parsed.stream and (parsed.operation not in EVENTFUL or way.dialect in QUIRKS)
    if parsed.stream and not stream:  # no such stream there: asked for whole, and told in events
        body = {name: value for name, value in body.items() if name not in _STREAMING}
    ask = Ask(
        operation=parsed.operation,
        body=body,
        model=model,
        requested_model=parsed.model,
        stream=stream,
        request_id=job.incoming.request_id,
        created=deps.clock.now(),
        config=way.config,
        uploads=parsed.uploads,
    )
    dialect = registry.dialect(way.dialect)
    ask, call = await _asked(deps, job, dialect, ask, parsed.raw if parsed.native and not reset else None)
    spoken = registry.wire(registry.replies(way.dialect, model))
    return Line(
        job=job,
        parsed=parsed,
        way=way,
        ask=ask,
        dialect=dialect,
        outgoing=await way.sign(ask, call),
        passes_reply=spoken == job.inbound.dialect and parsed.native_reply,
        system_prompt_reset=reset,
    )


def suited(parsed: Parsed, channel: Channel, *, chat_only: bool) -> Parsed:
    """The request as the channel's provider offers it: the operation itself, else what it falls back to."""
    if parsed.fallback is None or (offers(channel, parsed.operation) and not chat_only):
        return parsed
    return parsed.fallback()


async def _asked(deps: Deps, job: Job, dialect: Dialect, ask: Ask, raw: bytes | None) -> tuple[Ask, Call]:
    """The call in the provider's words: the caller's own bytes if there are any and both speak the same."""
    inbound = job.inbound.dialect
    if registry.wire(dialect.name) != inbound:
        ask = await with_media(deps, dialect, ask)
        return ask, dialect.request(ask)
    if raw is None:
        ask = await with_media(deps, dialect, ask)
        call = dialect.request(ask)
    else:
        call = verbatim(dialect, ask, raw)
    return ask, with_forwarded(call, inbound, job.incoming.headers)


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
