"""What an agent declares, and what it is answered: tools of every kind, whole answers and streams."""

import json
from collections.abc import Iterable
from typing import Any

from gateway.outbound.protocol import CanonicalResponse
from gateway.wire.sse import SseDecoder
from relay.inbound.protocol import ParsedRequest
from relay.inbound.responses.dialect import OpenAiResponses

Json = dict[str, Any]
SCHEMA: Json = {"type": "object", "properties": {"path": {"type": "string"}}}
PATCH: Json = {
    "type": "custom", "name": "apply_patch", "description": "Patches files.",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: begin hunk+ end"},
}  # fmt: skip
FILES: Json = {
    "type": "namespace", "name": "mcp__files", "description": "Files",
    "tools": [{"type": "function", "name": "read", "strict": False, "parameters": SCHEMA, "defer_loading": True}],
}  # fmt: skip
SEARCH: Json = {"type": "tool_search", "execution": "client", "description": "Finds tools.", "parameters": SCHEMA}
SHELL: Json = {"type": "function", "name": "exec", "strict": False, "parameters": SCHEMA}
TOOLS = [SHELL, PATCH, FILES, SEARCH, {"type": "web_search"}, {"type": "image_generation"}]


def asked(**fields: Any) -> Json:
    """A request as Codex makes it."""
    said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go on."}]}
    usual: Json = {"model": "m", "input": [said], "tools": TOOLS, "tool_choice": "auto", "parallel_tool_calls": True}
    return usual | {"store": False, "client_metadata": {"session": "s"}} | fields


def completion(finish: str = "tool_calls", id: str = "chatcmpl-1", **message: Any) -> Json:
    """A canonical answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": None} | message, "finish_reason": finish}
    return {"id": id, "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def chunk(finish: str | None = None, id: str = "chatcmpl-1", **delta: Any) -> Json:
    """A canonical piece of one."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": id, "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def call(name: str, arguments: str, id: str = "call_1", **more: Any) -> Json:
    """A tool call, or the first piece of one."""
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}, **more}


def whole(request: Json, body: Json) -> Json:
    """The response that a caller gets for a whole answer."""
    found, _ = OpenAiResponses().answer(_parsed(request), CanonicalResponse(body=body))
    return json.loads(found)


def events(request: Json, chunks: Iterable[Json]) -> list[Json]:
    """The events that a caller gets for these pieces."""
    encoder, decoder = OpenAiResponses().stream(_parsed(request)), SseDecoder()
    stream = b"".join(encoder.encode([piece]) for piece in chunks) + encoder.end(None)
    return [json.loads(event.data) for event in decoder.decode(stream) + decoder.flush()]


def streamed(request: Json, chunks: Iterable[Json]) -> Json:
    """The response in the last of them."""
    return events(request, chunks)[-1]["response"]


def _parsed(request: Json) -> ParsedRequest:
    return ParsedRequest(operation="chat", model="m", body={}, raw=json.dumps(request).encode())
