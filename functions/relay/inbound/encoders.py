"""Encoders that several dialects share: canonical chunks as they are, and events that only need their names."""

from gateway.domain.usage import Usage
from gateway.wire import chat, sse
from gateway.wire.json import encode, string
from relay.inbound.protocol import Json


class ChunkEncoder:
    """Canonical chunks as events; usage in a last chunk of its own, for callers who asked for it."""

    def __init__(self, *, wants_usage: bool) -> None:
        self._wants_usage = wants_usage
        self._told_usage = False
        self._last: Json = {}

    def encode(self, chunks: list[Json]) -> bytes:
        return b"".join(sse.encode(encode(chunk)) for chunk in chunks if self._shown(chunk))

    def end(self, usage: Usage | None) -> bytes:
        if usage is None or not self._wants_usage or self._told_usage:
            return sse.DONE
        head = {name: self._last[name] for name in ("id", "object", "created", "model") if name in self._last}
        last: Json = {"object": "chat.completion.chunk", **head, "choices": [], "usage": chat.usage_json(usage)}
        return sse.encode(encode(last)) + sse.DONE

    def _shown(self, chunk: Json) -> bool:
        self._last = chunk
        if chunk.get("choices") or not chunk.get("usage"):
            return True
        self._told_usage = self._wants_usage
        return self._wants_usage


class EventEncoder:
    """``StreamEncoder`` for a provider's own events, which only need their names before them."""

    def encode(self, chunks: list[Json]) -> bytes:
        return b"".join(sse.encode(encode(chunk), string(chunk.get("type"))) for chunk in chunks)

    def end(self, usage: Usage | None) -> bytes:
        return b""
