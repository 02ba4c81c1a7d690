"""Names of functions that a door does not take: others on the way out, the caller's own again on the way home.

A dialect around a dialect, put there only for requests that have such a name (``canonical.borders``).
"""

from collections.abc import Mapping
from dataclasses import replace

from gateway.domain.usage import Usage
from gateway.outbound.protocol import (
    CanonicalResponse,
    Dialect,
    Fault,
    Json,
    ProviderRequest,
    StreamDecoder,
    WireRequest,
    WireResponse,
)
from gateway.wire.json import obj, objs, string


class Homeward:
    """A ``Dialect`` whose replies call functions by the caller's names; ``names`` are the caller's by those sent."""

    def __init__(self, inner: Dialect, names: Mapping[str, str]) -> None:
        self.name = inner.name
        self.inner, self.names = inner, names

    def media_urls(self, request: ProviderRequest) -> list[str]:
        return self.inner.media_urls(request)

    def request(self, request: ProviderRequest) -> WireRequest:
        return self.inner.request(request)

    def response(self, request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
        answer = self.inner.response(request, reply)
        return replace(answer, body=_named(answer.body, "message", self.names)) if answer.body else answer

    def stream(self, request: ProviderRequest) -> StreamDecoder:
        return _Decoder(self.inner.stream(request), self.names)

    def error(self, reply: WireResponse) -> Fault:
        return self.inner.error(reply)


class _Decoder:
    """A ``StreamDecoder`` with the names put back."""

    def __init__(self, inner: StreamDecoder, names: Mapping[str, str]) -> None:
        self._inner, self._names = inner, names
        self.usage: Usage | None = None
        self.fault: Fault | None = None
        self.finished = False

    def decode(self, data: bytes) -> list[Json]:
        return self._passed(self._inner.decode(data))

    def flush(self) -> list[Json]:
        return self._passed(self._inner.flush())

    def _passed(self, chunks: list[Json]) -> list[Json]:
        self.usage, self.fault, self.finished = self._inner.usage, self._inner.fault, self._inner.finished
        return [_named(chunk, "delta", self._names) for chunk in chunks]


def _named(body: Json, place: str, names: Mapping[str, str]) -> Json:
    choices = objs(body.get("choices"))
    return {**body, "choices": [_choice(choice, place, names) for choice in choices]} if choices else body


def _choice(choice: Json, place: str, names: Mapping[str, str]) -> Json:
    said = obj(choice.get(place))
    if not said.get("tool_calls"):
        return choice
    calls = [_call(call, names) for call in objs(said["tool_calls"])]
    return {**choice, place: {**said, "tool_calls": calls}}


def _call(call: Json, names: Mapping[str, str]) -> Json:
    function = obj(call.get("function"))
    name = string(function.get("name"))
    return {**call, "function": {**function, "name": names[name]}} if name in names else call
