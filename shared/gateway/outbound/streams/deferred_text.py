"""The text of a stream that passes through as bytes, read only if somebody has to count it."""

from gateway.outbound.protocol import Json, ProviderRequest, StreamDecoder
from gateway.wire.json import obj, objs, string

MAX_KEPT = 4_000_000  # bytes kept undecoded
NO_ASK = ProviderRequest(operation="chat", body={}, model="", requested_model="")


class KeptText:
    """Keeps what is fed to it; decodes when asked, or when it grows large."""

    def __init__(self, decoder: StreamDecoder) -> None:
        self._decoder = decoder
        self._kept: list[bytes] = []
        self._size = 0
        self._texts: list[str] = []

    def keep(self, data: bytes) -> None:
        """More bytes of the stream."""
        self._kept.append(data)
        self._size += len(data)
        if self._size > MAX_KEPT:
            self._read()

    def text(self) -> str:
        """Content, reasoning, tool names and arguments so far."""
        self._read()
        return "".join(self._texts)

    def _read(self) -> None:
        kept, self._kept, self._size = self._kept, [], 0
        for chunk in self._decoder.decode(b"".join(kept)):
            self._texts += [text for item in objs(chunk.get("choices")) for text in _texts(obj(item.get("delta")))]


def _texts(delta: Json) -> list[str]:
    functions = [obj(call.get("function")) for call in objs(delta.get("tool_calls"))]
    called = [string(function.get(key)) for function in functions for key in ("name", "arguments")]
    return [string(delta.get("content")), string(delta.get("reasoning_content")), *called]
