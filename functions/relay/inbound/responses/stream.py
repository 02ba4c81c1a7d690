"""Canonical chunks as events of the Responses API.

https://platform.openai.com/docs/api-reference/responses-streaming. Reasoning and message are open one after the
other; function calls stay open side by side until the end, since their pieces may come interleaved. The last event
holds the whole response, the same as if it had not been streamed.
"""

from typing import Any

from gateway.domain.usage import Usage
from gateway.wire import sse
from gateway.wire.chat import text_of
from gateway.wire.json import encode, obj, objs, string
from relay.inbound.protocol import Json
from relay.inbound.responses import items, reply
from relay.inbound.responses.items import Ids
from relay.inbound.responses.open_calls import OpenCall
from relay.inbound.responses.tools import Toolbox


class ResponsesEncoder:
    """``StreamEncoder`` of one response."""

    def __init__(self, asked: Json, model: str) -> None:
        self._asked = asked
        self._model = model
        self._head: Json = {}
        self._tools = Toolbox(asked)
        self._ids = Ids("")
        self._sequence = 0
        self._output: list[Json] = []
        self._open: _Reasoning | _Message | None = None
        self._calls: dict[int, OpenCall] = {}  # by the provider's number
        self._finish = ""

    def encode(self, chunks: list[Json]) -> bytes:
        return b"".join(self._chunk(chunk) for chunk in chunks)

    def end(self, usage: Usage | None) -> bytes:
        out = self._begin({})
        if not self._output:  # an answer without a word still has its message
            out += self._message()
        out += self._close() + self._close_calls()
        ended = reply.ending(self._finish)
        whole = self._head | {"output": self._output} | ended | {"usage": reply.usage_json(usage)}
        return out + self.event(f"response.{ended['status']}", response=whole)

    def event(self, kind: str, **fields: Any) -> bytes:
        """One event with its number."""
        data = {"type": kind, "sequence_number": self._sequence, **fields}
        self._sequence += 1
        return sse.encode(encode(data), kind)

    def added(self, item: Json) -> tuple[int, bytes]:
        """A new item's place in the output, and the event that announces it."""
        self._output.append(item)
        index = len(self._output) - 1
        return index, self.event("response.output_item.added", output_index=index, item=item)

    def done(self, index: int, item: Json) -> bytes:
        """An item is complete."""
        self._output[index] = item
        return self.event("response.output_item.done", output_index=index, item=item)

    def _begin(self, chunk: Json) -> bytes:
        if self._head:
            return b""
        self._head, self._ids = reply.head(self._asked, chunk, self._model), Ids(items.base_of(chunk, self._asked))
        created = self.event("response.created", response=self._head)
        return created + self.event("response.in_progress", response=self._head)

    def _chunk(self, chunk: Json) -> bytes:
        out = self._begin(chunk)
        for choice in objs(chunk.get("choices")):
            if not choice.get("index"):  # there is one answer in a response
                out += self._delta(obj(choice.get("delta")), items.scores_of(choice))
                self._finish = string(choice.get("finish_reason")) or self._finish
        return out

    def _delta(self, delta: Json, logprobs: list[Json]) -> bytes:
        out = b""
        thought, details = string(delta.get("reasoning_content")), objs(delta.get("reasoning_details"))
        if thought or details:
            if not isinstance(self._open, _Reasoning):
                out += self._close()
                self._open = opened = _Reasoning(self, self._ids.new("rs"))
                out += opened.begin()
            out += self._open.add(thought, details)
        text, refusal, notes = text_of(delta.get("content")), string(delta.get("refusal")), delta.get("annotations")
        if text or refusal or notes:
            out += self._message()
            assert isinstance(self._open, _Message)
            out += self._open.add(text, refusal, objs(notes), logprobs)
        for image in objs(delta.get("images")):
            out += self._picture(image)
        for call in objs(delta.get("tool_calls")):
            out += self._call(int(call.get("index") or 0), call)
        return out

    def _message(self) -> bytes:
        if isinstance(self._open, _Message):
            return b""
        out = self._close()
        self._open = opened = _Message(self, self._ids.new("msg"))
        return out + opened.begin()

    def _close(self) -> bytes:
        item, self._open = self._open, None
        return item.end() if item else b""

    def _picture(self, image: Json) -> bytes:
        out = self._close()
        item = items.picture_item(self._ids.new("ig", numbered=True), image)
        index, told = self.added(item)
        return out + told + self.done(index, item)

    def _call(self, number: int, piece: Json) -> bytes:
        known = self._calls.get(number)
        if known is not None and not known.continued_by(piece):  # some servers number every call alike
            known = None
            self._calls = {-len(self._calls) - 1 if at == number else at: call for at, call in self._calls.items()}
        if known is not None:
            return known.add(piece)
        out = self._close()
        self._calls[number] = opened = OpenCall(self, self._ids, self._tools, piece)
        return out + opened.begin() + opened.add(piece)

    def _close_calls(self) -> bytes:
        return b"".join(call.end() for call in self._calls.values())


class _Reasoning:
    """An open reasoning item: one summary, told as it comes."""

    def __init__(self, encoder: ResponsesEncoder, id: str) -> None:
        self._encoder = encoder
        self._id = id
        self._text = ""
        self._details: list[Json] = []
        self._place: Json = {}

    def begin(self) -> bytes:
        item = items.reasoning_item(self._id, "", [])
        index, told = self._encoder.added(item)
        self._place = {"item_id": item["id"], "output_index": index, "summary_index": 0}
        return told

    def add(self, text: str, details: list[Json]) -> bytes:
        out = b""
        self._details += details
        if text and not self._text:
            part = {"type": "summary_text", "text": ""}
            out = self._encoder.event("response.reasoning_summary_part.added", **self._place, part=part)
        self._text += text
        if text:
            out += self._encoder.event("response.reasoning_summary_text.delta", **self._place, delta=text)
        return out

    def end(self) -> bytes:
        out, tell = b"", self._encoder.event
        if self._text:
            part = {"type": "summary_text", "text": self._text}
            out += tell("response.reasoning_summary_text.done", **self._place, text=self._text)
            out += tell("response.reasoning_summary_part.done", **self._place, part=part)
        item = items.reasoning_item(self._id, self._text, self._details)
        return out + self._encoder.done(self._place["output_index"], item)


class _Message:
    """An open message item: text, then a refusal if there is one."""

    def __init__(self, encoder: ResponsesEncoder, id: str) -> None:
        self._encoder = encoder
        self._id = id
        self._parts: list[Json] = []
        self._place: Json = {}

    def begin(self) -> bytes:
        item = items.message_item(self._id, [], "in_progress")
        index, told = self._encoder.added(item)
        self._place = {"item_id": item["id"], "output_index": index}
        return told

    def add(self, text: str, refusal: str, notes: list[Json], logprobs: list[Json]) -> bytes:
        out = b""
        if text or notes:
            out += self._part(items.text_part("", [], []))
            part = self._parts[-1]
            part["text"] += text
            part["annotations"] += items.text_part("", notes, [])["annotations"]
            part["logprobs"] += logprobs
        if text:
            out += self._tell("output_text.delta", delta=text, logprobs=logprobs)
        if refusal:
            out += self._part({"type": "refusal", "refusal": ""})
            self._parts[-1]["refusal"] += refusal
            out += self._tell("refusal.delta", delta=refusal)
        return out

    def end(self) -> bytes:
        out = self._part(items.text_part("", [], [])) if not self._parts else b""
        out += self._close_part()
        return out + self._encoder.done(self._place["output_index"], items.message_item(self._id, self._parts))

    def _part(self, fresh: Json) -> bytes:
        """Opens a part of this kind unless it is the open one."""
        if self._parts and self._parts[-1]["type"] == fresh["type"]:
            return b""
        out = self._close_part()
        self._parts.append(fresh)
        return out + self._tell("content_part.added", part=fresh)

    def _close_part(self) -> bytes:
        if not self._parts:
            return b""
        part = self._parts[-1]
        if part["type"] == "refusal":
            told = self._tell("refusal.done", refusal=part["refusal"])
        else:
            told = self._tell("output_text.done", text=part["text"], logprobs=part["logprobs"])
        return told + self._tell("content_part.done", part=part)

    def _tell(self, kind: str, **fields: Any) -> bytes:
        place = {**self._place, "content_index": len(self._parts) - 1}
        return self._encoder.event(f"response.{kind}", **place, **fields)
