"""Answers for callers who declared ``functions``, as there were before tools: they look for ``function_call`` alone.

https://platform.openai.com/docs/api-reference/chat/object
"""

from gateway.domain.usage import Usage
from gateway.wire.json import objs
from relay.inbound.protocol import Json, ParsedRequest, StreamEncoder


def asked(parsed: ParsedRequest) -> bool:
    """Whether the caller knows nothing of tools."""
    return bool(parsed.body.get("functions")) and not parsed.body.get("tools")


def told(body: Json | None) -> Json | None:
    """A whole answer or a chunk in the older words; there is one call in them, the first."""
    if body is None or not any(_says(choice) for choice in objs(body.get("choices"))):
        return body
    return {**body, "choices": [_choice(choice) for choice in objs(body["choices"])]}


def _says(choice: Json) -> bool:
    return choice.get("finish_reason") == "tool_calls" or any(
        isinstance(said := choice.get(name), dict) and "tool_calls" in said for name in ("message", "delta")
    )


def _choice(choice: Json) -> Json:
    said = {name: _message(choice[name]) for name in ("message", "delta") if isinstance(choice.get(name), dict)}
    ended = {"finish_reason": "function_call"} if choice.get("finish_reason") == "tool_calls" else {}
    return {**choice, **said, **ended}


def _message(message: Json) -> Json:
    calls = [call for call in objs(message.get("tool_calls")) if call.get("index", 0) == 0]
    rest = {name: value for name, value in message.items() if name != "tool_calls"}
    return {**rest, "function_call": calls[0].get("function")} if calls else rest


class OlderEncoder:
    """Chunks through another encoder, in the older words."""

    def __init__(self, inner: StreamEncoder) -> None:
        self._inner = inner

    def encode(self, chunks: list[Json]) -> bytes:
        return self._inner.encode([made for chunk in chunks if (made := told(chunk)) is not None])

    def end(self, usage: Usage | None) -> bytes:
        return self._inner.end(usage)
