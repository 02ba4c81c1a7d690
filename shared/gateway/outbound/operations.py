"""A dialect as a table: operation -> how to ask, how to read the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.base import (
    Answer,
    Ask,
    Call,
    Fault,
    Json,
    Operation,
    ProviderFault,
    Reply,
    StreamDecoder,
    Unsupported,
)
from gateway.outbound.payload import string, whole
from gateway.outbound.streaming import chat_id, text_completion
from gateway.wire import chat


@dataclass(frozen=True, slots=True)
class Verbs:
    """How one operation is asked for and how its answer is read."""

    request: Callable[[Ask], Call]
    response: Callable[[Ask, Reply], Answer]


def no_urls(ask: Ask) -> list[str]:
    """For dialects that take URLs as they are, or no media at all."""
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDialect:
    """A ``Dialect`` put together from functions. ``label`` is the provider's name in messages."""

    name: str
    label: str
    verbs: Mapping[Operation, Verbs]
    decoder: Callable[[Ask], StreamDecoder] | None = None
    fault: Callable[[Reply], Fault]
    urls: Callable[[Ask], list[str]] = no_urls

    def media_urls(self, ask: Ask) -> list[str]:
        return self.urls(ask)

    def request(self, ask: Ask) -> Call:
        return self._verbs(ask).request(ask)

    def response(self, ask: Ask, reply: Reply) -> Answer:
        return self._verbs(ask).response(ask, reply)

    def stream(self, ask: Ask) -> StreamDecoder:
        if self.decoder is None:
            raise Unsupported(f"{self.label} does not stream; leave stream out", param="stream")
        return self.decoder(ask)

    def error(self, reply: Reply) -> Fault:
        return self.fault(reply)

    def _verbs(self, ask: Ask) -> Verbs:
        verbs = self.verbs.get(ask.operation)
        if verbs is None:
            raise Unsupported(f"{self.label} offers no {ask.operation.replace('_', ' ')}; use another model")
        return verbs


def completed(
    ask: Ask,
    choices: list[Json],
    usage: Usage | None,
    *,
    id: Any = None,
    created: Any = None,
    model: Any = None,
    extra: Json | None = None,
) -> Answer:
    """A whole chat (or text) completion; one without any choice is this channel's failure."""
    if not choices:
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered with nothing"))
    body = chat.completion(
        id=chat_id(ask, id),
        created=whole(created) or ask.created,
        model=string(model) or ask.model,
        choices=choices,
        usage=usage,
    )
    shaped = text_completion(body) if ask.operation == "completions" else body
    return Answer(body=shaped | (extra or {}), usage=usage)
