"""An account at the relay's till: priced, reserved and settled as requests are; the provider answers in numbers."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import orjson

from gateway.billing.token_counter import Counter
from gateway.clock import new_request_id
from gateway.domain.channel import Channel
from gateway.domain.identity import Caller, Token, User
from gateway.domain.money import Entry
from gateway.domain.usage import Usage
from relay import metering, pipeline
from relay.admitted_request import AdmittedRequest, Delivery
from relay.answer_limits import completion_limit
from relay.deps import Deps
from relay.ending import Ending
from relay.http_request import HttpRequest
from relay.inbound.openai.chat import OpenAiChat
from relay.inbound.protocol import Inbound, RawRequest
from relay.options import Prices
from relay.reservation import answers
from tests.gateway.store.money.bank import CLOCK, Bank

MODEL = "gpt-4o-mini"
LONGEST = 16_384  # tokens: such a model says no more
Json = dict[str, Any]


@dataclass
class Shop:
    """``talks``: how much the provider says if nobody limits it; ``deaf``: it does so whatever the limit is."""

    bank: Bank
    options: dict[str, str] = field(default_factory=dict)
    talks: int = LONGEST
    deaf: bool = False
    limited: bool = False  # whether the token has a limit of its own
    inbound: Inbound = field(default_factory=OpenAiChat)
    channel: Channel = field(default_factory=lambda: Channel(id=3, type=1, name="", status=1, keys=("k",)))

    def __post_init__(self) -> None:
        stored = dict(self.options)

        async def options() -> dict[str, str]:
            return stored

        reader = SimpleNamespace(options=options)
        settings = SimpleNamespace(hold_ttl=60)
        known: Json = {"prices": Prices(), "reader": reader, "settings": settings, "ending": Ending()}
        made = SimpleNamespace(ledger=self.bank.ledger, clock=CLOCK, **known)
        self.deps = cast(Deps, made)

    async def admitted(self, body: Json | bytes) -> AdmittedRequest:
        """The request as it waits to be reserved."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        params = {"model": MODEL}
        parsed = self.inbound.parse(RawRequest(body=raw, path=params))
        user = User(id=7, username="u", role=1, status=1, group="default", quota=1)
        token = Token(id=70, user_id=7, name="t", status=1, unlimited_quota=not self.limited)
        incoming = HttpRequest(
            request_id=new_request_id(CLOCK),
            method="POST",
            path="/",
            params=params,
            query={},
            headers={},
            client_ip="",
            started=CLOCK.monotonic(),
        )
        caller = Caller(token=token, user=user)
        return await pipeline.priced(self.deps, self.inbound, incoming, parsed, caller, [self.channel])

    async def reserved(self, body: Json | bytes) -> AdmittedRequest:
        """The request with its hold; raises what refuses it."""
        return await pipeline.reserve(self.deps, await self.admitted(body))

    async def answered(self, admitted: AdmittedRequest) -> Entry:
        """The answer's entry, settled; what the provider says is as long as it may be."""
        entry = await self.entry(admitted, self.talks)
        await self.bank.ledger.settle(admitted.hold, entry)
        return entry

    async def entry(self, admitted: AdmittedRequest, talks: int) -> Entry:
        """What an answer costs that is so long, or as long as it may be."""
        said = talks if self.deaf else min(talks, completion_limit(admitted.parsed) or LONGEST)
        prompt = Counter(MODEL).prompt(admitted.parsed.body) + Counter(MODEL).inputs(admitted.parsed.body.get("input"))
        usage = Usage(prompt=prompt, completion=said * answers(admitted.parsed))
        delivery = Delivery(channel=self.channel, model=admitted.parsed.model, usage=usage, finished=True)
        return await metering.entry(admitted, delivery, CLOCK)

    async def ask(self, body: Json | bytes) -> int:
        """One request from first to last; what it was charged."""
        return (await self.answered(await self.reserved(body))).quota
