"""The seam for policies: what an operator puts around every request and its reply.

Guardrails, redaction, a cache of answers. ``asgi`` lists them in ``Deps.policies``, none by default. A request passes
them from the first to the last once it is admitted, its reply from the last to the first. What a policy sees is
canonical: OpenAI's JSON of the operation, whatever dialect the caller speaks; so the bytes of a request that was
changed, and of a reply that is watched, are not passed through but translated.

Who pays: nobody for what is refused or answered here before a provider was asked, since no hold was taken yet. What a
provider has said is paid for by its own usage, whatever a policy makes of it or refuses of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from gateway.outbound.protocol import CanonicalResponse
from gateway.wire.json import Json
from relay.admitted_request import AdmittedRequest
from relay.inbound.protocol import ParsedRequest


class ReplyPolicy(Protocol):
    """What a policy does with one reply; one object per reply, so that text can be held back.

    A ``GatewayError`` raised by any of the three refuses the reply, or ends the stream as an error event.
    """

    async def whole(self, answer: CanonicalResponse) -> CanonicalResponse:
        """A reply that came at once, as the caller is to have it."""
        ...

    def chunks(self, chunks: list[Json]) -> list[Json]:
        """The same of a stream's next chunks; no I/O.

        Text that is held back must be out with the chunk that finishes its choice: clients read no further.
        """
        ...

    def rest(self) -> list[Json]:
        """What is held back still when the stream has ended, or broke."""
        ...


class Policy(Protocol):
    """One policy; one object per process."""

    async def admit(self, admitted: AdmittedRequest) -> ParsedRequest | CanonicalResponse:
        """What is asked: ``admitted.parsed`` itself, or its ``with_body`` of a copy that was changed.

        Or an answer to it, in canonical form of its operation: then no provider is asked. Raises ``GatewayError`` to
        refuse the request.
        """
        ...

    def reply(self, admitted: AdmittedRequest, parsed: ParsedRequest) -> ReplyPolicy | None:
        """What watches the reply to ``parsed`` (the request as it is served, which may be its fallback).

        ``None`` lets it pass.
        """
        ...


async def admit(policies: Sequence[Policy], admitted: AdmittedRequest) -> AdmittedRequest | CanonicalResponse:
    """The request as the policies leave it, or the answer one of them has; raises what they refuse it with."""
    for position, policy in enumerate(policies):
        outcome = await policy.admit(admitted)
        if isinstance(outcome, CanonicalResponse):
            for watching in around(policies[:position], admitted, admitted.parsed):
                outcome = await watching.whole(outcome)
            return outcome
        if outcome is not admitted.parsed:
            admitted = replace(admitted, parsed=outcome)
    return admitted


def around(policies: Sequence[Policy], admitted: AdmittedRequest, parsed: ParsedRequest) -> tuple[ReplyPolicy, ...]:
    """What watches one reply, in the order in which it comes by."""
    found = (policy.reply(admitted, parsed) for policy in reversed(policies))
    return tuple(watching for watching in found if watching is not None)
