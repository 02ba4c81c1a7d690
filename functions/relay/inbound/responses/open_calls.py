"""Calls in a stream of events: each in the words of its tool, its pieces told as they come.

Whatever the model made of the JSON around a custom tool's input, the last event and the item have the input as a whole
answer would.
"""

from typing import Any, Protocol

from gateway.outbound.protocol import Json
from gateway.wire.json import obj, string
from relay.inbound.responses import items
from relay.inbound.responses.custom_input import GrowingInput
from relay.inbound.responses.items import Ids
from relay.inbound.responses.tools import Toolbox


class Events(Protocol):
    """The response that a call belongs to."""

    def event(self, kind: str, **fields: Any) -> bytes: ...
    def added(self, item: Json) -> tuple[int, bytes]: ...
    def done(self, index: int, item: Json) -> bytes: ...


class OpenCall:
    """One call under way."""

    def __init__(self, events: Events, ids: Ids, tools: Toolbox, first: Json) -> None:
        self._events = events
        self._tools = tools
        name = string(obj(first.get("function")).get("name"))
        self._tool = tools.called(name)
        self._id = ids.new(items.call_kind(self._tool), numbered=True)
        self._call: Json = {"id": string(first.get("id")), "function": {"name": name, "arguments": ""}}
        self._index = 0
        self._input = GrowingInput()

    def begin(self) -> bytes:
        """The event that announces it."""
        self._index, told = self._events.added(items.call_item(self._id, self._tools, self._call, "in_progress"))
        return told

    def continued_by(self, piece: Json) -> bool:
        """Whether a piece of the same number is of this call."""
        id, name = string(piece.get("id")), string(obj(piece.get("function")).get("name"))
        return not (id and name and self._call["id"] and id != self._call["id"])

    def add(self, piece: Json) -> bytes:
        """More of its arguments."""
        if piece.get("extra_content"):
            self._call["extra_content"] = piece["extra_content"]
        text = string(obj(piece.get("function")).get("arguments"))
        self._call["function"]["arguments"] += text
        return self._told(self._input.read(text) if self._tool.kind == "custom" else text)

    def end(self) -> bytes:
        """What was not told yet, and the whole call."""
        item = items.call_item(self._id, self._tools, self._call)
        if self._tool.kind == "custom":
            told = self._input.told
            rest = item["input"][len(told) :] if item["input"].startswith(told) else ""
            done = self._event("custom_tool_call_input.done", input=item["input"])
            return self._told(rest) + done + self._events.done(self._index, item)
        if self._tool.kind == "tool_search":
            return self._events.done(self._index, item)
        out = b"" if self._call["function"]["arguments"] else self._told(item["arguments"])
        told = {"name": item["name"], "arguments": item["arguments"]}
        return out + self._event("function_call_arguments.done", **told) + self._events.done(self._index, item)

    def _told(self, text: str) -> bytes:
        if not text or self._tool.kind == "tool_search":
            return b""
        kind = "custom_tool_call_input" if self._tool.kind == "custom" else "function_call_arguments"
        return self._event(f"{kind}.delta", delta=text)

    def _event(self, kind: str, **fields: Any) -> bytes:
        return self._events.event(f"response.{kind}", item_id=self._id, output_index=self._index, **fields)
