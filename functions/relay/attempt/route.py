"""From a channel to a request on the wire: which dialect, which bytes, and how the reply travels back."""

from collections.abc import Mapping
from dataclasses import field, replace

from gateway.domain.channel import Channel
from gateway.outbound import registry
from gateway.outbound.canonical.borders import renamed, renames
from gateway.outbound.homeward import Homeward
from gateway.outbound.openai.meter import StreamFilter
from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.protocol import Dialect, Json, Media, ProviderRequest, WireRequest
from gateway.providers.spec import Exchange
from gateway.records import short_record
from gateway.upstream.protocol import SignedRequest
from gateway.upstream.route import ProviderRoute, offers, route_to
from relay import hosted_tools
from relay.admitted_request import AdmittedRequest
from relay.attempt.mended import Mended
from relay.attempt.passthrough import verbatim, with_forwarded, with_system_prompt
from relay.attempt.reply_streams import PassedThrough, ReplyStream, Translated
from relay.deps import Deps
from relay.inbound.openai.events import EVENTFUL
from relay.inbound.protocol import ParsedRequest
from relay.policies import ReplyPolicy, around
from relay.secrets import Secrets
from relay.stateless import in_providers_words

_STREAMING = frozenset({"stream", "stream_format", "partial_images"})


@short_record
class UpstreamRoute:
    """One channel's way of serving one request.

    ``parsed`` is the request as it is served: the caller's, or what that falls back to. ``passes_reply``: the
    provider's bytes are already what the caller expects, and nothing is ``watching`` them. ``names``:
    the caller's for functions, by those sent.
    """

    admitted: AdmittedRequest
    parsed: ParsedRequest
    way: ProviderRoute
    request: ProviderRequest
    outgoing: SignedRequest
    passes_reply: bool
    system_prompt_reset: bool = False
    watching: tuple[ReplyPolicy, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def dialect(self) -> Dialect:
        """What the provider speaks; with the caller's names of functions, where others had to be sent."""
        spoken = registry.dialect(self.way.dialect)
        return Homeward(spoken, self.names) if self.names else spoken

    @property
    def exchange(self) -> Exchange:
        """How this operation runs at the provider."""
        return self.way.row.exchanges.get(self.request.operation, "http")

    @property
    def secrets(self) -> Secrets:
        """What the provider may not repeat to the caller."""
        return Secrets.of(self.way.channel, self.way.key, self.outgoing.headers)

    def masked(self, body: bytes) -> bytes:
        """Bytes of the provider's without them."""
        return self.secrets.out_of_body(body)

    def reply_stream(self) -> ReplyStream:
        """How the streamed reply travels."""
        parsed = self.parsed
        if not self.passes_reply:
            return Translated(self.dialect.stream(self.request), self.admitted.inbound.stream(parsed), self.watching)
        meter = registry.meter(registry.replies(self.way.dialect, self.request.model), self.choices)
        return PassedThrough(meter, None if parsed.wants_usage else StreamFilter(), self.mended(), self.masked)

    @property
    def choices(self) -> int:
        """How many answers were asked for."""
        choices = self.parsed.body.get("n")
        return choices if isinstance(choices, int) else 1

    @property
    def reads_events(self) -> bool:
        """Whether a stream of this provider is server-sent events and nothing else."""
        return self.passes_reply or self.way.dialect in QUIRKS

    def mended(self) -> Mended:
        """What a reply that passes goes through."""
        return Mended(self.admitted.inbound.dialect, self.choices)


async def connect(deps: Deps, admitted: AdmittedRequest, channel: Channel, key: str) -> UpstreamRoute:
    """The request this channel's provider gets; raises ``Unsupported``, ``NotOffered`` or ``NotSetUp``."""
    chat_only = deps.health.chat_only(channel, admitted.parsed.beneath)
    parsed = in_providers_words(suited(admitted.parsed, channel, chat_only=chat_only))
    way = route_to(deps.tokens, channel, key, parsed.operation, deps.settings.channel_defaults)
    model = channel.upstream_model(parsed.model)
    parsed, body = worded(admitted, parsed, way, model)
    body, reset = with_system_prompt(parsed.operation, body, channel.system_prompt)
    stream = parsed.stream and (parsed.operation not in EVENTFUL or way.dialect in QUIRKS)
    if parsed.stream and not stream:  # no such stream there: asked for whole, and told in events
        body = {name: value for name, value in body.items() if name not in _STREAMING}
    deployed = deps.health.deployed(channel, model)
    request = provider_request(deps, admitted, parsed, way, body=body, model=deployed, stream=stream)
    spoken = registry.wire(registry.replies(way.dialect, model))
    watching = around(deps.policies, admitted, parsed) if deps.policies else ()
    passes = spoken == admitted.inbound.dialect and parsed.native_reply and not watching
    request, names = with_names(way.dialect, request, passes=passes)
    raw = parsed.raw if parsed.native and not reset and not names else None
    request, call = await _asked(deps, admitted, registry.dialect(way.dialect), request, raw)
    return UpstreamRoute(
        admitted=admitted,
        parsed=parsed,
        way=way,
        request=request,
        outgoing=beneath(await way.sign(request, call), parsed.beneath),
        passes_reply=passes,
        system_prompt_reset=reset,
        watching=watching,
        names=names,
    )


def worded(
    admitted: AdmittedRequest, parsed: ParsedRequest, way: ProviderRoute, model: str
) -> tuple[ParsedRequest, Json]:
    """The request and its body in words that the dialect takes, with no tool that has no price; or ``Unsupported``."""
    body, kind = parsed.body_for(way.dialect, model, way.config), way.channel.type
    served = hosted_tools.priced(parsed, kind, admitted.book.price(model, kind))
    return served, body if served is parsed else served.body


def with_names(dialect: str, request: ProviderRequest, *, passes: bool) -> tuple[ProviderRequest, Mapping[str, str]]:
    """The request with names of functions that the provider takes, and the caller's by those.

    Where bytes pass back, names are between caller and provider.
    """
    shape = registry.border(dialect, request).name if request.operation == "chat" and not passes else None
    sent: Mapping[str, str] = renames(request.body, shape) if shape else {}
    if not sent:
        return request, {}
    return replace(request, body=renamed(request.body, sent)), {there: ours for ours, there in sent.items()}


def beneath(outgoing: SignedRequest, path: str) -> SignedRequest:
    """The same request to an address below its own."""
    address, mark, query = outgoing.url.partition("?")
    return replace(outgoing, url=f"{address}{path}{mark}{query}") if path else outgoing


def provider_request(
    deps: Deps,
    admitted: AdmittedRequest,
    parsed: ParsedRequest,
    way: ProviderRoute,
    *,
    body: Json,
    model: str,
    stream: bool,
) -> ProviderRequest:
    """What is asked of the provider at the end of this way."""
    return ProviderRequest(
        operation=parsed.operation,
        body=body,
        model=model,
        requested_model=parsed.model,
        stream=stream,
        request_id=admitted.incoming.request_id,
        created=deps.clock.now(),
        config=way.config,
        uploads=parsed.uploads,
    )


def suited(parsed: ParsedRequest, channel: Channel, *, chat_only: bool) -> ParsedRequest:
    """The request as the channel's provider offers it: the operation itself, else what it falls back to."""
    if parsed.fallback is None or (offers(channel, parsed.operation) and not chat_only):
        return parsed
    return parsed.fallback(parsed)


async def _asked(
    deps: Deps, admitted: AdmittedRequest, dialect: Dialect, request: ProviderRequest, raw: bytes | None
) -> tuple[ProviderRequest, WireRequest]:
    """The call in the provider's words: the caller's own bytes if there are any and both speak the same."""
    inbound = admitted.inbound.dialect
    if registry.wire(dialect.name) != inbound:
        request = await with_media(deps, dialect, request)
        return request, dialect.request(request)
    if raw is None:
        request = await with_media(deps, dialect, request)
        call = dialect.request(request)
    else:
        call = verbatim(dialect, request, raw)
    return request, with_forwarded(call, inbound, admitted.incoming.headers)


async def with_media(deps: Deps, dialect: Dialect, request: ProviderRequest) -> ProviderRequest:
    """The ask with the bytes of every URL that this dialect must inline."""
    urls = list(dict.fromkeys(dialect.media_urls(request)))
    return replace(request, media=await fetched(deps, urls)) if urls else request


async def fetched(deps: Deps, urls: list[str]) -> Mapping[str, Media]:
    """What is behind the URLs, read side by side through the safe fetcher; raises ``MediaRefused``."""
    found = await deps.fetcher.fetch(urls)
    return {url: Media(type=reply.type, data=reply.body) for url, reply in zip(urls, found, strict=True)}
