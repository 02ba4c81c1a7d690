"""The loads, as a table, and the request bodies they send."""

import json
from dataclasses import dataclass
from typing import Any, Literal

SENTENCE = "The model answers in plain words. "  # what the fake upstream fills ``text_bytes`` with
ANSWER_BYTES = 600
CHUNKS = 100
_FILLER = "Somebody asks a long question about a small thing. "


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """``concurrency`` requests at once, each followed by the next; with ``rate`` an open loop of so many a second."""

    name: str
    about: str
    concurrency: int
    kind: Literal["chat", "stream", "embeddings"] = "chat"
    request_bytes: int = 1024
    directives: str = ""
    rate: float = 0.0
    timeout: float = 30.0
    many: int = 0  # so many requests in all, and what each holds in memory is told; only run when asked for

    @property
    def chunks(self) -> int | None:
        return CHUNKS if self.kind == "stream" else None

    def expected(self) -> str:
        """Text that a good answer holds."""
        if self.kind == "embeddings":
            return '"embedding"'
        return "" if self.kind == "stream" else (SENTENCE * 20)[:ANSWER_BYTES]

    def body(self, model: str) -> bytes:
        if self.kind == "embeddings":
            return _sized({"model": model}, self.request_bytes, "input", f"@@fake {self.directives}@@ ")
        streaming: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
        fields = {"model": model, "temperature": 0.7, "max_tokens": 256, **(streaming if self.chunks else {})}
        shape = f"chunks={CHUNKS} stamp=1" if self.chunks else f"text_bytes={ANSWER_BYTES}"
        return _sized(
            fields, self.request_bytes, "messages", f"@@fake {shape} {self.directives}@@ ".replace(" @@ ", "@@ ")
        )


def _sized(fields: dict[str, Any], size: int, field: str, start: str) -> bytes:
    """A JSON body of ``size`` bytes, the text filled up."""

    def encoded(text: str) -> bytes:
        return json.dumps(
            {**fields, field: [{"role": "user", "content": text}] if field == "messages" else text}
        ).encode()

    missing = max(0, size - len(encoded(start)))
    return encoded(start + (_FILLER * (missing // len(_FILLER) + 1))[:missing])


_LARGE = 200 * 1024
_ROWS = [
    Scenario(name="ns1", about="1 KB question, 1 KB answer, one at a time", concurrency=1),
    Scenario(name="ns16", about="the same, 16 at once", concurrency=16),
    Scenario(name="ns64", about="the same, 64 at once", concurrency=64),
    Scenario(name="st1", about="a stream of 100 chunks in one burst", concurrency=1, kind="stream"),
    Scenario(name="st16", about="the same, 16 at once", concurrency=16, kind="stream"),
    Scenario(name="paced1", about="100 chunks 5 ms apart", concurrency=1, kind="stream", directives="delay_ms=5"),
    Scenario(
        name="paced8", about="100 chunks 20 ms apart, 8 at once", concurrency=8, kind="stream", directives="delay_ms=20"
    ),
    Scenario(name="big1", about="200 KB question", concurrency=1, request_bytes=_LARGE),
    Scenario(name="big16", about="the same, 16 at once", concurrency=16, request_bytes=_LARGE),
    Scenario(
        name="emb16",
        about="embeddings of 256 floats, 16 at once",
        concurrency=16,
        kind="embeddings",
        directives="dimensions=256",
    ),
    Scenario(name="rate20", about="open loop, 20 a second at random moments", concurrency=256, rate=20),
    Scenario(
        name="paced64",
        about="64 streams of 100 chunks 50 ms apart; only when asked for",
        concurrency=64,
        kind="stream",
        directives="delay_ms=50",
        many=64,
    ),
    Scenario(
        name="paced1000",
        about="1,000 streams of 100 chunks 250 ms apart, begun within 10 s; only when asked for",
        concurrency=1000,
        rate=100,  # all at once would try how fast one account lets requests in, not what streams cost
        kind="stream",
        directives="delay_ms=250",
        timeout=120,
        many=1000,
    ),
    Scenario(name="slow64", about="the upstream waits 200 ms, 64 at once", concurrency=64, directives="wait_ms=200"),
]
SCENARIOS = {row.name: row for row in _ROWS}
