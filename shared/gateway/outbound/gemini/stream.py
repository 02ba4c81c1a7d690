"""streamGenerateContent as canonical chunks: every event is a whole response holding what is new.

Usage is in every event and cumulative. A function call comes whole. There is no end marker but the finish
reason of each candidate. Without ``alt=sse`` the same responses come as one JSON array; that is read too.
"""

from collections.abc import Mapping

from gateway.outbound.errors.verdicts import Verdict
from gateway.outbound.gemini.blocks import RAW
from gateway.outbound.gemini.errors import STATUSES, blocked, in_stream
from gateway.outbound.gemini.grounding import Grounding
from gateway.outbound.gemini.reply import (
    call_of,
    finish_of,
    further,
    image_of,
    kept_elsewhere,
    logprobs_of,
    loses,
    signature,
    usage_of,
)
from gateway.outbound.json_bodies import unreadable
from gateway.outbound.protocol import Json, ProviderRequest
from gateway.outbound.streams.decoders import SseChunks
from gateway.wire.json import obj, objs, string, whole
from gateway.wire.jsonlines import JsonStreamDecoder

# Repeated in every event; the last one, beside the finish reason, is kept.
_EVERY_TIME = frozenset({"safetyRatings", "native_finish_reason"})


class GeminiStream(SseChunks):
    """Reads either form of the stream."""

    def __init__(self, request: ProviderRequest, table: Mapping[str, Verdict] = STATUSES) -> None:
        super().__init__(request)
        self._table = table
        self._json: JsonStreamDecoder | None = None
        self._sniffed = False
        self._parts: dict[int, list[Json]] = {}
        self._calls: dict[int, int] = {}
        self._ended: set[int] = set()
        self._grounding = Grounding()

    def decode(self, data: bytes) -> list[Json]:
        if self.fault is not None:
            return []
        if not self._sniffed and data.strip():
            self._sniffed = True
            self._json = JsonStreamDecoder() if data.lstrip()[:1] in (b"[", b"{") else None
        return super().decode(data) if self._json is None else self._objects(self._json, data)

    def flush(self) -> list[Json]:
        if self._json is None:
            return super().flush()
        rest = self._json.flush()
        return self.fail(unreadable(rest)) if rest and not self.finished else self.closed()

    def _objects(self, reader: JsonStreamDecoder, data: bytes) -> list[Json]:
        try:
            values = reader.decode(data)
        except ValueError:
            return self.fail(unreadable(data))
        return [chunk for value in values for chunk in (self.told("", obj(value)) if self.fault is None else [])]

    def event(self, name: str, body: Json) -> list[Json]:
        if "error" in body:
            return self.fail(in_stream(body, self._table))
        own = string(body.get("responseId"))
        self.head(own and f"chatcmpl-{own}", model=body.get("modelVersion"))
        candidates = objs(body.get("candidates"))
        self._grounding.read(candidates)
        self.usage = self._grounding.added(usage_of(obj(body.get("usageMetadata"))) or self.usage)
        fault = blocked(obj(body.get("promptFeedback")))
        if fault is not None and not candidates:
            return self.fail(fault)
        return [
            chunk for position, candidate in enumerate(candidates) for chunk in self._candidate(candidate, position)
        ]

    def _candidate(self, candidate: Json, position: int) -> list[Json]:
        index = whole(candidate.get("index")) or position
        parts = objs(obj(candidate.get("content")).get("parts"))
        self._parts.setdefault(index, []).extend(parts)
        chunks = [chunk for part in parts for chunk in self._part(part, index)]
        if chunks and (scores := logprobs_of(obj(candidate.get("logprobsResult")))):
            chunks[-1]["choices"][0]["logprobs"] = scores
        return chunks + self._end(candidate, index)

    def _part(self, part: Json, index: int) -> list[Json]:
        if "functionCall" in part:
            return self.emit({"tool_calls": [self._call(part, index)]}, index=index)
        if "inlineData" in part:
            return self.emit({"images": [image_of(part)]}, index=index)
        text = string(part.get("text"))
        delta: Json = {("reasoning_content" if part.get("thought") else "content"): text} if text else {}
        return self.emit(delta | ({} if kept_elsewhere(part) else signature(part)), index=index)

    def _call(self, part: Json, index: int) -> Json:
        number = self._calls.get(index, 0)
        self._calls[index] = number + 1
        return {"index": number} | call_of(self.request, part, number, index)

    def _end(self, candidate: Json, index: int) -> list[Json]:
        reason = finish_of(string(candidate.get("finishReason")), index in self._calls)
        extra = further(candidate)
        if reason is None or index in self._ended:
            return self._further(extra, index)
        self._ended.add(index)
        found = self._parts.pop(index, [])
        chunks = self.emit({RAW: found} if loses(found) else {}, index=index) + self.emit({}, reason, index)
        chunks[-1]["choices"][0] |= extra
        return chunks

    def _further(self, extra: Json, index: int) -> list[Json]:
        """Metadata that comes before the end, such as citations, on a chunk of its own."""
        kept = {key: value for key, value in extra.items() if value and key not in _EVERY_TIME}
        if not kept:
            return []
        chunks = self.emit({"content": ""}, index=index)
        chunks[-1]["choices"][0] |= kept
        return chunks
