"""``/v1/oneapi/proxy/{channel}/{path}``: one channel's provider, asked in the provider's own words.

The caller's request goes on as it is, with the channel's credentials in place of the caller's; the reply comes back as
it is, refusals included. It is held and charged like every other request: by its usage where the path tells what the
bytes are, else by the price per request that the operator sets for the model ``proxy`` (option ModelPrice).
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote, urlencode

from gateway.billing.pricing import UnknownPrice
from gateway.domain.channel import Channel, ChannelStatus
from gateway.domain.identity import Caller, Role
from gateway.domain.usage import Usage
from gateway.errors import BadRequest, Forbidden, UpstreamBroken
from gateway.outbound.protocol import ProviderFault, WireRequest
from gateway.providers import address
from gateway.providers.catalog import provider
from gateway.providers.spec import Provider
from gateway.upstream.protocol import OpenResponse
from gateway.upstream.route import NotSetUp, route_in
from relay import faults, hosted_tools, limits
from relay.admitted_request import AdmittedRequest, Delivery
from relay.asgi_types import Receive, Send
from relay.attempt import unforeseen
from relay.attempt.attempt import Attempt
from relay.attempt.route import UpstreamRoute, provider_request
from relay.authenticate import caller_of, check_model
from relay.deps import Deps
from relay.endpoints import proxied_model
from relay.faults import Failed
from relay.http_request import HttpRequest, read_body
from relay.inbound.anthropic.dialect import AnthropicMessages
from relay.inbound.gemini.dialect import GeminiContent
from relay.inbound.openai import operations as openai_operations
from relay.inbound.openai.chat import OpenAiChat
from relay.inbound.protocol import Inbound, ParsedRequest, RawRequest
from relay.inbound.responses.dialect import OpenAiResponses
from relay.pipeline import ErrorsAnswered, named_anew, note_failure, priced, serve
from relay.reply_headers import request_headers
from relay.secrets import Secrets
from relay.sink import Sink

PATH = "/v1/oneapi/proxy/{channel}/{path:path}"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MODEL = "proxy"  # what requests are priced as whose usage nobody can read

UNDER_POLICIES = (
    "this gateway has policies, which cannot read what is proxied in a provider's own words; use the other endpoints"
)

# How a path ends to the words that are spoken there; the first that fits.
METERED: tuple[tuple[str, Inbound], ...] = (
    ("/chat/completions", OpenAiChat()),
    ("/completions", openai_operations.COMPLETIONS),
    ("/responses", OpenAiResponses()),
    ("/embeddings", openai_operations.EMBEDDINGS),
    ("/images/generations", openai_operations.IMAGES),
    ("/audio/speech", openai_operations.SPEECH),
    ("/messages", AnthropicMessages()),
    (":generateContent", GeminiContent(streamed=False)),
    (":streamGenerateContent", GeminiContent(streamed=True)),
)

# What goes on to the provider: what describes the body, and what vendors' requests are made of. Whatever else there is
# may name whom the provider bills, or concerns this connection.
GOES_ON = frozenset(
    (
        *("content-type", "accept", "accept-language", "user-agent", "range", "if-none-match", "idempotency-key"),
        *("openai-beta", "anthropic-version", "anthropic-beta", "prefer", "x-request-id", "x-client-request-id"),
        *("x-dashscope-async", "x-dashscope-sse", "x-dashscope-datainspection", "x-goog-api-client"),
    )
)
GOES_ON_PREFIXES = ("x-stainless-", "x-goog-upload-")

# What comes back: what describes the body, and what vendors' libraries read. Nothing that a browser acts on.
COMES_BACK = frozenset(
    (
        *("content-type", "content-language", "content-disposition", "content-range", "accept-ranges", "etag"),
        *("last-modified", "retry-after", "retry-after-ms", "x-should-retry", "x-request-id", "request-id"),
        *("openai-version", "openai-model", "openai-processing-ms", "x-envoy-upstream-service-time"),
        *("apim-request-id", "x-ms-request-id", "x-ms-region", "x-amzn-requestid"),
    )
)
COMES_BACK_PREFIXES = ("x-ratelimit-", "anthropic-ratelimit-", "x-goog-upload-")


async def answer(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """The route."""
    inbound = metered(incoming) or OpenAiChat()
    sink = Sink(send, receive, deps.clock, request_headers(incoming))
    async with ErrorsAnswered(inbound, incoming, sink):
        caller = await caller_of(deps, incoming)
        if deps.policies:
            raise Forbidden(UNDER_POLICIES, code="proxy_not_allowed")
        channel = await open_to(deps, caller, incoming.params["channel"])
        body = await read_body(receive, incoming.headers, deps.settings.max_body)
        incoming = named_anew(deps, incoming)
        parsed = understood(incoming, channel, body)
        incoming.trail.model, incoming.trail.stream = parsed.model, parsed.stream
        check_model(caller, parsed.model)
        # The bytes go on as they are, so that no other model is asked for, and priced, than the one they name.
        admitted = await priced(deps, inbound, incoming, parsed, caller, [replace(channel, model_mapping={})])
        price = admitted.book.price(parsed.model, channel.type)
        if parsed.model == MODEL and price.request is None:
            raise no_price(incoming)
        hosted_tools.check_priced(parsed, channel.type, price)
        sink.add_headers(request_headers(incoming))
        await serve(deps, admitted, sink, run)
    await note_failure(deps, incoming)


def metered(incoming: HttpRequest) -> Inbound | None:
    """The words that are spoken at this path, if they are known."""
    path = "/" + "/".join(part for part in incoming.params["path"].split("/") if part not in ("", "."))
    found = (inbound for end, inbound in METERED if path.casefold().endswith(end.casefold()))
    return next(found, None) if incoming.method == "POST" else None


async def open_to(deps: Deps, caller: Caller, channel_id: str) -> Channel:
    """The channel, if it is in use and this caller's group may use it; administrators may use every one."""
    number = int(channel_id) if channel_id.isascii() and channel_id.isdigit() and len(channel_id) < 16 else None
    channel = await deps.reader.channel(number) if number is not None else None
    if channel is None:
        raise BadRequest("无效的渠道 Id", code="invalid_channel")
    if caller.user.role < Role.ADMIN and caller.user.group not in channel.groups:
        raise Forbidden("该渠道不对当前分组开放", code="channel_not_allowed")
    if channel.status != ChannelStatus.ENABLED:
        raise Forbidden("该渠道已被禁用", code="channel_disabled")
    return channel


def understood(incoming: HttpRequest, channel: Channel, body: bytes) -> ParsedRequest:
    """The request as far as it must be understood: the model that will be served, limits, whether it streams."""
    inbound = metered(incoming)
    if inbound is None:
        return ParsedRequest(operation="moderations", model=MODEL, body={}, raw=body)
    path = incoming.params["path"]
    model = path.rpartition("models/")[2].partition(":")[0]
    read = body if inbound.dialect == "gemini" else proxied_model.with_model(body, path, channel.base_url)
    parsed = inbound.parse(RawRequest(body=read, headers=incoming.headers, path={"model": model}, query=incoming.query))
    proxied_model.check_one(parsed.model, read, path, channel.base_url, incoming.query)
    proxied_model.check_served(channel, parsed.model)
    if not parsed.native_reply:
        raise BadRequest("a stream can be proxied as server-sent events only: add alt=sse to the address")
    return replace(parsed, raw=body, wants_usage=True)  # nothing is taken out of the reply


def no_price(incoming: HttpRequest) -> UnknownPrice:
    path = incoming.params["path"]
    return UnknownPrice(
        f"nobody can tell what {path!r} costs. An administrator can set a price for every request of this kind: add "
        f'"{MODEL}": {{"request": 500}} to the option ModelPrice.'
    )


async def run(deps: Deps, admitted: AdmittedRequest, sink: Sink, delivery: Delivery) -> None:
    """Send it on, send the reply back."""
    channel = admitted.channels[0]
    key_index = deps.health.pick(channel, model=admitted.parsed.model)
    route: UpstreamRoute | None = None
    try:
        if channel.limits:
            await limits.enter(deps, admitted, channel)
        route = await connect(deps, admitted, channel, channel.keys[key_index])
        carry = Attempt(deps, admitted, channel, route, sink, delivery, begun=asyncio.get_running_loop().time())
        opened = await deps.upstream.open(route.outgoing)
        try:
            with unforeseen.as_faults(delivery, sink, admitted.incoming.request_id):
                await _back(carry, opened)
        finally:
            with suppress(UpstreamBroken):
                await opened.close()
    except UpstreamBroken as broken:
        raise faults.refusal(faults.broken(broken)) from broken
    except NotSetUp as problem:
        raise faults.refusal(faults.misconfigured(channel.id, str(problem))) from problem
    except (Failed, ProviderFault) as failed:
        secrets = route.secrets if route is not None else Secrets.of(channel, channel.keys[key_index])
        raise faults.refusal(secrets.out_of_fault(failed.fault)) from failed


async def connect(deps: Deps, admitted: AdmittedRequest, channel: Channel, key: str) -> UpstreamRoute:
    """The caller's request with this channel's address and credentials."""
    row, parsed = provider(channel.type), admitted.parsed
    inbound = metered(admitted.incoming) or admitted.inbound
    way = route_in(deps.tokens, row, channel, key, inbound.dialect, channel.config)
    request = provider_request(deps, admitted, parsed, way, body=parsed.body, model=parsed.model, stream=parsed.stream)
    call = WireRequest(
        path=target(row, channel, way.config, admitted.incoming),
        method=admitted.incoming.method,
        body=parsed.raw,
        headers={name: value for name, value in admitted.incoming.headers.items() if goes_on(name)},
    )
    return UpstreamRoute(
        admitted=admitted,
        parsed=parsed,
        way=way,
        request=request,
        outgoing=await way.sign(request, call),
        passes_reply=True,
    )


def target(row: Provider, channel: Channel, config: Mapping[str, str], incoming: HttpRequest) -> str:
    """The channel's base address with the rest of the caller's path and query; not the caller's key."""
    base = address.base(row, channel.base_url, config)
    if row.auth == "spark-hmac" or not base.startswith(("http://", "https://")):
        raise BadRequest(f"channel #{channel.id} cannot be proxied: its base URL is no http address")
    if ".." in incoming.params["path"].split("/"):
        raise BadRequest("the path must not lead out of the channel's base URL: leave out '..'")
    query = {name: value for name, value in incoming.query.items() if name != "key"}
    path = address.joined(base, "/" + quote(incoming.params["path"], safe="/:@!$&'()*+,;=~"))
    return path + (f"?{urlencode(query)}" if query else "")


def goes_on(name: str) -> bool:
    """Whether a header of the caller goes on to the provider."""
    return name in GOES_ON or name.startswith(GOES_ON_PREFIXES)


def comes_back(name: str) -> bool:
    """Whether a header of the provider comes back to the caller."""
    return name in COMES_BACK or name.startswith(COMES_BACK_PREFIXES)


async def _back(carry: Attempt, opened: OpenResponse) -> None:
    """The reply as it is; only a good one is charged.

    Not after a silence in which a comment kept the caller's stream alive: then status and headers are gone, and a
    refusal ends the stream as an error event.
    """
    secrets = carry.route.secrets
    headers = {name: secrets.out_of(value) for name, value in opened.passable_headers().items() if comes_back(name)}
    if carry.sink.started:
        await _into_begun_stream(carry, opened)
    elif not 200 <= opened.status < 300:
        reply = await carry.in_time(opened.read())
        await carry.sink.whole(opened.status, headers, secrets.out_of_body(reply.body))
    elif carry.admitted.parsed.model == MODEL:
        await _piped(carry, opened, headers)
    elif carry.admitted.parsed.stream and "event-stream" in headers.get("content-type", ""):
        await carry.sink.start(opened.status, headers)
        await carry.stream(opened.chunks)
    else:
        reply = await carry.in_time(opened.read())
        body = reply.body
        try:
            carry.commit_whole(carry.route.dialect.response(carry.route.request, reply))
        except ProviderFault:  # an error that says 200: passed on, and not charged
            body = secrets.out_of_body(body)
        await carry.sink.whole(opened.status, headers, body)


async def _into_begun_stream(carry: Attempt, opened: OpenResponse) -> None:
    if 200 <= opened.status < 300 and "event-stream" in opened.headers.get("content-type", ""):
        await carry.stream(opened.chunks)
        return
    reply = await carry.in_time(opened.read())
    if not 200 <= opened.status < 300:
        raise ProviderFault(carry.route.dialect.error(reply))
    await carry.whole(reply)


async def _piped(carry: Attempt, opened: OpenResponse, headers: Mapping[str, str]) -> None:
    """Bytes that nobody here reads."""
    carry.commit()
    carry.delivery.usage, carry.delivery.finished = Usage(), True
    await carry.sink.start(opened.status, headers)
    async for data in opened.chunks(carry.until):
        await carry.sink.write(data)
    await carry.sink.end()
