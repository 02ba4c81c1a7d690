"""The text of a stream that passes through as bytes, read only if somebody has to count it."""

from gateway.outbound.protocol import Json, ProviderRequest, StreamDecoder
from gateway.outbound.streams.kept import MAX_KEPT, KeptBytes
from gateway.wire.json import obj, objs, string

NO_ASK = ProviderRequest(operation="chat", body={}, model="", requested_model="")


class KeptText:
    """Keeps what is fed to it; decodes when asked, or when it grows large."""

    def __init__(self, decoder: StreamDecoder) -> None:
        self._decoder = decoder
        self._kept = KeptBytes()
        self._texts: list[str] = []

    def keep(self, data: bytes) -> None:
        """More bytes of the stream."""
        self._kept.add(data)
        if self._kept.size > MAX_KEPT:
            self._read()

    def text(self) -> str:
        """Content, reasoning, tool names and arguments so far."""
        self._read()
        return "".join(self._texts)

    def _read(self) -> None:
        for chunk in self._decoder.decode(self._kept.taken()):
            self._texts += [text for item in objs(chunk.get("choices")) for text in _texts(obj(item.get("delta")))]


def _texts(delta: Json) -> list[str]:
    functions = [obj(call.get("function")) for call in objs(delta.get("tool_calls"))]
    called = [string(function.get(key)) for function in functions for key in ("name", "arguments")]
    return [string(delta.get("content")), string(delta.get("reasoning_content")), *called]
