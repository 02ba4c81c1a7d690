"""Events a provider made that only need their names before them: Responses, pictures, speech and transcripts."""

import orjson

from gateway.domain.usage import Usage
from gateway.wire import sse
from gateway.wire.json import string
from relay.inbound.protocol import Json


class EventEncoder:
    """``StreamEncoder`` for a provider's own events, which only need their names before them."""

    def encode(self, chunks: list[Json]) -> bytes:
        return b"".join(sse.encode(orjson.dumps(chunk), string(chunk.get("type"))) for chunk in chunks)

    def end(self, usage: Usage | None) -> bytes:
        return b""
