"""From a channel to a signed request: which dialect, which bytes, which address, which key."""

from dataclasses import dataclass, replace
from typing import cast

from gateway.domain.channel import Channel
from gateway.outbound import registry
from gateway.outbound.base import Ask, Call, Dialect, Json
from gateway.outbound.openai_meter import StreamFilter
from gateway.outbound.openai_request import ASKED_USAGE, adapted, usage_on_request
from gateway.outbound.openai_splice import force_include_usage, replace_model
from gateway.outbound.quirks import QUIRKS
from gateway.providers.catalog import provider
from gateway.providers.spec import Provider
from gateway.upstream import Outgoing
from relay.deps import Deps
from relay.faults import Failed, not_offered
from relay.flows import Flow, PassedThrough, Translated
from relay.job import Job


@dataclass(frozen=True, slots=True)
class Line:
    """One channel's way of serving one request.

    ``passes_reply``: the provider's bytes are already what the caller expects.
    """

    job: Job
    ask: Ask
    dialect_name: str
    dialect: Dialect
    outgoing: Outgoing
    passes_reply: bool
    system_prompt_reset: bool

    def flow(self) -> Flow:
        """How the streamed reply travels."""
        parsed = self.job.parsed
        if not self.passes_reply:
            return Translated(self.dialect.stream(self.ask), self.job.inbound.stream(parsed))
        choices = parsed.body.get("n")
        meter = registry.meter(self.dialect_name, choices if isinstance(choices, int) else 1)
        return PassedThrough(meter, None if parsed.wants_usage else StreamFilter())


async def connect(deps: Deps, job: Job, channel: Channel) -> Line:
    """The request this channel's provider gets; raises ``Unsupported`` or ``Failed``."""
    row = provider(channel.type)
    parsed = job.parsed
    name = row.dialects.get(parsed.operation)
    if name is None:
        raise Failed(not_offered(row.name, parsed.operation))
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
        config=channel.config,
        uploads=parsed.uploads,
    )
    same = registry.wire(name) == job.inbound.dialect
    call = dialect.request(ask)
    if same and not system_prompt_reset and parsed.native:
        call = as_sent(call, ask, parsed.raw, name)
    return Line(
        job=job,
        ask=ask,
        dialect_name=name,
        dialect=dialect,
        outgoing=signed(deps, row, channel, ask, call),
        passes_reply=same,
        system_prompt_reset=system_prompt_reset,
    )


def signed(deps: Deps, row: Provider, channel: Channel, ask: Ask, call: Call) -> Outgoing:
    """The call with its whole address and the channel's credentials."""
    base = (channel.base_url or row.base_url).rstrip("/")
    headers = {**call.headers, "authorization": f"Bearer {channel.keys[0]}"}
    return Outgoing(method=call.method, url=base + call.path, headers=headers, body=call.body)


def as_sent(call: Call, ask: Ask, raw: bytes, name: str) -> Call:
    """The caller's own bytes instead of the dialect's, where they mean the same: nothing of them is lost.

    Only the model is replaced, and usage asked for; a provider that needs other words gets the dialect's request.
    """
    quirks = QUIRKS.get(name)
    if quirks is None:  # Anthropic's and Gemini's own callers
        return replace(call, body=raw if ask.model == ask.requested_model else replace_model(raw, ask.model))
    if adapted(quirks, ask.operation, ask.model, ask.body) is not ask.body:
        return call
    body = raw if ask.model == ask.requested_model else replace_model(raw, ask.model)
    if ask.stream and ask.operation in ASKED_USAGE and usage_on_request(quirks, ask):
        body = force_include_usage(body)
    return replace(call, body=body)


def with_system_prompt(body: Json, prompt: str) -> tuple[Json, bool]:
    """The body with the channel's own system prompt in place of the caller's, and whether it has one."""
    messages = body.get("messages")
    if not prompt or not isinstance(messages, list) or not messages:
        return body, False
    given = cast(list[Json], messages)
    rest = given[1:] if given[0].get("role") in ("system", "developer") else given
    return {**body, "messages": [{"role": "system", "content": prompt}, *rest]}, True
